import type { Command } from '../command.ts';
import { confirm } from '../confirm.ts';
import { hasLabel } from '../network-filter.ts';
import { UsageError } from '../usage-error.ts';
import type { Network } from '../../engine/index.ts';

export const networkPrune: Command = {
  name: 'network prune',
  usage: '[OPTIONS]',
  summary: 'Remove all unused networks',
  options: {
    filter: { type: 'list', value: 'filter', help: 'Provide filter values (e.g. "label=<key>=<value>")' },
    force: { type: 'flag', short: 'f', help: 'Do not prompt for confirmation' },
  },
  args: { least: 0, most: 0 },
  privileged: true,
  run: async ({ engine, options, terminal }) => {
    const wanted = options.list('filter').map(parseFilter);
    const warned = 'This will remove all custom networks not used by at least one container.';
    if (!options.flag('force') && !(await confirm(terminal, warned))) return 0;
    const removed = await engine.pruneNetworks((network) => !wanted.every((test) => test(network)));
    if (removed.length > 0) terminal.stdout(`Deleted Networks:\n${removed.map((name) => `${name}\n`).join('')}\n`);
    return 0;
  },
};

function parseFilter(filter: string): (network: Network) => boolean {
  const [, key, value = ''] = /^([^=]+)=(.*)$/s.exec(filter) ?? [];
  if (key === 'label') return hasLabel(value);
  if (key === 'label!') return (network) => !hasLabel(value)(network);
  throw new UsageError(`invalid filter '${key ?? filter}': only label and label! are built`, 1);
}
