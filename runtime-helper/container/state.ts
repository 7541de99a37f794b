import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { errnoOf } from '../lib/errors.ts';
import { heldLocks, isAlive } from '../sys/locks.ts';
import type { ContainerRecord } from './record.ts';

/** Times are ISO 8601 in UTC, with nanoseconds. `restartCount`: restarts by the policy since somebody started it. */
export type ContainerState =
  | { status: 'created' }
  | { status: 'running' | 'paused'; pid: number; startedAt: string; restartCount: number; health?: HealthStatus }
  /** Between two lives: `Ending` is that of the last one. */
  | ({ status: 'restarting' } & Ending)
  | ({ status: 'exited' } & Ending)
  /** Its removal has failed halfway: only removing it again is left. */
  | { status: 'dead' };

/** What health checks say of a container that has some: none has gone well yet, the last did, or too many in a row did not. */
export type HealthStatus = 'starting' | 'healthy' | 'unhealthy';

/** How PID 1 has ended. */
export type Ending = {
  /** 0-255; 128 and the signal's number for a process that was killed. */
  exitCode: number;
  /** 0: it was not killed. */
  signal: number;
  oomKilled: boolean;
  startedAt: string;
  finishedAt: string;
  restartCount: number;
  /** Somebody asked for the end. */
  stopped: boolean;
  /** Why the policy could not start it once more: the native program's stage, errno and object. */
  error?: string;
};

/** A container that is active has a monitor. */
export type ActiveState = Extract<ContainerState, { status: 'running' | 'paused' | 'restarting' }>;

export function isActive(state: ContainerState): state is ActiveState {
  return state.status === 'running' || state.status === 'paused' || state.status === 'restarting';
}

export type StateFolders = {
  /** `<root>/containers` */
  containers: string;
  /** `<run>` */
  run: string;
};

/**
 * Derives states: running is who holds his lock, whatever any file says. A monitor holds it for as long as it lives, so one that is
 * seen alive needs no look at the locks: reading those stops all locking on the machine, and takes milliseconds. One
 * instance is a snapshot: it reads them once at most.
 */
export class StateReader {
  readonly #folders: StateFolders;
  readonly #readLocks: () => Set<string>;
  #locks: Set<string> | undefined;

  /** `readLocks`: who holds which, as `pid:inode`. */
  constructor(folders: StateFolders, readLocks: () => Set<string> = heldLocks) {
    this.#folders = folders;
    this.#readLocks = readLocks;
  }

  read(record: Pick<ContainerRecord, 'id' | 'createdAt'>): ContainerState {
    const { id } = record;
    const text = this.#stateLine(id);
    const line = text?.trim().split(' ');
    const [status, pid, monitor = '', startedAt = record.createdAt, restarts, birth, health] = line ?? [];
    if (status === 'dead') return { status };
    const alive = status !== undefined && status !== 'exited' && this.#isHeld(id, monitor, birth);
    if (alive && (status === 'running' || status === 'paused'))
      return { status, pid: Number(pid), startedAt, restartCount: Number(restarts ?? 0), ...healthOf(health) };
    const exit = readText(join(this.#folders.containers, id, 'exit.json'));
    if (exit) return { status: alive ? 'restarting' : 'exited', ...parseEnding(exit) };
    // It has begun its next life meanwhile, which takes the record of its last end away.
    if (this.#stateLine(id) !== text) return this.read(record);
    return this.#lostState(record, line);
  }

  #stateLine(id: string): string | undefined {
    return readText(join(this.#folders.run, 'state', id));
  }

  #isHeld(id: string, monitor: string, birth: string | undefined): boolean {
    if (!/^\d+$/.test(monitor)) return false;
    return (birth !== undefined && isAlive(monitor, birth)) || this.#holdsLock(id, monitor);
  }

  #holdsLock(id: string, monitorPid: string): boolean {
    this.#locks ??= this.#readLocks();
    const inode = this.#lockInode(id);
    return inode !== undefined && this.#locks.has(`${monitorPid}:${inode}`);
  }

  #lockInode(id: string): number | undefined {
    return statSync(join(this.#folders.run, 'containers', id, 'lock'), { throwIfNoEntry: false })?.ino;
  }

  /** Its monitor has opened the log, and is about to say that it runs. */
  #isStartedFirst(id: string, line: string[] | undefined, logSize: number): boolean {
    const inode = line === undefined && logSize === 0 ? this.#lockInode(id) : undefined;
    if (inode === undefined) return false;
    this.#locks ??= this.#readLocks();
    return [...this.#locks].some((lock) => lock.endsWith(`:${inode}`));
  }

  /** Neither running nor ended in order: never started, or its monitor was killed, or the machine went down. */
  #lostState({ id, createdAt }: Pick<ContainerRecord, 'id' | 'createdAt'>, line: string[] | undefined): ContainerState {
    const log = statSync(join(this.#folders.containers, id, 'log/0.log'), { throwIfNoEntry: false });
    if (!log || this.#isStartedFirst(id, line, log.size)) return { status: 'created' };
    const startedAt = line?.[3] ?? createdAt;
    return {
      status: 'exited',
      exitCode: 137,
      signal: 9,
      oomKilled: false,
      startedAt,
      finishedAt: log.mtime.toISOString(),
      restartCount: Number(line?.[4] ?? 0),
      stopped: false,
    };
  }
}

/** Written by the monitor; one of before restarts lacks what belongs to them. */
function parseEnding(text: string): Ending {
  return { restartCount: 0, stopped: false, ...(JSON.parse(text) as Omit<Ending, 'restartCount' | 'stopped'>) };
}

function healthOf(word: string | undefined): { health?: HealthStatus } {
  return word === 'starting' || word === 'healthy' || word === 'unhealthy' ? { health: word } : {};
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
