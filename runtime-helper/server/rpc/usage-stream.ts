import { setTimeout as delay } from 'node:timers/promises';
import type { Engine } from '../../engine/index.ts';
import { asSkiffError, unlessMissing } from '../../lib/errors.ts';
import type { ContainerUsage, UsageLine } from '../../protocol/index.ts';
import type { OutputPump } from './output-pump.ts';
import type { StreamTable } from './stream-table.ts';

const intervalMs = 1000;

/** Opens a stream that measures once a second, until nobody listens any more; returns its name. Throws not-found for an id that is none. */
export function openUsageStream(streams: StreamTable, engine: Engine, ids: readonly string[] | undefined): string {
  for (const id of ids ?? []) engine.findContainer(id);
  return streams.open((pump, ended) => {
    const aborter = new AbortController();
    bring(engine, ids, pump, aborter.signal).then(
      () => ended({}),
      (error: unknown) => ended(aborter.signal.aborted ? {} : { error: asSkiffError(error).message }),
    );
    return { hold: () => {}, close: () => aborter.abort() };
  });
}

async function bring(
  engine: Engine,
  ids: readonly string[] | undefined,
  pump: OutputPump,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const watched = ids ?? engine.listContainers({ all: false }).map(({ id }) => id);
    const line: UsageLine = { takenAt: Date.now(), usages: watched.flatMap((id) => usageOf(engine, id) ?? []) };
    pump.push('stdout', Buffer.from(`${JSON.stringify(line)}\n`));
    await pump.drained();
    await delay(intervalMs, undefined, { signal });
  }
}

/** Absent: it does not run, or is gone since. */
function usageOf(engine: Engine, id: string): ContainerUsage | undefined {
  const sample = unlessMissing(() => engine.sampleContainer(id));
  if (!sample) return undefined;
  const { takenAt: clock, ...usage } = sample;
  return { id, clock, ...usage };
}
