import { initHandles, signalNumber } from '../../container/monitor-client.ts';
import type { Operation } from '../../lib/operation.ts';
import { endsWithin, withMonitor } from './monitor.ts';
import type { Parts } from './parts.ts';

const defaultGraceSeconds = 10;
const kill = 9;

/** TERM (or the image's or the given signal), grace, KILL; no grace for a PID 1 that the signal can't reach. */
export async function stopContainer(
  { catalog }: Parts,
  id: string,
  options: { timeoutSeconds?: number; signal?: string },
  operation: Operation,
): Promise<void> {
  const record = catalog.record(id);
  const signal = signalNumber(options.signal ?? record.stopSignal);
  await withMonitor(catalog, record, async (monitor, pid) => {
    const graceMs = initHandles(pid, signal) ? (options.timeoutSeconds ?? defaultGraceSeconds) * 1000 : 0;
    monitor.signal(signal);
    if (await endsWithin(monitor, graceMs, operation.signal)) return;
    monitor.signal(kill);
    await monitor.exited;
  });
}

export async function killContainer({ catalog }: Parts, id: string, signal: string): Promise<void> {
  const record = catalog.record(id);
  const number = signalNumber(signal);
  catalog.assertRunning(record);
  await withMonitor(catalog, record, async (monitor) => {
    monitor.signal(number);
    if (number === kill) await monitor.exited;
  });
}
