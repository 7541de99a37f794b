import type { Mount } from '../oci/runtime-config.ts';

export type Propagation = 'private' | 'rprivate' | 'shared' | 'rshared' | 'slave' | 'rslave';

/** What a container has mounted beyond what every one has, as it is recorded. */
export type MountPoint = {
  /** How it was asked for; absent: `-v` or `--tmpfs`, or by the image. */
  by?: 'mount' | 'volumes-from';
} & (
  | {
      type: 'bind';
      /** Absolute, on the host. */
      source: string;
      target: string;
      readonly: boolean;
      propagation: Propagation;
      /** False: what is mounted below the source does not come along. */
      recursive: boolean;
    }
  | {
      type: 'volume';
      name: string;
      target: string;
      readonly: boolean;
      /** Of the volume; absent: all of it. */
      subpath?: string;
      /** Whether it takes the image's content when it is empty. */
      copy: boolean;
      /** Made for this container alone, and named by us. */
      anonymous: boolean;
    }
  | {
      type: 'tmpfs';
      target: string;
      /** mount(8)'s options, `ro` among them. */
      options: string[];
    }
);

/** The same for the OCI config. A volume has a type of its own, which only our own runtime part knows: it is opened by name. */
export function mountOf(point: MountPoint): Mount {
  const { target: destination } = point;
  switch (point.type) {
    case 'bind':
      return {
        ...{ destination, type: 'bind', source: point.source },
        options: [point.recursive ? 'rbind' : 'bind', point.propagation, ...(point.readonly ? ['ro'] : [])],
      };
    case 'volume':
      return {
        ...{ destination, type: 'volume', source: point.name },
        options: [
          ...(point.readonly ? ['ro'] : []),
          ...(point.copy ? [] : ['nocopy']),
          ...(point.subpath === undefined ? [] : [`subpath=${point.subpath}`]),
        ],
      };
    case 'tmpfs':
      return { destination, type: 'tmpfs', source: 'tmpfs', options: point.options };
  }
}

/** Later ones take the place of earlier ones at the same path; a path comes before what lies below it. */
export function orderMounts(mounts: readonly Mount[]): Mount[] {
  const byTarget = new Map(mounts.map((mount) => [mount.destination, mount]));
  const depth = ({ destination }: Mount): number => destination.split('/').filter(Boolean).length;
  return [...byTarget.values()].toSorted((a, b) => depth(a) - depth(b));
}

/** Names of the volumes that were made for this container alone. */
export function anonymousVolumes({ mounts = [] }: { mounts?: MountPoint[] }): string[] {
  return mounts.flatMap((point) => (point.type === 'volume' && point.anonymous ? [point.name] : []));
}
