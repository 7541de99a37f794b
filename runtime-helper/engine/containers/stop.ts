import { initHandles, signalNumber, type MonitorClient } from '../../container/monitor-client.ts';
import type { ContainerRecord } from '../../container/record.ts';
import type { ActiveState } from '../../container/state.ts';
import { SkiffError } from '../../lib/errors.ts';
import type { Operation } from '../../lib/operation.ts';
import type { StopOptions } from '../types.ts';
import { abortable, endsWithin, withMonitor } from './monitor.ts';
import type { Parts } from './parts.ts';
import { phrase } from '../../lib/phrase.ts';

const defaultGraceSeconds = 10;
const kill = 9;

/** TERM (or the container's or the given signal), grace, KILL. */
export async function stopContainer(
  { catalog, journal }: Parts,
  id: string,
  options: StopOptions,
  operation: Operation,
): Promise<void> {
  const record = catalog.record(id);
  const signal = signalNumber(options.signal ?? record.stopSignal);
  await withMonitor(catalog, record, async (monitor, state) => {
    monitor.endForGood();
    const grace = graceSeconds(record, options);
    if (grace !== 0 && !hears(state, signal)) options.onDeaf?.(grace);
    deliver(monitor, state, signal);
    journal.note('kill', record, { signal: String(signal) });
    if (grace < 0) await abortable(monitor.exited, operation.signal);
    else if (!(await endsWithin(monitor, grace * 1000, operation.signal))) {
      monitor.signal(kill);
      journal.note('kill', record, { signal: String(kill) });
      await monitor.exited;
    }
    journal.note('stop', record);
  });
}

export function vainGrace({ catalog }: Parts, id: string): number | undefined {
  const record = catalog.record(id);
  const state = catalog.active(record);
  if (!state || hears(state, signalNumber(record.stopSignal))) return undefined;
  return graceSeconds(record, {}) || undefined;
}

/** Seconds until KILL; negative: it never comes. */
function graceSeconds(record: ContainerRecord, { timeoutSeconds }: StopOptions): number {
  return timeoutSeconds ?? record.stopTimeout ?? defaultGraceSeconds;
}

/** The kernel drops what PID 1 has no handler for: pid_namespaces(7). */
function hears(state: ActiveState, signal: number): boolean {
  return state.status === 'restarting' || initHandles(state.pid, signal);
}

/** A process that is frozen gets a signal when it is thawed. */
function deliver(monitor: MonitorClient, state: ActiveState, signal: number): void {
  if (state.status === 'restarting') return;
  monitor.signal(signal);
  if (state.status === 'paused') void monitor.freeze(false);
}

/** As Docker: KILL and the container's stop signal are somebody's wish that it ends, so no restart follows them. */
export async function killContainer({ catalog, journal }: Parts, id: string, signal: string): Promise<void> {
  const record = catalog.record(id);
  const number = signalNumber(signal);
  if (!catalog.active(record))
    throw new SkiffError(
      'conflict',
      phrase('cannot kill container: {0}: container {1} is not running', record.name, record.id),
    );
  const ends = number === kill || number === signalNumber(record.stopSignal);
  await withMonitor(catalog, record, async (monitor, state) => {
    if (ends) {
      monitor.endForGood();
      deliver(monitor, state, number);
    } else if (state.status !== 'restarting') monitor.signal(number);
    journal.note('kill', record, { signal: String(number) });
    if (number === kill || state.status === 'restarting') await monitor.exited;
  });
}
