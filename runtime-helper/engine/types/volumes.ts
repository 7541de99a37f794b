/** Named volumes, as the engine offers them to its doors. */
import type { Operation } from '../../lib/operation.ts';
import type { Propagation } from '../../container/mounts.ts';

export type { MountPoint, Propagation } from '../../container/mounts.ts';

export type Volume = {
  name: string;
  /** ISO 8601, UTC. */
  createdAt: string;
  labels: Record<string, string>;
  /** Where its data is on the host; only root can go there. */
  mountpoint: string;
  /** Made for one container, which did not name it. */
  anonymous: boolean;
  /** Full ids of the containers that have it mounted, running or not. */
  users: string[];
};

/** What is to be mounted in a container. Targets are absolute. */
export type MountRequest = {
  /** Absent: `-v` or `--tmpfs`. */
  by?: 'mount';
} & (
  | {
      type: 'bind';
      /** Absolute, on the host. */
      source: string;
      target: string;
      readonly: boolean;
      /** Absent: rprivate. */
      propagation?: Propagation;
      recursive: boolean;
      /** A source that is missing is made, as a folder of the caller's. */
      createSource: boolean;
    }
  | {
      type: 'volume';
      /** Absent: an anonymous one. */
      name?: string;
      target: string;
      readonly: boolean;
      copy: boolean;
      subpath?: string;
    }
  | { type: 'tmpfs'; target: string; options: string[] }
);

export type VolumeOperations = {
  /** One that exists is returned as it is. Throws invalid-argument for a name that can't be one. */
  createVolume: (options: { name?: string; labels: Record<string, string> }, operation: Operation) => Promise<Volume>;
  /** By name. */
  listVolumes: () => Volume[];
  /** Bytes of what is in them, by name. */
  volumeSizes: (names: readonly string[], operation: Operation) => Promise<Map<string, number>>;
  /** Throws not-found. */
  findVolume: (name: string) => Volume;
  /** Throws not-found, and conflict for one that a container has. */
  removeVolume: (name: string, operation: Operation) => Promise<void>;
  /** Removes what no container has: anonymous ones, with `all` the named ones too. */
  pruneVolumes: (options: PruneVolumesOptions, operation: Operation) => Promise<PrunedVolumes>;
};

export type PruneVolumesOptions = { all: boolean; matches?: (volume: Volume) => boolean };
/** Names. */
export type PrunedVolumes = { removed: string[]; reclaimedBytes: number };
