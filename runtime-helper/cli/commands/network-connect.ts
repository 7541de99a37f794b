import type { Command } from '../command.ts';
import { endpointSettings } from '../network-options.ts';

export const networkConnect: Command = {
  name: 'network connect',
  usage: '[OPTIONS] NETWORK CONTAINER',
  summary: 'Connect a container to a network',
  options: {
    alias: { type: 'list', value: 'strings', help: 'Add network-scoped alias for the container' },
    ip: { type: 'text', help: 'IPv4 address (e.g., "172.30.100.104")' },
    ip6: { type: 'text', help: 'IPv6 address (e.g., "2001:db8::33")' },
    'mac-address': { type: 'text', help: 'MAC address of the interface' },
  },
  notBuilt: ['--driver-opt', '--gw-priority', '--link', '--link-local-ip'],
  args: { least: 2, most: 2 },
  privileged: true,
  run: async ({ args: [network = '', container = ''], engine, operation, options }) => {
    const aliases = options.list('alias').flatMap((text) => text.split(','));
    await engine.connectNetwork(network, container, endpointSettings(options, aliases), operation);
    return 0;
  },
};
