import type { Engine } from '../../engine/index.ts';
import type { Command } from '../command.ts';
import { confirm } from '../confirm.ts';
import type { Terminal } from '../terminal.ts';
import { parseFilters } from '../filters.ts';
import { cleanText, formatSize } from '../text.ts';
import { UsageError } from '../usage-error.ts';
import { pruneFilter } from './container-prune.ts';
import { pruneOptions } from './image-prune.ts';
import { zoneOf } from '../zone.ts';

export const systemPrune: Command = {
  name: 'system prune',
  usage: '[OPTIONS]',
  summary: 'Remove unused data',
  options: {
    all: { type: 'flag', short: 'a', help: 'Remove all unused images not just dangling ones' },
    filter: { type: 'list', value: 'filter', help: 'Provide filter values (e.g. "label=<key>=<value>")' },
    force: { type: 'flag', short: 'f', help: 'Do not prompt for confirmation' },
    network: {
      type: 'flag',
      help: "Remove only what networks need of this machine's kernel: bridges and nftables rules, which the next start makes again",
    },
    volumes: { type: 'flag', help: 'Prune anonymous volumes' },
  },
  args: { least: 0, most: 0 },
  privileged: true,
  run: async ({ engine, operation, options, terminal }) => {
    if (options.flag('network')) return resetNetworks(engine, options.flag('force'), terminal);
    const [all, volumes, given] = [options.flag('all'), options.flag('volumes'), options.list('filter')];
    const filters = parseFilters(given, ['until', 'label', 'label!']);
    if (volumes && filters.has('until'))
      throw new UsageError('the "until" filter is not supported with "--volumes"', 1);
    const zone = zoneOf(terminal.env);
    const matches = pruneFilter(given, zone);
    if (!options.flag('force') && !(await confirm(terminal, warning({ all, volumes })))) return 0;
    const containers = await engine.pruneContainers(matches);
    const networks = await engine.pruneNetworks(({ createdAt = '', labels }) => !matches({ createdAt, labels }));
    const gone = volumes
      ? await engine.pruneVolumes({ all: false, matches }, operation)
      : { removed: [], reclaimedBytes: 0 };
    const images = await engine.pruneImages(pruneOptions(filters, all, zone), operation);
    const imageLines = [
      ...images.untagged.map((name) => `untagged: ${name}`),
      ...images.deleted.map((id) => `deleted: ${id}`),
    ];
    const list = (title: string, lines: readonly string[]): string =>
      lines.length === 0 ? '' : `Deleted ${title}:\n${lines.map((line) => `${cleanText(line)}\n`).join('')}\n`;
    terminal.stdout(
      list('Containers', containers.removed) +
        list('Networks', networks) +
        list('Volumes', gone.removed) +
        list('Images', imageLines),
    );
    const reclaimed = containers.reclaimedBytes + gone.reclaimedBytes + images.reclaimedBytes;
    terminal.stdout(`Total reclaimed space: ${formatSize(reclaimed)}\n`);
    return 0;
  },
};

async function resetNetworks(engine: Engine, force: boolean, terminal: Terminal): Promise<number> {
  const warned = 'This will remove:\n  - the bridges of all networks\n  - all nftables rules of Skiff\n';
  if (!force && !(await confirm(terminal, warned))) return 0;
  const bridges = await engine.resetNetworks();
  if (bridges.length > 0) terminal.stdout(`Deleted Bridges:\n${bridges.map((bridge) => `${bridge}\n`).join('')}`);
  return 0;
}

function warning({ all, volumes }: { all: boolean; volumes: boolean }): string {
  const things = [
    'all stopped containers',
    'all networks not used by at least one container',
    ...(volumes ? ['all anonymous volumes not used by at least one container'] : []),
    all ? 'all images without at least one container associated to them' : 'all dangling images',
  ];
  return `This will remove:\n${things.map((thing) => `  - ${thing}\n`).join('')}`;
}
