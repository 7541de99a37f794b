import { MonitorClient } from '../../container/monitor-client.ts';
import type { ContainerRecord } from '../../container/record.ts';
import type { ActiveState } from '../../container/state.ts';
import { SkiffError } from '../../lib/errors.ts';
import type { Catalog } from './catalog.ts';

/** Does nothing when the container has no monitor, or ends in this moment. */
export async function withMonitor(
  catalog: Catalog,
  record: ContainerRecord,
  use: (monitor: MonitorClient, state: ActiveState) => Promise<void>,
): Promise<void> {
  const state = catalog.active(record);
  if (!state) return;
  let monitor: MonitorClient;
  try {
    monitor = await MonitorClient.connect(catalog.socket(record.id));
  } catch (error) {
    if (!catalog.active(record)) return;
    throw error;
  }
  try {
    await use(monitor, state);
  } finally {
    monitor.close();
  }
}

/** Whether the container has ended before the time is over. Throws when it is given up. */
export async function endsWithin(monitor: MonitorClient, milliseconds: number, signal: AbortSignal): Promise<boolean> {
  const timer = Promise.withResolvers<boolean>();
  const handle = setTimeout(() => timer.resolve(false), milliseconds);
  try {
    return await abortable(Promise.race([monitor.exited.then(() => true), timer.promise]), signal);
  } finally {
    clearTimeout(handle);
  }
}

/** The same promise, but rejects with canceled as soon as `signal` aborts. What it stands for goes on. */
export async function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const onAbort = (): void => aborted.reject(new SkiffError('canceled', 'canceled'));
  signal.addEventListener('abort', onAbort);
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
