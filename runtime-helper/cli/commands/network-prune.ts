import type { Command } from '../command.ts';
import { confirm } from '../confirm.ts';
import { pruneFilter } from './container-prune.ts';
import { zoneOf } from '../zone.ts';

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
    const matches = pruneFilter(options.list('filter'), zoneOf(terminal.env));
    const warned = 'This will remove all custom networks not used by at least one container.';
    if (!options.flag('force') && !(await confirm(terminal, warned))) return 0;
    const removed = await engine.pruneNetworks(({ createdAt = '', labels }) => !matches({ createdAt, labels }));
    if (removed.length > 0) terminal.stdout(`Deleted Networks:\n${removed.map((name) => `${name}\n`).join('')}\n`);
    return 0;
  },
};
