import { closeSync, constants, openSync } from 'node:fs';
import { Socket, type OnReadOpts, type SocketConstructorOpts } from 'node:net';
import { basename, dirname } from 'node:path';
import { errnoOf, SkiffError } from '../lib/errors.ts';
import { ReusedChunks } from './reused-chunks.ts';

/**
 * Connects to a Unix socket by a path of any length: sun_path holds 108 bytes (unix(7)), so the socket is named through
 * its folder's descriptor.
 */
export function connectSocket(path: string, onread?: OnReadOpts): Promise<Socket> {
  return connectBelow(path, new Socket(options(onread)));
}

/**
 * As above, to a peer that says its last word and hangs up, as a monitor does: what is written to it then is lost, and what it has said is
 * read all the same. Node would throw that away at the first write that fails.
 */
export function connectMonitor(path: string): Promise<Socket> {
  return connectBelow(path, new ReadingSocket(options()));
}

const options = (onread?: OnReadOpts): SocketConstructorOpts => ({
  allowHalfOpen: false,
  ...(onread ? { onread } : {}),
});

class ReadingSocket extends Socket {
  override _write(chunk: unknown, encoding: BufferEncoding, callback: Callback): void {
    super._write(chunk, encoding, unlessHungUp(callback));
  }

  override _writev(chunks: { chunk: unknown; encoding: BufferEncoding }[], callback: Callback): void {
    super._writev?.(chunks, unlessHungUp(callback));
  }
}

type Callback = (error?: Error | null) => void;

/** The end of what it has said ends the connection. */
const unlessHungUp =
  (callback: Callback): Callback =>
  (error) =>
    callback(error && /^(EPIPE|ECONNRESET)$/.test(errnoOf(error) ?? '') ? null : error);

async function connectBelow(path: string, socket: Socket): Promise<Socket> {
  // O_PATH is not among Node's constants.
  const openPath = 0o10000000;
  const folder = openSync(dirname(path), openPath | constants.O_DIRECTORY);
  try {
    return await connect(`/proc/self/fd/${folder}/${basename(path)}`, path, socket);
  } finally {
    closeSync(folder);
  }
}

/** As above, to be read by chunks that are good until the next one is asked for. */
export async function connectChunks(path: string): Promise<{ socket: Socket; chunks: ReusedChunks }> {
  const chunks = new ReusedChunks();
  const socket = await connectSocket(path, chunks.onread);
  chunks.start(socket);
  return { socket, chunks };
}

function connect(address: string, path: string, socket: Socket): Promise<Socket> {
  return new Promise((resolve, reject) => {
    socket.connect({ path: address });
    socket.once('connect', () => {
      socket.removeAllListeners('error');
      resolve(socket);
    });
    socket.once('error', (cause) =>
      reject(new SkiffError('unavailable', `connect to ${path}: ${cause.message}`, { cause })),
    );
  });
}
