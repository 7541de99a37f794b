import type { Operation } from '../../lib/operation.ts';
import { abortable, withMonitor } from './monitor.ts';
import type { Parts } from './parts.ts';

/** Resolves with the exit code when the container has ended. */
export async function waitContainer({ catalog }: Parts, id: string, operation: Operation): Promise<number> {
  const record = catalog.record(id);
  let code: number | undefined;
  await withMonitor(catalog, record, async (monitor) => {
    code = await abortable(monitor.exited, operation.signal);
  });
  if (code !== undefined) return code;
  const { state } = catalog.find(record.id);
  return state.status === 'exited' ? state.exitCode : 0;
}
