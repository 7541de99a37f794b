import type { Operation } from '../../lib/operation.ts';
import type { StopOptions } from '../types.ts';
import type { Parts } from './parts.ts';
import { startContainer } from './start.ts';
import { stopContainer } from './stop.ts';

/** Stops the container, if it runs, and starts it. */
export async function restartContainer(
  parts: Parts,
  id: string,
  options: StopOptions,
  operation: Operation,
): Promise<void> {
  const record = parts.catalog.record(id);
  await stopContainer(parts, record.id, options, operation);
  const { started } = await startContainer(parts, record.id, { gate: false }, operation);
  await started;
  parts.journal.note('restart', record);
}
