import type { Command } from '../command.ts';
import type { Volume } from '../../engine/index.ts';
import { formatRows } from '../format.ts';
import { cleanText, formatTable } from '../text.ts';
import { volumeFilter } from '../volume-filters.ts';

export const volumeLs: Command = {
  name: 'volume ls',
  usage: '[OPTIONS]',
  summary: 'List volumes',
  options: {
    filter: { type: 'list', short: 'f', value: 'filter', help: "Provide filter values (e.g. 'dangling=true')" },
    format: { type: 'text', help: "Format output: 'table', 'table TEMPLATE', 'json' or a Go template" },
    quiet: { type: 'flag', short: 'q', help: 'Only display volume names' },
  },
  notBuilt: ['--cluster'],
  args: { least: 0, most: 0 },
  run: async ({ engine, options, terminal }) => {
    const matches = volumeFilter(options.list('filter'), ['name', 'driver', 'dangling', 'label']);
    const volumes = engine.listVolumes().filter(matches);
    const format = options.text('format') ?? 'table';
    if (options.flag('quiet') && format === 'table') {
      terminal.stdout(volumes.map(({ name }) => `${name}\n`).join(''));
      return 0;
    }
    const table = format === 'table' ? 'table {{.Driver}}\t{{.Name}}' : format;
    terminal.stdout(formatRows(volumes.map(volumeRow), table, volumeHeads, formatTable));
    return 0;
  },
};

export const volumeHeads = {
  Availability: 'AVAILABILITY',
  Driver: 'DRIVER',
  Group: 'GROUP',
  Name: 'VOLUME NAME',
  Labels: 'LABELS',
  Links: 'LINKS',
  Mountpoint: 'MOUNTPOINT',
  Scope: 'SCOPE',
  Size: 'SIZE',
  Status: 'STATUS',
};

export function volumeRow({ name, labels, mountpoint, users }: Volume): Record<keyof typeof volumeHeads, string> {
  const words = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  return {
    ...{ Driver: 'local', Name: name, Labels: cleanText(words.join(',')), Links: String(users.length) },
    ...{ Mountpoint: mountpoint, Scope: 'local', Size: 'N/A' },
    // Of volumes of a cluster.
    ...{ Availability: 'N/A', Group: 'N/A', Status: 'N/A' },
  };
}
