import type { Network } from '../../engine/index.ts';
import type { Command } from '../command.ts';
import { goTime, zoneOf, type Zone } from '../zone.ts';
import { formatRows } from '../format.ts';
import { networkFilter } from '../network-filter.ts';
import { cleanText, formatTable, shortId } from '../text.ts';

export const networkLs: Command = {
  name: 'network ls',
  usage: '[OPTIONS]',
  summary: 'List networks',
  options: {
    filter: { type: 'list', short: 'f', value: 'filter', help: 'Provide filter values (e.g. "driver=bridge")' },
    format: { type: 'text', help: "Format output: 'table', 'table TEMPLATE', 'json' or a Go template" },
    'no-trunc': { type: 'flag', help: 'Do not truncate the output' },
    quiet: { type: 'flag', short: 'q', help: 'Only display network IDs' },
  },
  args: { least: 0, most: 0 },
  run: async ({ engine, options, terminal }) => {
    const used = new Set(
      engine.listContainers({ all: true }).flatMap(({ endpoints }) => endpoints.map(({ network }) => network)),
    );
    const networks = engine.listNetworks().filter(networkFilter(options.list('filter'), used));
    const whole = options.flag('no-trunc');
    const format = options.text('format') ?? 'table';
    if (options.flag('quiet') && format === 'table') {
      terminal.stdout(networks.map(({ id }) => `${whole ? id : shortId(id)}\n`).join(''));
      return 0;
    }
    const zone = zoneOf(terminal.env);
    const rows = networks.map((network) => rowOf(network, { whole, zone }));
    terminal.stdout(formatRows(rows, format === 'table' ? `table ${defaultTable}` : format, heads, formatTable));
    return 0;
  },
};

const defaultTable = '{{.ID}}\t{{.Name}}\t{{.Driver}}\t{{.Scope}}';

const heads = {
  CreatedAt: 'CREATED AT',
  Driver: 'DRIVER',
  ID: 'NETWORK ID',
  IPv4: 'IPV4',
  IPv6: 'IPV6',
  Internal: 'INTERNAL',
  Labels: 'LABELS',
  Name: 'NAME',
  Scope: 'SCOPE',
};

function rowOf(network: Network, { whole, zone }: { whole: boolean; zone: Zone }): Record<keyof typeof heads, string> {
  const { id, name, driver, createdAt, ipv6, internal, labels } = network;
  return {
    CreatedAt: createdAt === undefined ? '' : goTime(createdAt, zone),
    Driver: driver,
    ID: whole ? id : shortId(id),
    IPv4: String(driver === 'bridge'),
    IPv6: String(ipv6 !== undefined),
    Internal: String(internal),
    Labels: cleanText(
      Object.entries(labels)
        .map(([key, value]) => `${key}=${value}`)
        .join(','),
    ),
    Name: cleanText(name),
    Scope: 'local',
  };
}
