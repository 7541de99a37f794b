import { SkiffError } from '../../lib/errors.ts';
import type { Parts } from './parts.ts';

/** In Docker's words. */
const refusals = {
  created: 'a stopped container, start it first',
  exited: 'a stopped container, start it first',
  dead: 'a stopped container, start it first',
  paused: 'a paused container, unpause it first',
  restarting: 'a restarting container, wait until it is running',
};

/** Socket of a running container's monitor. */
export function attachContainer({ catalog }: Parts, id: string): { socket: string; tty: boolean } {
  const record = catalog.record(id);
  const { status } = catalog.state(record);
  if (status !== 'running') throw new SkiffError('conflict', `you cannot attach to ${refusals[status]}`);
  return { socket: catalog.socket(record.id), tty: record.tty };
}
