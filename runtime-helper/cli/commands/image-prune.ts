import type { Command } from '../command.ts';
import { confirm } from '../confirm.ts';
import { parseFilters, type Filters } from '../filters.ts';
import type { Terminal } from '../terminal.ts';
import { cleanText, formatSize } from '../text.ts';
import { parseTime } from '../times.ts';
import { zoneOf, type Zone } from '../zone.ts';
import type { PruneImagesOptions } from '../../engine/index.ts';

export const imagePrune: Command = {
  name: 'image prune',
  usage: '[OPTIONS]',
  summary: 'Remove unused images',
  options: {
    all: { type: 'flag', short: 'a', help: 'Remove all unused images, not just dangling ones' },
    filter: { type: 'list', value: 'filter', help: 'Provide filter values (e.g. "until=<timestamp>")' },
    force: { type: 'flag', short: 'f', help: 'Do not prompt for confirmation' },
  },
  args: { least: 0, most: 0 },
  privileged: true,
  run: async ({ engine, operation, options, terminal }) => {
    const filters = parseFilters(options.list('filter'), ['until', 'label', 'label!', 'dangling']);
    const what = pruneOptions(
      filters,
      options.flag('all') || filters.get('dangling')?.at(-1) === 'false',
      zoneOf(terminal.env),
    );
    if (!options.flag('force') && !(await confirmed(terminal, what.all))) return 0;
    const { untagged, deleted, reclaimedBytes } = await engine.pruneImages(what, operation);
    const lines = [...untagged.map((name) => `untagged: ${cleanText(name)}`), ...deleted.map((id) => `deleted: ${id}`)];
    if (lines.length > 0) terminal.stdout(`Deleted Images:\n${lines.join('\n')}\n\n`);
    terminal.stdout(`Total reclaimed space: ${formatSize(reclaimedBytes)}\n`);
    return 0;
  },
};

export function pruneOptions(filters: Filters, all: boolean, zone: Zone): PruneImagesOptions {
  const until = filters.get('until')?.at(-1);
  const label = (text: string, wanted: boolean): PruneImagesOptions['labels'][number] => {
    const at = text.indexOf('=');
    return at < 0 ? { key: text, wanted } : { key: text.slice(0, at), value: text.slice(at + 1), wanted };
  };
  return {
    all,
    labels: [
      ...(filters.get('label') ?? []).map((text) => label(text, true)),
      ...(filters.get('label!') ?? []).map((text) => label(text, false)),
    ],
    ...(until === undefined ? {} : { createdBefore: new Date(parseTime(until, Date.now(), zone)).toISOString() }),
  };
}

async function confirmed(terminal: Terminal, all: boolean): Promise<boolean> {
  const which = all ? 'all images without at least one container associated to them' : 'all dangling images';
  return confirm(terminal, `This will remove ${which}.`);
}
