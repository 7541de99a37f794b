import type { Command } from '../command.ts';
import { confirm } from '../confirm.ts';
import { formatSize } from '../text.ts';
import { volumeFilter } from '../volume-filters.ts';

export const volumePrune: Command = {
  name: 'volume prune',
  usage: '[OPTIONS]',
  summary: 'Remove unused local volumes',
  options: {
    all: { type: 'flag', short: 'a', help: 'Remove all unused volumes, not just anonymous ones' },
    filter: { type: 'list', value: 'filter', help: "Provide filter values (e.g. 'label=<label>')" },
    force: { type: 'flag', short: 'f', help: 'Do not prompt for confirmation' },
  },
  args: { least: 0, most: 0 },
  privileged: true,
  run: async ({ engine, operation, options, terminal }) => {
    const filters = options.list('filter');
    // Docker's older spelling of --all.
    const all = options.flag('all') || filters.some((filter) => /^all=(?:1|t|true)$/i.test(filter));
    const matches = volumeFilter(filters, ['all', 'label', 'label!']);
    const which = all ? 'all local volumes' : 'anonymous local volumes';
    const warned = `This will remove ${which} not used by at least one container.`;
    if (!options.flag('force') && !(await confirm(terminal, warned))) return 0;
    const { removed, reclaimedBytes } = await engine.pruneVolumes({ all, matches }, operation);
    if (removed.length > 0) terminal.stdout(`Deleted Volumes:\n${removed.map((name) => `${name}\n`).join('')}\n`);
    terminal.stdout(`Total reclaimed space: ${formatSize(reclaimedBytes)}\n`);
    return 0;
  },
};
