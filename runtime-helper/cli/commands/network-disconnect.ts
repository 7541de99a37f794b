import type { Command } from '../command.ts';

export const networkDisconnect: Command = {
  name: 'network disconnect',
  usage: '[OPTIONS] NETWORK CONTAINER',
  summary: 'Disconnect a container from a network',
  options: { force: { type: 'flag', short: 'f', help: 'Force the container to disconnect from a network' } },
  args: { least: 2, most: 2 },
  privileged: true,
  run: async ({ args: [network = '', container = ''], engine, operation, options }) => {
    await engine.disconnectNetwork(network, container, { force: options.flag('force') }, operation);
    return 0;
  },
};
