import type { Owners } from '../../network/leases.ts';
import type { Spawner } from '../../sys/spawner.ts';
import type { Parts } from '../containers/parts.ts';

/** Who holds an address: a container that runs. Before one of the dead goes to another, published ports stop leading there. */
export function ownersOf({ catalog }: Parts, spawner: Spawner): Owners {
  return {
    isAlive: (id) => {
      const record = catalog.records.read(id);
      return record !== undefined && catalog.active(record) !== undefined;
    },
    forget: async (address) => {
      await spawner.request(['network-forget', address]);
    },
  };
}
