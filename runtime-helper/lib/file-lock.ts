import { linkSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { errnoOf, SkiffError } from './errors.ts';
import { isAlive, ownStamp } from './process-stamp.ts';
import { temporaryPath } from './temporary-file.ts';

const retryMs = 10;
const longestWaitMs = 100;
const patienceMs = 30_000;

/** With a signal one waits as long as it takes; `onWait` is called once when one has to. */
export type LockPatience = { signal: AbortSignal; onWait: () => void };

/**
 * Runs `work` while no other helper of this store holds the lock at `path`: a file that names its holder, so that one
 * whose process is gone is taken over. Throws unavailable when it stays taken for half a minute.
 */
export async function withFileLock<T>(path: string, work: () => T | Promise<T>, patience?: LockPatience): Promise<T> {
  const mine = `${ownStamp()}\n`;
  const deadline = Date.now() + patienceMs;
  let waits = 0;
  while (!claim(path, mine)) {
    if (takeAwayStale(path)) continue;
    if (!patience && Date.now() > deadline)
      throw new SkiffError('unavailable', `${path} is held by process ${holder(path)?.split(' ')[0]}`);
    if (waits++ === 0) patience?.onWait();
    await sleep(Math.min(retryMs * waits, longestWaitMs), undefined, patience && { signal: patience.signal });
  }
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}

/** Takes away the locks in a folder whose holders were killed. */
export function sweepLocks(folder: string): void {
  for (const name of readdirSync(folder)) if (name.endsWith('.lock')) takeAwayStale(join(folder, name));
}

/** link(2) gives the file its name together with its content: nobody ever reads an empty one. */
function claim(path: string, content: string): boolean {
  const temporary = temporaryPath(path);
  writeFileSync(temporary, content, { flag: 'wx' });
  try {
    linkSync(temporary, path);
    return true;
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
    return false;
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** Moved aside first: of several that find a lock stale, only one may take it away, and never another's new one. */
function takeAwayStale(path: string): boolean {
  const found = holder(path);
  if (found === undefined) return true;
  if (isAlive(found)) return false;
  const aside = temporaryPath(path);
  try {
    renameSync(path, aside);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return true;
    throw error;
  }
  const moved = holder(aside);
  if (moved !== undefined && isAlive(moved)) claim(path, moved);
  rmSync(aside, { force: true });
  return true;
}

function holder(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
