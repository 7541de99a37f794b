import { existsSync } from 'node:fs';
import { SkiffError } from '../../lib/errors.ts';
import type { Parts } from './parts.ts';
import { sessionSocket } from './session.ts';
import { phrase } from '../../lib/phrase.ts';

/** In Docker's words. */
const refusals = {
  created: phrase('you cannot attach to a stopped container, start it first'),
  exited: phrase('you cannot attach to a stopped container, start it first'),
  dead: phrase('you cannot attach to a stopped container, start it first'),
  paused: phrase('you cannot attach to a paused container, unpause it first'),
  restarting: phrase('you cannot attach to a restarting container, wait until it is running'),
};

/** Socket of a running container's monitor, or of that of a session in it. */
export function attachContainer(
  { catalog, journal, store }: Parts,
  id: string,
  session?: string,
): { socket: string; tty: boolean } {
  const record = catalog.record(id);
  const { status } = catalog.state(record);
  if (status !== 'running') throw new SkiffError('conflict', refusals[status]);
  if (session !== undefined) {
    const socket = sessionSocket(store, record.id, session);
    if (!existsSync(socket))
      throw new SkiffError('not-found', phrase('that session in container {0} has ended', record.name));
    // Who had no terminal has nothing to come back to.
    return { socket, tty: true };
  }
  journal.note('attach', record);
  return { socket: catalog.socket(record.id), tty: record.tty };
}
