import type { Container } from '../../engine/index.ts';
import type { Command } from '../command.ts';
import { confirm } from '../confirm.ts';
import { labelsFit, parseFilters } from '../filters.ts';
import { formatSize } from '../text.ts';
import { parseTime } from '../times.ts';
import { zoneOf, type Zone } from '../zone.ts';

export const containerPrune: Command = {
  name: 'container prune',
  usage: '[OPTIONS]',
  summary: 'Remove all stopped containers',
  options: {
    filter: { type: 'list', value: 'filter', help: 'Provide filter values (e.g. "until=<timestamp>")' },
    force: { type: 'flag', short: 'f', help: 'Do not prompt for confirmation' },
  },
  args: { least: 0, most: 0 },
  privileged: true,
  run: async ({ engine, options, terminal }) => {
    const matches = pruneFilter(options.list('filter'), zoneOf(terminal.env));
    const asked = options.flag('force') || (await confirm(terminal, 'This will remove all stopped containers.'));
    if (!asked) return 0;
    const { removed, reclaimedBytes } = await engine.pruneContainers(matches);
    if (removed.length > 0) terminal.stdout(`Deleted Containers:\n${removed.join('\n')}\n\n`);
    terminal.stdout(`Total reclaimed space: ${formatSize(reclaimedBytes)}\n`);
    return 0;
  },
};

/** `until`: created before then; `label`, `label!`: that it has, or has not. */
export function pruneFilter(
  entries: readonly string[],
  zone: Zone,
): (one: Pick<Container, 'createdAt' | 'labels'>) => boolean {
  const filters = parseFilters(entries, ['until', 'label', 'label!']);
  const until = filters.get('until')?.at(-1);
  const before = until === undefined ? undefined : parseTime(until, Date.now(), zone);
  return ({ createdAt, labels }) =>
    (before === undefined || Date.parse(createdAt) < before) &&
    labelsFit(filters.get('label'), labels) &&
    !(filters.get('label!') ?? []).some((one) => labelsFit([one], labels));
}
