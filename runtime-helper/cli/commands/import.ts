import { resolve } from 'node:path';
import type { Command } from '../command.ts';
import type { ImageSource } from '../../engine/index.ts';
import type { Terminal } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';

export const importCommand: Command = {
  name: 'import',
  usage: '[OPTIONS] file|- [REPOSITORY[:TAG]]',
  summary: 'Import the contents from a tarball to create a filesystem image',
  options: { message: { type: 'text', short: 'm', help: 'Set commit message for imported image' } },
  notBuilt: ['-c', '--change', '--platform'],
  args: { least: 1, most: 2 },
  privileged: true,
  run: async ({ args: [source = '', reference], engine, operation, options, terminal }) => {
    const message = options.text('message');
    const { id } = await engine.importImage(
      sourceOf(source, terminal),
      { ...(reference === undefined ? {} : { reference }), ...(message === undefined ? {} : { message }) },
      operation,
    );
    terminal.stdout(`${id}\n`);
    return 0;
  },
};

function sourceOf(source: string, terminal: Terminal): ImageSource {
  if (/^https?:\/\//.test(source)) throw new UsageError('importing from a URL is not built yet', 1);
  return source === '-' ? { stream: terminal.readStdin() } : { path: resolve(terminal.cwd, source) };
}
