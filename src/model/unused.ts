/** What nothing uses at the moment, of all that can be removed. Pure. */
import type {
  ContainerSummary,
  ImageSummary,
  NetworkSummary,
  VolumeSummary,
} from '../../runtime-helper/protocol/types.ts';

export type Unused = {
  /** Those that do not run. */
  containers: ContainerSummary[];
  /** A person's own that no container is connected to. */
  networks: NetworkSummary[];
  /** No container was made of them. */
  unnamedImages: ImageSummary[];
  /** Those that no container has. */
  volumes: VolumeSummary[];
};

type Everything = {
  containers: readonly ContainerSummary[];
  networks: readonly NetworkSummary[];
  images: readonly ImageSummary[];
  volumes: readonly VolumeSummary[];
};

export function unusedOf({ containers, networks, images, volumes }: Everything): Unused {
  const isUsed = new Set(containers.map(({ imageId }) => imageId));
  return {
    containers: containers.filter(({ state }) => ['created', 'exited', 'dead'].includes(state.status)),
    networks: networks.filter((network) => !network.predefined && network.containers.length === 0),
    unnamedImages: images.filter(({ id, references }) => references.length === 0 && !isUsed.has(id)),
    volumes: volumes.filter(({ users }) => users.length === 0),
  };
}
