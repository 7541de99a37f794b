import { randomBytes } from 'node:crypto';
import { linkSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { errnoOf, SkiffError } from './errors.ts';

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

/** Takes away the locks in a folder whose holders were killed, and what they were made of. */
export function sweepLocks(folder: string): void {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (name.endsWith('.lock')) takeAwayStale(path);
    // An empty one is just being written.
    else if (/\.lock\.[0-9a-f]+\.tmp$/.test(name) && isStamp(holder(path)) && !isAlive(holder(path) ?? ''))
      rmSync(path, { force: true });
  }
}

const isStamp = (content = ''): boolean => /^\d+ \d+\n$/.test(content);

/** link(2) gives the file its name together with its content: nobody ever reads an empty one. */
function claim(path: string, content: string): boolean {
  const temporary = temporaryOf(path);
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
  const aside = temporaryOf(path);
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

/** Names this process, and no later one with its pid: `pid start-time`. */
export function ownStamp(): string {
  return `${process.pid} ${startTime(process.pid)}`;
}

/** Whether the process that `ownStamp` named is there. */
export function isAlive(content: string): boolean {
  const [pid = '', started = ''] = content.trim().split(' ');
  return /^\d+$/.test(pid) && startTime(Number(pid)) === started;
}

/** Field 22 of proc_pid_stat(5): tells a process from a later one with the same pid. Empty when there is none. */
function startTime(pid: number): string {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

const temporaryOf = (path: string): string => `${path}.${randomBytes(6).toString('hex')}.tmp`;
