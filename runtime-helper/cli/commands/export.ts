import { resolve } from 'node:path';
import { writeOutput } from '../output.ts';
import type { Command } from '../command.ts';

export const exportCommand: Command = {
  name: 'export',
  usage: '[OPTIONS] CONTAINER',
  summary: "Export a container's filesystem as a tar archive",
  options: { output: { type: 'text', short: 'o', help: 'Write to a file, instead of STDOUT' } },
  args: { least: 1, most: 1 },
  privileged: true,
  run: async ({ args: [reference = ''], engine, operation, options, terminal }) => {
    const { id } = engine.findContainer(reference);
    const path = options.text('output');
    const target = path === undefined ? undefined : resolve(terminal.cwd, path);
    await writeOutput(engine.exportContainer(id, operation), target, terminal);
    return 0;
  },
};
