import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../support/wait.ts';

/** A control group for the processes of one engine: counts the processor time of all that ever were in it, whoever waited for them. */
export class CpuGroup {
  readonly #folder: string;
  readonly #isLegacy: boolean;

  constructor(name: string) {
    const lines = readFileSync('/proc/self/cgroup', 'utf8').split('\n');
    const legacy = lines.map((line) => /^\d+:(?:[^:]*,)?cpuacct(?:,[^:]*)?:(.*)$/.exec(line)?.[1]).find(Boolean);
    const unified = lines.map((line) => /^0::(.*)$/.exec(line)?.[1]).find(Boolean) ?? '/';
    this.#isLegacy = legacy !== undefined;
    const parent = legacy === undefined ? join('/sys/fs/cgroup', unified) : join('/sys/fs/cgroup/cpuacct', legacy);
    this.#folder = join(parent, `skiff-bench-${process.pid}-${name}`);
    mkdirSync(this.#folder);
  }

  add(pids: readonly number[]): void {
    for (const pid of pids) writeFileSync(join(this.#folder, 'cgroup.procs'), String(pid));
  }

  /** The same command, as a member. */
  inside(command: readonly string[]): string[] {
    return ['sh', '-c', 'echo $$ > "$0" && exec "$@"', join(this.#folder, 'cgroup.procs'), ...command];
  }

  /** Nanoseconds so far. */
  used(): number {
    const read = (name: string): string => readFileSync(join(this.#folder, name), 'utf8');
    return this.#isLegacy
      ? Number(read('cpuacct.usage'))
      : Number(/^usage_usec (\d+)$/m.exec(read('cpu.stat'))?.[1]) * 1000;
  }

  /** Once the engine has ended. */
  async dispose(): Promise<void> {
    const isEmpty = (): boolean => readFileSync(join(this.#folder, 'cgroup.procs'), 'utf8') === '';
    await until('its processes have ended', isEmpty).then(() => rmdirSync(this.#folder));
  }
}
