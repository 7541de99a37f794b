import { closeSync, openSync, readSync } from 'node:fs';
import { pipeline, Readable } from 'node:stream';
import * as zlib from 'node:zlib';
import { errnoOf, SkiffError } from '../lib/errors.ts';
import { phrase } from '../lib/phrase.ts';

/** What a decoder gives at a time: each is a round through the thread pool, and Node's own 16 KiB make that half of the work. */
const chunkSize = 64 * 1024;

export type Compression = 'none' | 'gzip' | 'zstd';

/** By the first bytes, as Docker decides: names and media types often lie. Throws not-implemented for what we can't read. */
function compressionOf(start: Uint8Array, what: string): Compression {
  const begins = (...bytes: number[]): boolean => bytes.every((byte, index) => start[index] === byte);
  if (begins(0x1f, 0x8b, 0x08)) return 'gzip';
  if (begins(0x28, 0xb5, 0x2f, 0xfd)) return 'zstd';
  if (begins(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00)) throw refused(what, 'xz');
  if (begins(0x42, 0x5a, 0x68)) throw refused(what, 'bzip2');
  return 'none';
}

/** Of a file. */
export function compressionOfFile(path: string, what: string): Compression {
  const start = Buffer.alloc(6);
  const file = openSync(path, 'r');
  try {
    return compressionOf(start.subarray(0, readSync(file, start, 0, start.length, 0)), what);
  } finally {
    closeSync(file);
  }
}

/**
 * The bytes without their compression, which `onFound` is told before the first of them. Throws invalid-argument, naming `what`, when they are
 * damaged or cut off.
 */
export async function* decompress(
  source: AsyncIterable<Uint8Array>,
  what: string,
  onFound: (compression: Compression) => void = () => {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const { start, whole } = await peek(source);
  const compression = compressionOf(start, what);
  onFound(compression);
  if (compression === 'none') {
    yield* whole;
    return;
  }
  const decoder = compression === 'gzip' ? zlib.createGunzip({ chunkSize }) : zstdDecoder(what);
  // What fails in the source comes out of the decoder, too.
  pipeline(Readable.from(whole), decoder, () => {});
  try {
    yield* decoder as AsyncIterable<Uint8Array>;
  } catch (cause) {
    const code = errnoOf(cause);
    if (code === undefined || !/^(Z_|ZSTD_)/.test(code)) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SkiffError('invalid-argument', phrase('{0}: damaged {1} data: {2}', what, compression, reason), {
      cause,
    });
  } finally {
    decoder.destroy();
  }
}

type Peeked = { start: Buffer; whole: AsyncIterable<Uint8Array> };

async function peek(source: AsyncIterable<Uint8Array>): Promise<Peeked> {
  const iterator = source[Symbol.asyncIterator]();
  let start = Buffer.alloc(0);
  let ended = false;
  while (start.length < 6 && !ended) {
    const next = await iterator.next();
    if (next.done) ended = true;
    else start = Buffer.concat([start, next.value]);
  }
  const first = start;
  async function* whole(): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      if (first.length > 0) yield first;
      for (;;) {
        const next = await iterator.next();
        if (next.done) return;
        yield next.value;
      }
    } finally {
      await iterator.return?.();
    }
  }
  return { start, whole: whole() };
}

/** In Node since 22.15. */
function zstdDecoder(what: string): zlib.ZstdDecompress {
  if (typeof zlib.createZstdDecompress === 'function') return zlib.createZstdDecompress({ chunkSize });
  throw new SkiffError('not-implemented', `${what}: zstd needs Node 22.15 or later, this is ${process.version}`);
}

function refused(what: string, name: string): SkiffError {
  return new SkiffError('not-implemented', phrase('{0}: compressed with {1}, which is not supported', what, name), {
    hint: phrase('Decompress it first: {0} -d', name),
  });
}
