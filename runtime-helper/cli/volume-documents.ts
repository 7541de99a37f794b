import type { Volume } from '../engine/index.ts';
import { asMap, nilMap } from './template/values.ts';

/** Docker's document about a volume. */
export function inspectVolume({ name, createdAt, labels, mountpoint }: Volume): object {
  return {
    CreatedAt: createdAt,
    Driver: 'local',
    Labels: Object.keys(labels).length > 0 ? asMap({ ...labels }) : nilMap,
    Mountpoint: mountpoint,
    Name: name,
    Options: nilMap,
    Scope: 'local',
  };
}
