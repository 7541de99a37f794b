import { cleanText } from '../text.ts';
import { UsageError } from '../usage-error.ts';
import type { Command } from '../command.ts';

export const networkCreate: Command = {
  name: 'network create',
  usage: '[OPTIONS] NETWORK',
  summary: 'Create a network',
  options: {
    attachable: { type: 'flag', help: 'Enable manual container attachment' },
    driver: { type: 'text', short: 'd', help: 'Driver to manage the Network (default "bridge")' },
    gateway: { type: 'list', value: 'strings', help: 'IPv4 or IPv6 Gateway for the master subnet' },
    'ipam-driver': { type: 'text', value: 'string', help: 'IP Address Management Driver (default "default")' },
    internal: { type: 'flag', help: 'Restrict external access to the network' },
    'ip-range': { type: 'list', value: 'strings', help: 'Allocate container ip from a sub-range' },
    ipv6: { type: 'flag', help: 'Enable IPv6 networking' },
    label: { type: 'list', help: 'Set metadata on a network' },
    opt: { type: 'list', short: 'o', value: 'map', help: 'Set driver specific options' },
    scope: { type: 'text', value: 'string', help: "Control the network's scope" },
    subnet: { type: 'list', value: 'strings', help: 'Subnet in CIDR format that represents a network segment' },
  },
  notBuilt: '--aux-address --config-from --config-only --ingress --ipam-opt --ipv4'.split(' '),
  args: { least: 1, most: 1 },
  privileged: true,
  run: async ({ args: [name = ''], engine, operation, options, terminal }) => {
    const driver = options.text('driver') ?? 'bridge';
    if (driver !== 'bridge')
      throw new UsageError(`network driver ${cleanText(driver)} is not built yet: use bridge`, 1);
    const allocator = options.text('ipam-driver') ?? 'default';
    if (allocator !== 'default')
      throw new UsageError(`IPAM driver ${cleanText(allocator)} is not there: default is the only one`, 1);
    const scope = options.text('scope') ?? 'local';
    if (scope !== 'local')
      throw new UsageError(
        `a network of the scope ${cleanText(scope)} is not there: networks are this machine's, local`,
        1,
      );
    const listed = (option: string): string[] => options.list(option).flatMap((text) => text.split(','));
    const { id } = await engine.createNetwork(
      {
        name,
        subnets: listed('subnet'),
        gateways: listed('gateway'),
        ranges: listed('ip-range'),
        internal: options.flag('internal'),
        ...(options.flag('attachable') ? { attachable: true } : {}),
        ipv6: options.flag('ipv6'),
        labels: pairs(options.list('label')),
        options: pairs(options.list('opt')),
      },
      operation,
    );
    terminal.stdout(`${id}\n`);
    return 0;
  },
};

function pairs(entries: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    entries.map((entry) => {
      const at = entry.indexOf('=');
      return at < 0 ? [entry, ''] : [entry.slice(0, at), entry.slice(at + 1)];
    }),
  );
}
