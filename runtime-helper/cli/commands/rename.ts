import type { Command } from '../command.ts';

export const rename: Command = {
  name: 'rename',
  usage: 'CONTAINER NEW_NAME',
  summary: 'Rename a container',
  options: {},
  args: { least: 2, most: 2 },
  run: async ({ args: [reference = '', name = ''], engine }) => {
    await engine.renameContainer(engine.findContainer(reference).id, name);
    return 0;
  },
};
