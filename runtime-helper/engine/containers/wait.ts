import type { ContainerRecord } from '../../container/record.ts';
import { isActive } from '../../container/state.ts';
import type { Operation } from '../../lib/operation.ts';
import type { WaitCondition } from '../types.ts';
import { watchStore } from '../watch.ts';
import type { Catalog } from './catalog.ts';
import { abortable, withMonitor } from './monitor.ts';
import type { Parts } from './parts.ts';

/** Resolves with the exit code when the condition holds. */
export async function waitContainer(
  parts: Parts,
  id: string,
  operation: Operation,
  condition: WaitCondition = 'not-running',
): Promise<number> {
  const { catalog } = parts;
  const record = catalog.record(id);
  if (condition !== 'not-running' && !catalog.active(record))
    await changed(parts, operation, () => isGone(parts, record) || catalog.active(record) !== undefined);
  const code = await nextEnd(catalog, record, operation);
  if (condition === 'removed') await changed(parts, operation, () => isGone(parts, record));
  return code;
}

/** The code of the end that comes next, or of the last one when it does not run. */
async function nextEnd(catalog: Catalog, record: ContainerRecord, operation: Operation): Promise<number> {
  let code: number | undefined;
  await withMonitor(catalog, record, async (monitor) => {
    code = await abortable(monitor.exited, operation.signal);
  });
  if (code !== undefined) return code;
  const state = catalog.state(record);
  return isActive(state) ? nextEnd(catalog, record, operation) : 'exitCode' in state ? state.exitCode : 0;
}

const isGone = ({ catalog }: Parts, { id }: ContainerRecord): boolean => catalog.records.read(id) === undefined;

/** Resolves when `fact` holds: it is asked for at each change of the store. */
async function changed({ store }: Parts, operation: Operation, fact: () => boolean): Promise<void> {
  const held = Promise.withResolvers<void>();
  const check = (): void => {
    if (fact()) held.resolve();
  };
  const stop = watchStore(store, check, operation.log);
  try {
    check();
    await abortable(held.promise, operation.signal);
  } finally {
    stop();
  }
}
