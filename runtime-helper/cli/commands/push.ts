import type { Command } from '../command.ts';
import { ProgressLines } from '../progress.ts';
import { contentTrustOption, insecureOption, registryAccess } from '../registry-options.ts';
import { platformFrom, platformOption } from '../platform-option.ts';
import { cleanText } from '../text.ts';
import { hasTag } from './pull.ts';
import type { Engine } from '../../engine/index.ts';
import { SkiffError } from '../../lib/errors.ts';

export const push: Command = {
  name: 'push',
  usage: '[OPTIONS] NAME[:TAG]',
  summary: 'Upload an image to a registry',
  options: {
    'all-tags': { type: 'flag', short: 'a', help: 'Push all tags of an image to the repository' },
    'disable-content-trust': contentTrustOption,
    'insecure-registry': insecureOption,
    platform: platformOption('Push only an image'),
    quiet: { type: 'flag', short: 'q', help: 'Suppress verbose output' },
  },
  args: { least: 1, most: 1 },
  run: async ({ args: [text = ''], engine, operation, options, terminal }) => {
    const quiet = options.flag('quiet');
    const access = registryAccess(terminal, options.list('insecure-registry'));
    const how = { access, ...platformFrom(options) };
    const repository = cleanText(engine.repositoryName(text));
    if (text.includes('@')) throw new SkiffError('invalid-argument', 'cannot push a digest reference');
    if (options.flag('all-tags') && hasTag(text))
      throw new SkiffError('invalid-argument', "tag can't be used with --all-tags/-a");
    if (!quiet && !options.flag('all-tags') && !hasTag(text)) terminal.stdout('Using default tag: latest\n');
    if (!quiet) terminal.stdout(`The push refers to repository [${repository}]\n`);
    const names = options.flag('all-tags') ? allTags(engine, text) : [text];
    for (const name of names) {
      const lines = new ProgressLines(terminal.stdout, { tty: terminal.stdoutTty, columns: terminal.columns });
      const own = quiet ? operation : { ...operation, report: lines.show.bind(lines) };
      const pushed = await engine.pushImage(name, how, own);
      const end = `${cleanText(pushed.tag)}: digest: ${pushed.digest} size: ${pushed.size}`;
      terminal.stdout(quiet ? `${cleanText(pushed.name)}\n` : `${end}\n`);
    }
    return 0;
  },
};

function allTags(engine: Engine, text: string): string[] {
  const names = engine
    .listImages()
    .flatMap(({ references }) => references.filter((name) => name.startsWith(`${text}:`)));
  if (names.length > 0) return names.filter((name) => name.lastIndexOf(':') === text.length);
  throw new SkiffError('not-found', `An image does not exist locally with the tag: ${text}`);
}
