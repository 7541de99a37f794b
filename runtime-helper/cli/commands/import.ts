import { archiveSource } from '../archive-source.ts';
import type { Command } from '../command.ts';
import { platformFrom, platformOption } from '../platform-option.ts';
import type { ImageSource } from '../../engine/index.ts';
import type { Terminal } from '../terminal.ts';

export const importCommand: Command = {
  name: 'import',
  usage: '[OPTIONS] file|URL|- [REPOSITORY[:TAG]]',
  summary: 'Import the contents from a tarball to create a filesystem image',
  options: {
    change: { type: 'list', short: 'c', help: 'Apply Dockerfile instruction to the created image' },
    message: { type: 'text', short: 'm', help: 'Set commit message for imported image' },
    platform: platformOption('Make an image'),
  },
  args: { least: 1, most: 2 },
  privileged: true,
  run: async ({ args: [source = '', reference], engine, operation, options, terminal }) => {
    const message = options.text('message');
    const { id } = await engine.importImage(
      sourceOf(source, terminal),
      {
        ...(reference === undefined ? {} : { reference }),
        ...(message === undefined ? {} : { message }),
        ...platformFrom(options),
        changes: options.list('change'),
        from: source,
      },
      operation,
    );
    terminal.stdout(`${id}\n`);
    return 0;
  },
};

function sourceOf(source: string, terminal: Terminal): ImageSource {
  if (/^https?:\/\//.test(source)) return { url: source, env: terminal.env };
  return source === '-' ? { stream: terminal.readStdin() } : archiveSource(source, terminal);
}
