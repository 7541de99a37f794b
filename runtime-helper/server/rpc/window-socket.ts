import { chmodSync, closeSync, constants, openSync, readdirSync, rmSync } from 'node:fs';
import type { Server } from 'node:net';
import { join } from 'node:path';
import { errnoOf } from '../../lib/errors.ts';

// Not among Node's constants (open(2)).
const openPath = 0o10000000;

/**
 * Lets `server` listen on `<run>/window-<pid>.sock`, where `skiff` in the window's terminals finds it; returns its path. Node can't
 * tell who connects, but the kernel lets only those through who may search a folder of mode 0700 and write a socket of mode 0600:
 * its owner and root (unix(7)).
 */
export async function listenForWindow(server: Server, run: string): Promise<string> {
  removeStale(run);
  const name = `window-${process.pid}.sock`;
  const path = join(run, name);
  rmSync(path, { force: true });
  // sun_path holds 108 bytes: the socket is named through its folder's descriptor.
  const folder = openSync(run, openPath | constants.O_DIRECTORY);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ path: `/proc/self/fd/${folder}/${name}` }, () => {
        server.off('error', reject);
        resolve();
      });
    });
  } finally {
    closeSync(folder);
  }
  chmodSync(path, 0o600);
  return path;
}

/** Helpers that were killed left their sockets. */
function removeStale(run: string): void {
  for (const name of readdirSync(run)) {
    const [, pid] = /^window-(\d+)\.sock$/.exec(name) ?? [];
    if (pid !== undefined && !isAlive(Number(pid))) rmSync(join(run, name), { force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return errnoOf(error) !== 'ESRCH';
  }
}
