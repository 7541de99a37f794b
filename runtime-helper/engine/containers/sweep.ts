import { statSync } from 'node:fs';
import { readFailedStart } from '../../container/failed-start.ts';
import type { ContainerRecord } from '../../container/record.ts';
import type { Log } from '../../lib/operation.ts';
import type { Spawner } from '../../sys/spawner.ts';
import type { ContainerState } from '../types.ts';
import type { Parts } from './parts.ts';
import { removeStopped } from './remove.ts';

/** Someone may be making a container right now: what is younger is left alone. */
const youngMs = 60_000;

/**
 * Removes what nobody will ask for again: containers that were to be removed when they ended, but whose monitor was killed or
 * whose machine went down; folders whose maker died before they became containers; files whose remover was killed at it.
 */
export async function sweep(parts: Parts, spawner: Spawner, log: Log): Promise<void> {
  const { catalog } = parts;
  const states = catalog.states();
  /** Nobody waits for the sweep: a failure is for the log, and must not keep the rest from being swept. */
  const swept = async (id: string, sweepOne: () => Promise<unknown>): Promise<void> => {
    try {
      await sweepOne();
      log('info', `swept ${id.slice(0, 12)}, which was left behind`);
    } catch (error) {
      log('warn', `sweeping ${id.slice(0, 12)}: ${String(error)}`);
    }
  };
  for (const id of catalog.records.removedIds()) await swept(id, () => spawner.request(['remove', id]));
  for (const id of catalog.records.ids()) {
    const record = catalog.records.read(id);
    const age = Date.now() - (statSync(catalog.folder(id), { throwIfNoEntry: false })?.ctimeMs ?? Date.now());
    if (age < youngMs) continue;
    if (!record) await swept(id, () => spawner.request(['remove', id]));
    else if (isLeftBehind(record, states.read(record).status, catalog.folder(id)))
      await swept(id, () => removeStopped(parts, record));
  }
}

/**
 * A container that was to go when it ended, and did, or never began: whoever started it removes it then, unless the native program, or he himself,
 * was killed before he could. One that nobody has tried to start waits for that.
 */
export function isLeftBehind(
  { autoRemove }: Pick<ContainerRecord, 'autoRemove'>,
  status: ContainerState['status'],
  folder: string,
): boolean {
  return autoRemove && (status === 'exited' || (status === 'created' && readFailedStart(folder) !== undefined));
}
