import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { processConfig } from '../container/default-config.ts';
import { processDirectives } from '../container/directives.ts';
import { readLog } from '../container/log-reader.ts';
import { initHandles, MonitorClient, signalNumber } from '../container/monitor-client.ts';
import { readConfig, type ContainerRecord } from '../container/record.ts';
import { SkiffError } from '../lib/errors.ts';
import type { Operation } from '../lib/operation.ts';
import type { Containers } from './containers.ts';
import type { Privileges } from './privileges.ts';
import { startFailure } from './start-failure.ts';
import type { Store } from './store.ts';
import type { ExecOptions, LogEntry, LogOptions, Starting } from './types.ts';

const defaultGraceSeconds = 10;
const kill = 9;

/** What is done with containers that run: signals, waiting, exec, logs. */
export class Lifecycle {
  readonly #store: Store;
  readonly #containers: Containers;
  readonly #privileges: Privileges;

  constructor(parts: { store: Store; containers: Containers; privileges: Privileges }) {
    this.#store = parts.store;
    this.#containers = parts.containers;
    this.#privileges = parts.privileges;
  }

  attach(id: string): { socket: string; tty: boolean } {
    const record = this.#containers.record(id);
    this.#assertRunning(record);
    return { socket: this.#containers.socket(record.id), tty: record.tty };
  }

  /** TERM (or the image's or the given signal), grace, KILL; no grace for a PID 1 that the signal can't reach. */
  async stop(id: string, options: { timeoutSeconds?: number; signal?: string }, operation: Operation): Promise<void> {
    const record = this.#containers.record(id);
    const signal = signalNumber(options.signal ?? record.stopSignal);
    await this.#withMonitor(record, async (monitor, pid) => {
      const graceMs = initHandles(pid, signal) ? (options.timeoutSeconds ?? defaultGraceSeconds) * 1000 : 0;
      monitor.signal(signal);
      if (await endsWithin(monitor, graceMs, operation.signal)) return;
      monitor.signal(kill);
      await monitor.exited;
    });
  }

  async kill(id: string, signal: string): Promise<void> {
    const record = this.#containers.record(id);
    const number = signalNumber(signal);
    this.#assertRunning(record);
    await this.#withMonitor(record, async (monitor) => {
      monitor.signal(number);
      if (number === kill) await monitor.exited;
    });
  }

  async wait(id: string, operation: Operation): Promise<number> {
    const record = this.#containers.record(id);
    let code: number | undefined;
    await this.#withMonitor(record, async (monitor) => {
      code = await abortable(monitor.exited, operation.signal);
    });
    if (code !== undefined) return code;
    const { state } = this.#containers.find(record.id);
    return state.status === 'exited' ? state.exitCode : 0;
  }

  async remove(id: string, { force }: { force: boolean }): Promise<void> {
    const record = this.#containers.record(id);
    if (this.#pid(record) !== undefined) {
      if (!force) {
        throw new SkiffError('failed-precondition', `cannot remove container "/${record.name}": container is running`, {
          hint: 'Stop the container before removing it, or force the removal.',
        });
      }
      await this.#withMonitor(record, async (monitor) => {
        monitor.signal(kill);
        await monitor.exited;
      });
    }
    await this.#containers.remove(record);
  }

  async exec(id: string, options: ExecOptions): Promise<Starting> {
    const record = this.#containers.record(id);
    this.#assertRunning(record);
    const config = readConfig(this.#containers.folder(record.id));
    const process = processConfig(
      {
        tty: options.tty,
        args: options.command,
        env: [...config.process.env, ...(options.tty && !record.tty ? ['TERM=xterm'] : []), ...options.env],
        cwd: options.workingDir ?? config.process.cwd,
        user: options.user ?? config.process.user.username ?? '',
      },
      { privileged: options.privileged },
    );
    const session = randomBytes(8).toString('hex');
    const directives = processDirectives(process, {
      seccomp: config.linux.seccomp !== undefined && !options.privileged,
      stdin: options.openStdin ? 'once' : 'null',
      gate: !options.detach,
      columns: options.columns ?? 0,
      rows: options.rows ?? 0,
    });
    const spawner = await this.#privileges.spawner();
    const listening = Promise.withResolvers<void>();
    const answered = spawner.request(['exec', 'id', record.id, 'session', session, ...directives], (name) => {
      if (name === 'listening') listening.resolve();
    });
    const started = answered.then(
      () => {},
      (error: unknown) => {
        throw startFailure(error, options.command[0] ?? '');
      },
    );
    started.catch(() => {});
    await Promise.race([listening.promise, started]);
    return {
      socket: join(this.#store.run, 'containers', record.id, `exec-${session}.sock`),
      tty: options.tty,
      started,
    };
  }

  async *logs(id: string, options: LogOptions, operation: Operation): AsyncGenerator<LogEntry> {
    const record = this.#containers.record(id);
    const folder = this.#containers.folder(record.id);
    // exit.json is written before the lock is given up, so it is what says first that nothing more will come.
    const goesOn = (): boolean => !existsSync(join(folder, 'exit.json')) && this.#pid(record) !== undefined;
    const { tail, follow } = options;
    yield* readLog(join(folder, 'log'), {
      signal: operation.signal,
      ...(tail === undefined ? {} : { tail }),
      ...(follow ? { follow: goesOn } : {}),
    });
  }

  #pid(record: ContainerRecord): number | undefined {
    const state = this.#containers.states().read(record);
    return state.status === 'running' ? state.pid : undefined;
  }

  #assertRunning(record: ContainerRecord): void {
    if (this.#pid(record) === undefined) throw new SkiffError('conflict', `container ${record.name} is not running`);
  }

  /** Does nothing when the container is not running, or ends in this moment. */
  async #withMonitor(
    record: ContainerRecord,
    use: (monitor: MonitorClient, pid: number) => Promise<void>,
  ): Promise<void> {
    const pid = this.#pid(record);
    if (pid === undefined) return;
    let monitor: MonitorClient;
    try {
      monitor = await MonitorClient.connect(this.#containers.socket(record.id));
    } catch (error) {
      if (this.#pid(record) === undefined) return;
      throw error;
    }
    try {
      await use(monitor, pid);
    } finally {
      monitor.close();
    }
  }
}

async function endsWithin(monitor: MonitorClient, milliseconds: number, signal: AbortSignal): Promise<boolean> {
  const timer = Promise.withResolvers<boolean>();
  const handle = setTimeout(() => timer.resolve(false), milliseconds);
  try {
    return await abortable(Promise.race([monitor.exited.then(() => true), timer.promise]), signal);
  } finally {
    clearTimeout(handle);
  }
}

async function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const onAbort = (): void => aborted.reject(new SkiffError('canceled', 'canceled'));
  signal.addEventListener('abort', onAbort);
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
