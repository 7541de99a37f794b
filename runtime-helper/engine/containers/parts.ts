import type { ImageService } from '../images/service.ts';
import type { Journal } from '../journal.ts';
import type { ContainerNetworks } from '../networks/container-networks.ts';
import type { Privileges } from '../privileges.ts';
import type { Store } from '../store.ts';
import type { Volumes } from '../volumes/volumes.ts';
import type { Catalog } from './catalog.ts';

/** What the use cases of containers work with. */
export type Parts = {
  store: Store;
  images: ImageService;
  privileges: Privileges;
  networks: ContainerNetworks;
  catalog: Catalog;
  journal: Journal;
  volumes: Volumes;
  /** OCI runtime of containers that name none; empty: our own. */
  runtime: string;
};
