import { anonymousVolumes } from '../../container/mounts.ts';
import type { ContainerRecord } from '../../container/record.ts';
import { SkiffError } from '../../lib/errors.ts';
import { ownersOf } from '../networks/owners.ts';
import { withMonitor } from './monitor.ts';
import type { Parts } from './parts.ts';
import { phrase } from '../../lib/phrase.ts';

const kill = 9;

export async function removeContainer(
  parts: Parts,
  id: string,
  { force, volumes = false }: { force: boolean; volumes?: boolean },
): Promise<void> {
  const { catalog } = parts;
  const record = catalog.record(id);
  const active = catalog.active(record);
  if (active && !force) throw refusal(record.name, active.status);
  await withMonitor(catalog, record, async (monitor, { status }) => {
    monitor.endForGood();
    if (status !== 'restarting') monitor.signal(kill);
    parts.journal.note('kill', record, { signal: String(kill) });
    if (status === 'paused') void monitor.freeze(false);
    await monitor.exited;
  });
  await removeStopped(parts, record);
  // As Docker: who asks for a container that removes itself has asked for its volumes' end, too.
  if (volumes || record.autoRemove) await parts.volumes.dropAnonymous(anonymousVolumes(record));
}

function refusal(name: string, status: string): SkiffError {
  return new SkiffError(
    'conflict',
    status === 'paused'
      ? phrase(
          'cannot remove container "/{0}": container is paused: unpause and then stop the container before removing or force remove',
          name,
        )
      : phrase(
          'cannot remove container "/{0}": container is {1}: stop the container before removing or force remove',
          name,
          status,
        ),
  );
}

/** Removes a container that is not running, and all that it has on disk. */
export async function removeStopped(parts: Parts, record: ContainerRecord): Promise<void> {
  const { catalog, journal, networks, privileges } = parts;
  const spawner = await privileges.spawner();
  const cgroupParent = record.confinement?.cgroupParent;
  await spawner.request(['remove', record.id, ...(cgroupParent === undefined ? [] : [cgroupParent])]);
  // Names last: a name whose owner is gone is free, but a container without its name would be a riddle.
  catalog.names.release(record.name, record.id);
  await networks.releaseEnded(record.id, ownersOf(parts, spawner));
  journal.note('destroy', record);
}
