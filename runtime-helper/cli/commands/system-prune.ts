import type { Command } from '../command.ts';
import { confirm } from '../confirm.ts';
import { cleanText, formatSize } from '../text.ts';

export const systemPrune: Command = {
  name: 'system prune',
  usage: '[OPTIONS]',
  summary: 'Remove unused data',
  options: {
    all: { type: 'flag', short: 'a', help: 'Remove all unused images not just dangling ones' },
    force: { type: 'flag', short: 'f', help: 'Do not prompt for confirmation' },
    volumes: { type: 'flag', help: 'Prune anonymous volumes' },
  },
  notBuilt: ['--filter'],
  args: { least: 0, most: 0 },
  privileged: true,
  run: async ({ engine, operation, options, terminal }) => {
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

function warning({ all, volumes }: { all: boolean; volumes: boolean }): string {
  const things = [
    'all stopped containers',
    'all networks not used by at least one container',
    ...(volumes ? ['all anonymous volumes not used by at least one container'] : []),
    all ? 'all images without at least one container associated to them' : 'all dangling images',
  ];
  return `This will remove:\n${things.map((thing) => `  - ${thing}\n`).join('')}`;
}
