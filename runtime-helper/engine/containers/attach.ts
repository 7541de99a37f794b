import type { Parts } from './parts.ts';

/** Socket of a running container's monitor. */
export function attachContainer({ catalog }: Parts, id: string): { socket: string; tty: boolean } {
  const record = catalog.record(id);
  catalog.assertRunning(record);
  return { socket: catalog.socket(record.id), tty: record.tty };
}
