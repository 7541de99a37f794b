import type { Command } from '../command.ts';
import { readDiskUsage, type DiskUsage } from '../disk-usage.ts';
import { documentOf, tablesOf } from '../disk-usage-tables.ts';
import { formatRows, formatValue } from '../format.ts';
import { formatSize, formatTable } from '../text.ts';
import { zoneOf } from '../zone.ts';

const heads = { Type: 'TYPE', TotalCount: 'TOTAL', Active: 'ACTIVE', Size: 'SIZE', Reclaimable: 'RECLAIMABLE' };
const defaultTable = 'table {{.Type}}\t{{.TotalCount}}\t{{.Active}}\t{{.Size}}\t{{.Reclaimable}}';

export const systemDf: Command = {
  name: 'system df',
  usage: '[OPTIONS]',
  summary: 'Show disk usage',
  options: {
    format: { type: 'text', help: "Format output: 'table', 'table TEMPLATE', 'json' or a Go template" },
    verbose: { type: 'flag', short: 'v', help: 'Show detailed information on space usage' },
  },
  args: { least: 0, most: 0 },
  privileged: true,
  run: async ({ engine, operation, options, terminal }) => {
    const format = options.text('format') ?? 'table';
    const zone = zoneOf(terminal.env);
    const usage = await readDiskUsage(engine, operation);
    if (!options.flag('verbose'))
      terminal.stdout(formatRows(summaryOf(usage), format === 'table' ? defaultTable : format, heads, formatTable));
    else if (format === 'table') terminal.stdout(tablesOf(usage, zone));
    else terminal.stdout(`${formatValue(documentOf(usage, zone), format)}\n`);
    return 0;
  },
};

type Row = Record<keyof typeof heads, string>;
type Part = { count: number; active: number; size: number; reclaimable: number };

function summaryOf({ images, layersSize, containers, volumes }: DiskUsage): Row[] {
  const sum = <T>(items: readonly T[], size: (item: T) => number): number =>
    items.reduce((total, item) => total + size(item), 0);
  const usedImages = images.filter((image) => image.containers > 0);
  const idle = containers.filter(({ active }) => !active);
  const unused = volumes.filter(({ volume }) => volume.users.length === 0);
  return [
    rowOf('Images', {
      ...{ count: images.length, active: usedImages.length, size: layersSize },
      // As Docker counts it: of what is shared nothing is given back by anyone alone.
      reclaimable: layersSize - sum(usedImages, ({ image, shared }) => image.size - shared),
    }),
    rowOf('Containers', {
      ...{ count: containers.length, active: containers.length - idle.length },
      ...{ size: sum(containers, ({ written }) => written), reclaimable: sum(idle, ({ written }) => written) },
    }),
    rowOf('Local Volumes', {
      ...{ count: volumes.length, active: volumes.length - unused.length },
      ...{ size: sum(volumes, ({ size }) => size), reclaimable: sum(unused, ({ size }) => size) },
    }),
    // There is none: nothing is built here.
    rowOf('Build Cache', { count: 0, active: 0, size: 0, reclaimable: 0 }),
  ];
}

function rowOf(type: string, { count, active, size, reclaimable }: Part): Row {
  const percent = size > 0 ? ` (${Math.floor((reclaimable * 100) / size)}%)` : '';
  return {
    ...{ Type: type, TotalCount: String(count), Active: String(active), Size: formatSize(size) },
    Reclaimable: `${formatSize(reclaimable)}${percent}`,
  };
}
