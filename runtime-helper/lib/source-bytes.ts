import { constants, createReadStream, fstatSync, open } from 'node:fs';
import { Socket } from 'node:net';
import { promisify } from 'node:util';
import { errnoOf, SkiffError } from './errors.ts';
import { phrase } from './phrase.ts';

const readBytes = 256 * 1024;

/**
 * The bytes of whatever a user names: a file, a device, or a named pipe, whose writer is waited for. Throws not-found or invalid-argument
 * when it can't be opened, the signal's reason when that comes first.
 */
export async function* readSource(path: string, signal: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    // Without O_NONBLOCK a thread of the pool would wait in open(2) for the pipe's writer, and four of them would be all that there are.
    const fd = await promisify(open)(path, constants.O_RDONLY | constants.O_NONBLOCK);
    yield* fstatSync(fd).isFIFO() ? pipeBytes(fd, signal) : createReadStream('', { fd, highWaterMark: readBytes });
  } catch (cause) {
    signal.throwIfAborted();
    throw sourceFailure(cause, path);
  }
}

/** Until a writer has come, poll(2) says nothing of a pipe; when the last has gone, that it has ended. */
async function* pipeBytes(fd: number, signal: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
  const pipe = new Socket({ fd, readable: true, writable: false });
  const giveUp = (): void => void pipe.destroy(signal.reason as Error);
  signal.addEventListener('abort', giveUp);
  try {
    signal.throwIfAborted();
    yield* pipe as AsyncIterable<Uint8Array>;
  } finally {
    signal.removeEventListener('abort', giveUp);
    pipe.destroy();
  }
}

function sourceFailure(cause: unknown, path: string): unknown {
  switch (errnoOf(cause)) {
    case 'ENOENT':
      return new SkiffError('not-found', phrase('{0}: no such file', path), { cause });
    case 'EISDIR':
      return new SkiffError('invalid-argument', phrase('{0}: is a directory', path), { cause });
    case 'ENXIO':
      return new SkiffError('invalid-argument', phrase('{0}: nothing can be read there', path), { cause });
    default:
      return cause;
  }
}
