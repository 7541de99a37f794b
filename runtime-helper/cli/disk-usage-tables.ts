/** `system df -v` as Docker lays it out (docker/cli, cli/command/formatter/disk_usage.go). */
import { firstRowOf, imageHeads } from './commands/images.ts';
import { containerHeads, rowOf } from './commands/ps.ts';
import { volumeHeads, volumeRow } from './commands/volume-ls.ts';
import type { DiskUsage } from './disk-usage.ts';
import { formatRows } from './format.ts';
import { formatSize, formatTable } from './text.ts';
import type { Zone } from './zone.ts';

const templates = {
  images:
    '{{.Repository}}\t{{.Tag}}\t{{.ID}}\t{{.CreatedSince}}\t{{.Size}}\t{{.SharedSize}}\t{{.UniqueSize}}\t{{.Containers}}',
  containers:
    '{{.ID}}\t{{.Image}}\t{{.Command}}\t{{.LocalVolumes}}\t{{.Size}}\t{{.RunningFor}}\t{{.Status}}\t{{.Names}}',
  volumes: '{{.Name}}\t{{.Links}}\t{{.Size}}',
};
const cacheHeads = ['CACHE ID', 'CACHE TYPE', 'SIZE', 'CREATED', 'LAST USED', 'USAGE', 'SHARED'];

export function tablesOf(usage: DiskUsage, zone: Zone): string {
  const { Images, Containers, Volumes } = documentOf(usage, zone);
  const table = (rows: Record<string, string>[], template: string, heads: Record<string, unknown>): string =>
    formatRows(rows, `table ${template}`, heads, formatTable);
  return [
    `Images space usage:\n\n${table(Images, templates.images, imageHeads)}`,
    `Containers space usage:\n\n${table(Containers, templates.containers, containerHeads)}`,
    `Local Volumes space usage:\n\n${table(Volumes, templates.volumes, volumeHeads)}`,
    `Build cache usage: 0B\n\n${formatTable([cacheHeads])}`,
  ].join('\n');
}

type Rows = Record<string, string>[];

/** What a template of `--format` finds. */
export function documentOf(
  { images, containers, volumes }: DiskUsage,
  zone: Zone,
): Record<'Images' | 'Containers' | 'Volumes' | 'BuildCache', Rows> {
  const now = Date.now();
  return {
    Images: images.map(({ image, shared, containers: users }) => ({
      ...firstRowOf(image, { now, zone }),
      ...{ SharedSize: formatSize(shared), UniqueSize: formatSize(image.size - shared), Containers: String(users) },
    })),
    Containers: containers.map(({ container, written }) => ({
      ...rowOf(container, { whole: false, now, zone }),
      Size: formatSize(written),
    })),
    Volumes: volumes.map(({ volume, size }) => ({ ...volumeRow(volume), Size: formatSize(size) })),
    // There is none: nothing is built here.
    BuildCache: [],
  };
}
