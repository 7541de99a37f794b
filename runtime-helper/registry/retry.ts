import { setTimeout as sleep } from 'node:timers/promises';
import { RegistryFailure } from './failure.ts';

/** How often to try, and how long to wait: `baseMs`, doubled each time, with a part left to chance. */
export type Patience = { tries: number; baseMs: number };

export const usualPatience: Patience = { tries: 5, baseMs: 500 };
const longestMs = 15_000;

/** Does `work` again while what it fails with may pass. */
export async function retrying<T>(patience: Patience, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      if (tries >= patience.tries || !(await waited(error, tries, patience, signal))) throw error;
    }
  }
}

/** Waits before another try. False: it would be in vain. */
export async function waited(error: unknown, tries: number, patience: Patience, signal: AbortSignal): Promise<boolean> {
  if (!(error instanceof RegistryFailure) || !error.transient) return false;
  const asked = error.retryAfterMs;
  if (asked !== undefined && asked > longestMs) return false;
  const backoff = Math.min(longestMs, patience.baseMs * 2 ** (tries - 1));
  await sleep(asked ?? backoff * (0.5 + Math.random() / 2), undefined, { signal });
  return true;
}
