import type { Volume } from '../engine/index.ts';

/** Docker's document about a volume. */
export function inspectVolume({ name, createdAt, labels, mountpoint }: Volume): object {
  return {
    CreatedAt: createdAt,
    Driver: 'local',
    Labels: Object.keys(labels).length > 0 ? labels : null,
    Mountpoint: mountpoint,
    Name: name,
    Options: null,
    Scope: 'local',
  };
}
