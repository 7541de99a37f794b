import { resolve } from 'node:path';
import type { Command } from '../command.ts';
import { platformFrom, platformOption } from '../platform-option.ts';
import { writeOutput } from '../output.ts';

export const save: Command = {
  name: 'save',
  usage: '[OPTIONS] IMAGE [IMAGE...]',
  summary: 'Save one or more images to a tar archive (streamed to STDOUT by default)',
  options: {
    output: { type: 'text', short: 'o', help: 'Write to a file, instead of STDOUT' },
    platform: platformOption('Save only images'),
  },
  args: { least: 1 },
  run: async ({ args, engine, operation, options, terminal }) => {
    const path = options.text('output');
    const target = path === undefined ? undefined : resolve(terminal.cwd, path);
    await writeOutput(engine.saveImages(args, platformFrom(options), operation), target, terminal);
    return 0;
  },
};
