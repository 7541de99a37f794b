import type { ContainerRecord } from '../../container/record.ts';
import { SkiffError } from '../../lib/errors.ts';
import { withMonitor } from './monitor.ts';
import type { Parts } from './parts.ts';

const kill = 9;

export async function removeContainer(parts: Parts, id: string, { force }: { force: boolean }): Promise<void> {
  const { catalog } = parts;
  const record = catalog.record(id);
  if (catalog.pid(record) !== undefined) {
    if (!force) {
      throw new SkiffError('failed-precondition', `cannot remove container "/${record.name}": container is running`, {
        hint: 'Stop the container before removing it, or force the removal.',
      });
    }
    await withMonitor(catalog, record, async (monitor) => {
      monitor.signal(kill);
      await monitor.exited;
    });
  }
  await removeStopped(parts, record);
}

/** Removes a container that is not running, and all that it has on disk. */
export async function removeStopped({ catalog, networks, privileges }: Parts, record: ContainerRecord): Promise<void> {
  const spawner = await privileges.spawner();
  await spawner.request(['remove', record.id]);
  // Names last: a name whose owner is gone is free, but a container without its name would be a riddle.
  catalog.names.release(record.name, record.id);
  networks.release(record.id);
}
