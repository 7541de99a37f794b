import type { VolumeOperations } from '../types.ts';
import type { Volumes } from './volumes.ts';

export function volumeOperations(volumes: Volumes): VolumeOperations {
  return {
    createVolume: (what) => volumes.create(what),
    listVolumes: () => volumes.list(),
    volumeSizes: (names) => volumes.sizes(names),
    findVolume: (name) => volumes.find(name),
    removeVolume: (name) => volumes.remove(name),
    pruneVolumes: (what) => volumes.prune(what),
  };
}
