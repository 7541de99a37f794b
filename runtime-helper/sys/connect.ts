import { closeSync, constants, openSync } from 'node:fs';
import { createConnection, type OnReadOpts, type Socket } from 'node:net';
import { basename, dirname } from 'node:path';
import { SkiffError } from '../lib/errors.ts';
import { ReusedChunks } from './reused-chunks.ts';

/**
 * Connects to a Unix socket by a path of any length: sun_path holds 108 bytes (unix(7)), so the socket is named through
 * its folder's descriptor.
 */
export async function connectSocket(path: string, onread?: OnReadOpts): Promise<Socket> {
  // O_PATH is not among Node's constants.
  const openPath = 0o10000000;
  const folder = openSync(dirname(path), openPath | constants.O_DIRECTORY);
  try {
    return await connect(`/proc/self/fd/${folder}/${basename(path)}`, path, onread);
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

function connect(address: string, path: string, onread?: OnReadOpts): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ path: address, allowHalfOpen: false, ...(onread ? { onread } : {}) });
    socket.once('connect', () => {
      socket.removeAllListeners('error');
      resolve(socket);
    });
    socket.once('error', (cause) =>
      reject(new SkiffError('unavailable', `connect to ${path}: ${cause.message}`, { cause })),
    );
  });
}
