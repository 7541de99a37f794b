import { getSystemErrorName } from 'node:util';
import { SkiffError } from '../../lib/errors.ts';
import { withMonitor } from './monitor.ts';
import type { Parts } from './parts.ts';
import { phrase } from '../../lib/phrase.ts';

/** Throws conflict when it is paused already, or does not run. */
export async function pauseContainer(parts: Parts, id: string): Promise<void> {
  const record = parts.catalog.record(id);
  const { status } = parts.catalog.assertRunning(record);
  if (status === 'paused') throw new SkiffError('conflict', phrase('container {0} is already paused', record.id));
  await freeze(parts, record.id, true);
}

/** Throws conflict when it is not paused. */
export async function unpauseContainer(parts: Parts, id: string): Promise<void> {
  const record = parts.catalog.record(id);
  if (parts.catalog.state(record).status !== 'paused')
    throw new SkiffError('conflict', phrase('container {0} is not paused', record.id));
  await freeze(parts, record.id, false);
}

/** The monitor does it: only who is privileged may write to the cgroup. */
async function freeze({ catalog, journal }: Parts, id: string, frozen: boolean): Promise<void> {
  const record = catalog.record(id);
  await withMonitor(catalog, record, async (monitor) => {
    const errno = await monitor.freeze(frozen);
    if (errno !== 0) throw failure(record.id, frozen, getSystemErrorName(-errno));
    journal.note(frozen ? 'pause' : 'unpause', record);
  });
}

function failure(id: string, frozen: boolean, reason: string): SkiffError {
  // What can be paused can be unpaused: these two are no answers to that.
  if (reason === 'ENOTSUP')
    return new SkiffError(
      'not-implemented',
      phrase("cannot pause container {0}: this machine has neither cgroup version 2 nor version 1's freezer", id),
    );
  if (reason === 'EBUSY')
    return new SkiffError(
      'unavailable',
      phrase("cannot pause container {0}: one of its processes can't be interrupted", id),
    );
  if (reason === 'ESRCH') return new SkiffError('conflict', phrase('container {0} has just ended', id));
  return new SkiffError('internal', `cannot ${frozen ? 'pause' : 'unpause'} container ${id}: ${reason}`);
}
