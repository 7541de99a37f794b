import type { Engine } from '../../engine/index.ts';
import type { Command } from '../command.ts';
import { confirm } from '../confirm.ts';
import type { Terminal } from '../terminal.ts';
import { cleanText, formatSize } from '../text.ts';

export const systemPrune: Command = {
  name: 'system prune',
  usage: '[OPTIONS]',
  summary: 'Remove unused data',
  options: {
    all: { type: 'flag', short: 'a', help: 'Remove all unused images not just dangling ones' },
    force: { type: 'flag', short: 'f', help: 'Do not prompt for confirmation' },
    network: {
      type: 'flag',
      help: "Remove only what networks need of this machine's kernel: bridges and nftables rules, which the next start makes again",
    },
    volumes: { type: 'flag', help: 'Prune anonymous volumes' },
  },
  notBuilt: ['--filter'],
  args: { least: 0, most: 0 },
  privileged: true,
  run: async ({ engine, operation, options, terminal }) => {
    if (options.flag('network')) return resetNetworks(engine, options.flag('force'), terminal);
    const [all, volumes] = [options.flag('all'), options.flag('volumes')];
    if (!options.flag('force') && !(await confirm(terminal, warning({ all, volumes })))) return 0;
    const containers = await engine.pruneContainers(() => true);
    const networks = await engine.pruneNetworks(() => false);
    const gone = volumes ? await engine.pruneVolumes({ all: false }, operation) : [];
    const images = await engine.pruneImages({ all, labels: [] }, operation);
    const imageLines = [
      ...images.untagged.map((name) => `untagged: ${name}`),
      ...images.deleted.map((id) => `deleted: ${id}`),
    ];
    const list = (title: string, lines: readonly string[]): string =>
      lines.length === 0 ? '' : `Deleted ${title}:\n${lines.map((line) => `${cleanText(line)}\n`).join('')}\n`;
    terminal.stdout(
      list('Containers', containers.removed) +
        list('Networks', networks) +
        list('Volumes', gone) +
        list('Images', imageLines),
    );
    terminal.stdout(`Total reclaimed space: ${formatSize(containers.reclaimedBytes + images.reclaimedBytes)}\n`);
    return 0;
  },
};

async function resetNetworks(engine: Engine, force: boolean, terminal: Terminal): Promise<number> {
  const warned = 'This will remove:\n  - the bridges of all networks\n  - all nftables rules of Skiff\n';
  if (!force && !(await confirm(terminal, warned))) return 0;
  const bridges = await engine.resetNetworks();
  terminal.stdout(`Deleted Bridges:\n${bridges.map((bridge) => `${bridge}\n`).join('')}`);
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
