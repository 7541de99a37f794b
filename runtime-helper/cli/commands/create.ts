import type { Command } from '../command.ts';
import { containerOptions, notBuiltContainerOptions } from '../container-options.ts';
import { createContainer } from '../create-container.ts';

export const create: Command = {
  name: 'create',
  usage: '[OPTIONS] IMAGE [COMMAND] [ARG...]',
  summary: 'Create a new container',
  options: containerOptions,
  notBuilt: notBuiltContainerOptions,
  stopsAtArgument: true,
  args: { least: 1 },
  run: async (call) => {
    const { id } = await createContainer(call, { detached: false });
    call.terminal.stdout(`${id}\n`);
    return 0;
  },
};
