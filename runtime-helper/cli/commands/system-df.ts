import type { Engine } from '../../engine/index.ts';
import type { Command } from '../command.ts';
import { formatRows } from '../format.ts';
import { formatSize, formatTable } from '../text.ts';

const heads = { Type: 'TYPE', TotalCount: 'TOTAL', Active: 'ACTIVE', Size: 'SIZE', Reclaimable: 'RECLAIMABLE' };
const defaultTable = 'table {{.Type}}\t{{.TotalCount}}\t{{.Active}}\t{{.Size}}\t{{.Reclaimable}}';

export const systemDf: Command = {
  name: 'system df',
  usage: '[OPTIONS]',
  summary: 'Show disk usage',
  options: { format: { type: 'text', help: "Format output: 'table', 'table TEMPLATE', 'json' or a Go template" } },
  notBuilt: ['-v', '--verbose'],
  args: { least: 0, most: 0 },
  privileged: true,
  run: async ({ engine, options, terminal }) => {
    const format = options.text('format') ?? 'table';
    const rows = [await ofImages(engine), await ofContainers(engine)];
    terminal.stdout(formatRows(rows, format === 'table' ? defaultTable : format, heads, formatTable));
    return 0;
  },
};

type Row = Record<keyof typeof heads, string>;
type Usage = { count: number; active: number; size: number; reclaimable: number };

function rowOf(type: string, { count, active, size, reclaimable }: Usage): Row {
  const percent = size > 0 ? ` (${Math.floor((reclaimable * 100) / size)}%)` : '';
  return {
    Type: type,
    TotalCount: String(count),
    Active: String(active),
    Size: formatSize(size),
    Reclaimable: `${formatSize(reclaimable)}${percent}`,
  };
}

/** A layer that several images share is counted once for each: what removing all of them would give back is less. */
async function ofImages(engine: Engine): Promise<Row> {
  const images = engine.listImages().filter(({ id }) => id !== 'host');
  const used = new Set(engine.listContainers({ all: true }).map(({ imageId }) => imageId));
  const sum = (some: typeof images): number => some.reduce((total, { size }) => total + size, 0);
  const active = images.filter(({ id }) => used.has(id));
  const size = sum(images);
  return rowOf('Images', { count: images.length, active: active.length, size, reclaimable: size - sum(active) });
}

async function ofContainers(engine: Engine): Promise<Row> {
  const containers = engine.listContainers({ all: true });
  const sizes = await engine.containerSizes(containers.map(({ id }) => id));
  const running = new Set(engine.listContainers({ all: false }).map(({ id }) => id));
  const sum = (chosen: (id: string) => boolean): number =>
    containers.reduce((total, { id }) => total + (chosen(id) ? (sizes.get(id)?.written ?? 0) : 0), 0);
  return rowOf('Containers', {
    count: containers.length,
    active: running.size,
    size: sum(() => true),
    reclaimable: sum((id) => !running.has(id)),
  });
}
