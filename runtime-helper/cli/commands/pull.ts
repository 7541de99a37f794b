import type { Command } from '../command.ts';
import { platformFrom, platformOption } from '../platform-option.ts';
import { ProgressLines } from '../progress.ts';
import { contentTrustOption, describePull, insecureOption, registryAccess } from '../registry-options.ts';
import { cleanText } from '../text.ts';

export const pull: Command = {
  name: 'pull',
  usage: '[OPTIONS] NAME[:TAG|@DIGEST]',
  summary: 'Download an image from a registry',
  options: {
    'all-tags': { type: 'flag', short: 'a', help: 'Download all tagged images in the repository' },
    'disable-content-trust': contentTrustOption,
    'insecure-registry': insecureOption,
    platform: platformOption('Pull the image'),
    quiet: { type: 'flag', short: 'q', help: 'Suppress verbose output' },
  },
  args: { least: 1, most: 1 },
  privileged: true,
  run: async ({ args: [text = ''], engine, operation, options, terminal }) => {
    const access = registryAccess(terminal, options.list('insecure-registry'));
    const how = { access, ...platformFrom(options) };
    const quiet = options.flag('quiet');
    // Nothing is said about what can't be a name.
    engine.repositoryName(text);
    const names = options.flag('all-tags') ? await engine.remoteTags(text, access, operation) : [text];
    if (!quiet && !options.flag('all-tags') && !hasTag(text)) terminal.stdout('Using default tag: latest\n');
    for (const name of names) {
      const lines = new ProgressLines(terminal.stdout, { tty: terminal.stdoutTty, columns: terminal.columns });
      const own = quiet ? operation : { ...operation, report: lines.show.bind(lines) };
      const pulled = await engine.pullImage(name, how, own);
      terminal.stdout(`${quiet ? '' : describePull(pulled)}${cleanText(pulled.reference)}\n`);
    }
    return 0;
  },
};

export const hasTag = (text: string): boolean => /:[^/]*$|@/.test(text);
