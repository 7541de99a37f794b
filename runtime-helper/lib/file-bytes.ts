import { createReadStream } from 'node:fs';
import { SkiffError } from './errors.ts';
import { phrase } from './phrase.ts';

const readBytes = 256 * 1024;

/** A file's bytes, all of them or those from one offset up to another. Throws not-found or invalid-argument when it can't be opened. */
export async function* readFile(
  path: string,
  from = 0,
  to = Number.POSITIVE_INFINITY,
): AsyncGenerator<Uint8Array, void, undefined> {
  // With an offset it is pread(2), which a pipe has not.
  const part = from === 0 && to === Number.POSITIVE_INFINITY ? {} : { start: from, end: to - 1 };
  try {
    yield* createReadStream(path, { highWaterMark: readBytes, ...part }) as AsyncIterable<Uint8Array>;
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') throw new SkiffError('not-found', phrase('{0}: no such file', path), { cause });
    if (code === 'EISDIR') throw new SkiffError('invalid-argument', phrase('{0}: is a directory', path), { cause });
    throw cause;
  }
}
