import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { errnoOf } from '../lib/errors.ts';
import { heldLocks } from '../sys/locks.ts';
import type { ContainerRecord } from './record.ts';

export type ContainerState =
  | { status: 'created' }
  | { status: 'running'; pid: number; startedAt: string }
  | { status: 'exited'; exitCode: number; signal: number; oomKilled: boolean; startedAt: string; finishedAt: string };

export type StateFolders = {
  /** `<root>/containers` */
  containers: string;
  /** `<run>` */
  run: string;
};

/**
 * Derives states: running is who holds his lock, whatever any file says. One instance is a snapshot: it reads the locks
 * once.
 */
export class StateReader {
  readonly #folders: StateFolders;
  readonly #locks: Set<string>;

  constructor(folders: StateFolders) {
    this.#folders = folders;
    this.#locks = heldLocks();
  }

  read(record: Pick<ContainerRecord, 'id' | 'createdAt'>): ContainerState {
    const { id } = record;
    const line = readText(join(this.#folders.run, 'state', id))
      ?.trim()
      .split(' ');
    if (line?.[0] === 'running' && this.#holdsLock(id, line[2] ?? '')) {
      return { status: 'running', pid: Number(line[1]), startedAt: line[3] ?? record.createdAt };
    }
    const exit = readText(join(this.#folders.containers, id, 'exit.json'));
    if (exit) return exitedState(exit);
    return this.#lostState(record, line);
  }

  #holdsLock(id: string, monitorPid: string): boolean {
    const lock = statSync(join(this.#folders.run, 'containers', id, 'lock'), { throwIfNoEntry: false });
    return lock !== undefined && this.#locks.has(`${monitorPid}:${lock.ino}`);
  }

  /** Neither running nor ended in order: never started, or its monitor was killed, or the machine went down. */
  #lostState({ id, createdAt }: Pick<ContainerRecord, 'id' | 'createdAt'>, line: string[] | undefined): ContainerState {
    const log = statSync(join(this.#folders.containers, id, 'log/0.log'), { throwIfNoEntry: false });
    if (!log) return { status: 'created' };
    const startedAt = line?.[3] ?? createdAt;
    return {
      status: 'exited',
      exitCode: 137,
      signal: 9,
      oomKilled: false,
      startedAt,
      finishedAt: log.mtime.toISOString(),
    };
  }
}

function exitedState(text: string): ContainerState {
  const exit = JSON.parse(text) as Omit<Extract<ContainerState, { status: 'exited' }>, 'status'>;
  return { status: 'exited', ...exit };
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
