import { setTimeout as delay } from 'node:timers/promises';

/** Multiplies every limit below: raise it on a busy machine. */
const slowness = Number(process.env['SKIFF_TEST_SLOWNESS'] ?? 1);

/** `milliseconds` for a machine of this speed. */
export const patience = (milliseconds: number): number => milliseconds * slowness;

/**
 * Asks `fact` again and again until it gives something other than undefined, null and false, and returns that. Throws, with
 * the last answer or error, when it hasn't after `limit` milliseconds.
 */
export async function until<T>(
  what: string,
  fact: () => T | Promise<T>,
  limit = 20_000,
): Promise<Exclude<T, undefined | null | false>> {
  const end = Date.now() + patience(limit);
  for (;;) {
    const last = await attempt(fact);
    if ('value' in last && last.value !== undefined && last.value !== null && last.value !== false)
      return last.value as Exclude<T, undefined | null | false>;
    if (Date.now() > end) throw timedOut(what, patience(limit), last);
    await delay(50);
  }
}

type Outcome<T> = { value: T } | { error: unknown };

async function attempt<T>(fact: () => T | Promise<T>): Promise<Outcome<T>> {
  try {
    return { value: await fact() };
  } catch (error) {
    return { error };
  }
}

function timedOut(what: string, limit: number, last: Outcome<unknown>): Error {
  if ('error' in last)
    return new Error(`gave up after ${limit} ms: ${what}; the last try threw`, { cause: last.error });
  return new Error(`gave up after ${limit} ms: ${what}; last: ${JSON.stringify(last.value)}`);
}
