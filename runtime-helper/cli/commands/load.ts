import { archiveSource } from '../archive-source.ts';
import type { Command } from '../command.ts';
import { platformFrom, platformOption } from '../platform-option.ts';
import { cleanText } from '../text.ts';
import { SkiffError } from '../../lib/errors.ts';

export const load: Command = {
  name: 'load',
  usage: '[OPTIONS]',
  summary: 'Load an image from a tar archive or STDIN',
  options: {
    input: { type: 'text', short: 'i', help: 'Read from tar archive file or OCI layout, instead of STDIN' },
    platform: platformOption('Load the image'),
    quiet: { type: 'flag', short: 'q', help: 'Suppress the load output' },
  },
  args: { least: 0, most: 0 },
  privileged: true,
  run: async ({ engine, operation, options, terminal }) => {
    const path = options.text('input');
    if (path === undefined && terminal.stdinTty)
      throw new SkiffError('invalid-argument', 'requested load from stdin, but stdin is empty');
    const source = path === undefined ? { stream: terminal.readStdin() } : archiveSource(path, terminal);
    for (const { name, takenFrom } of await engine.loadImages(source, platformFrom(options), operation)) {
      const clean = cleanText(name);
      if (takenFrom !== undefined)
        terminal.stdout(
          `The image ${clean} already exists, renaming the old one with ID ${takenFrom} to empty string\n`,
        );
      terminal.stdout(`${name.startsWith('sha256:') ? 'Loaded image ID' : 'Loaded image'}: ${clean}\n`);
    }
    return 0;
  },
};
