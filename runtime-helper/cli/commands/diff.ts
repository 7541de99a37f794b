import type { Command } from '../command.ts';
import { cleanText } from '../text.ts';

export const diff: Command = {
  name: 'diff',
  usage: 'CONTAINER',
  summary: "Inspect changes to files or directories on a container's filesystem",
  options: {},
  args: { least: 1, most: 1 },
  privileged: true,
  run: async ({ args: [reference = ''], engine, terminal }) => {
    const changes = await engine.containerChanges(engine.findContainer(reference).id);
    terminal.stdout(changes.map(({ kind, path }) => `${kind} ${cleanText(path)}\n`).join(''));
    return 0;
  },
};
