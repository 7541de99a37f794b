import { readdirSync, readFileSync } from 'node:fs';

/** Programs that an engine consists of, by their names in /proc/PID/comm. */
const parts = /^(skiff|docker|containerd|podman|conmon|runc|crun|helper$)/;

/** From now on: processor seconds that an engine's processes use which are alive at the end, and `more` with its children that ended. */
export function engineClock(more?: number): () => number {
  const before = new Map(processes(more).map(({ pid, ticks }) => [pid, ticks]));
  return () => processes(more).reduce((sum, { pid, ticks }) => sum + ticks - (before.get(pid) ?? 0), 0) / 100;
}

type Process = { pid: number; comm: string; ticks: number };

function processes(more: number | undefined): Process[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => processOf(Number(name)) ?? [])
    .filter(({ pid, comm }) => pid === more || parts.test(comm));
}

function processOf(pid: number): Process | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const close = stat.lastIndexOf(')');
    const fields = stat
      .slice(close + 2)
      .split(' ')
      .map(Number);
    const comm = stat.slice(stat.indexOf('(') + 1, close);
    // The helper is a Node like others: told by what it was started with.
    const isHelper = readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('helper.js\0--cli');
    // User and system time, its own and that of children it waited for (proc(5)).
    const ticks = [11, 12, ...(isHelper ? [] : [13, 14])].reduce((sum, index) => sum + (fields[index] ?? 0), 0);
    return { pid, comm: isHelper ? 'helper' : comm, ticks };
  } catch {
    // It has ended meanwhile.
    return undefined;
  }
}
