import { SkiffError } from '../../lib/errors.ts';
import { phrase } from '../../lib/phrase.ts';

type Counted = 'bytes' | 'entries';

const usual: Record<Counted, number> = { bytes: 256 * 2 ** 30, entries: 10_000_000 };

/** What one layer may have: an archive of a few kilobytes could fill any disk. 0: any number. */
export function layerLimit(counted: Counted): number {
  const given = process.env[variableOf(counted)] ?? '';
  return /^\d{1,15}$/.test(given) ? Number(given) : usual[counted];
}

/** The bytes of an archive without its compression, as many as a layer may have: what is beyond its end is read, too. */
export async function* bounded(
  source: AsyncIterable<Uint8Array>,
  what: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  const most = layerLimit('bytes') || Number.POSITIVE_INFINITY;
  let count = 0;
  for await (const chunk of source) {
    count += chunk.length;
    if (count > most) throw tooMany('bytes', what);
    yield chunk;
  }
}

export function tooMany(counted: Counted, what: string, cause?: unknown): SkiffError {
  return new SkiffError('invalid-argument', `${what}: has too many ${counted}`, {
    ...(cause === undefined ? {} : { cause }),
    hint: phrase(
      "If it is meant to be that large, raise {0} (0: no limit) where Skiff's helper starts.",
      variableOf(counted),
    ),
  });
}

const variableOf = (counted: Counted): string => `SKIFF_MAX_LAYER_${counted.toUpperCase()}`;
