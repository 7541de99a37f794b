import type { Operation } from '../../lib/operation.ts';

/** Layers at a time, as Docker fetches them. */
export const maxLayers = 3;

/**
 * Does `work` for all items, at most `limit` at a time, in order. When one fails the others are given up, and waited for: nothing of it goes
 * on after this has thrown what failed first.
 */
export async function inParallel<T>(
  limit: number,
  operation: Operation,
  items: readonly T[],
  work: (item: T, operation: Operation) => Promise<void>,
): Promise<void> {
  const aborter = new AbortController();
  const own = { ...operation, signal: AbortSignal.any([operation.signal, aborter.signal]) };
  const queue = [...items];
  let failure: { error: unknown } | undefined;
  const worker = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined && !failure; item = queue.shift()) {
      try {
        await work(item, own);
      } catch (error) {
        failure ??= { error };
        aborter.abort();
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  if (failure) throw failure.error;
}
