import type { Command } from '../command.ts';

export const systemRestore: Command = {
  name: 'system restore',
  usage: '',
  summary: 'Start the containers whose restart policy wants them up, as after a reboot',
  options: {},
  args: { least: 0, most: 0 },
  privileged: true,
  run: async ({ engine, operation, terminal }) => {
    for (const name of await engine.restoreContainers(operation)) terminal.stdout(`${name}\n`);
    return 0;
  },
};
