import { randomBytes } from 'node:crypto';
import { lstatSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive, ownStamp } from './process-stamp.ts';
import { namesIn } from './names-in.ts';

const pattern = /\.(\d+)-(\d+)-[0-9a-f]{12}\.tmp$/;

/**
 * A name beside `path` for what is not complete yet: `<path>.<pid>-<start time>-<random>.tmp`. It says whose it is, so that what a killed process
 * left is told from what is being written. Folders that outlive their files are swept of it.
 */
export function temporaryPath(path: string): string {
  return `${path}.${ownStamp().replace(' ', '-')}-${randomBytes(6).toString('hex')}.tmp`;
}

/**
 * Deletes what a folder has under such names of processes that are gone, or of it what begins with `prefix`. Returns their bytes, those in folders
 * not counted.
 */
export function sweepTemporary(folder: string, prefix = ''): number {
  let bytes = 0;
  for (const name of namesIn(folder).filter((one) => one.startsWith(prefix) && isAbandoned(one))) {
    const path = join(folder, name);
    const status = lstatSync(path, { throwIfNoEntry: false });
    if (status?.isFile()) bytes += status.size;
    rmSync(path, { recursive: true, force: true });
  }
  return bytes;
}

function isAbandoned(name: string): boolean {
  const [, pid, started] = pattern.exec(name) ?? [];
  return pid !== undefined && !isAlive(`${pid} ${started}`);
}
