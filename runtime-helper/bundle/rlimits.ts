import { readFileSync } from 'node:fs';
import type { ProcessConfig } from '../oci/runtime-config.ts';

type Limit = ProcessConfig['rlimits'][number];

/** Names of /proc/PID/limits (proc_pid_limits(5)). */
const names: Readonly<Record<string, string>> = {
  ...{
    RLIMIT_CPU: 'Max cpu time',
    RLIMIT_FSIZE: 'Max file size',
    RLIMIT_DATA: 'Max data size',
    RLIMIT_STACK: 'Max stack size',
  },
  ...{ RLIMIT_CORE: 'Max core file size', RLIMIT_RSS: 'Max resident set', RLIMIT_NPROC: 'Max processes' },
  ...{ RLIMIT_NOFILE: 'Max open files', RLIMIT_MEMLOCK: 'Max locked memory', RLIMIT_AS: 'Max address space' },
  ...{ RLIMIT_LOCKS: 'Max file locks', RLIMIT_SIGPENDING: 'Max pending signals', RLIMIT_MSGQUEUE: 'Max msgqueue size' },
  ...{
    RLIMIT_NICE: 'Max nice priority',
    RLIMIT_RTPRIO: 'Max realtime priority',
    RLIMIT_RTTIME: 'Max realtime timeout',
  },
};

const sysResource = 24n;

/** Raising a hard limit takes CAP_SYS_RESOURCE, which nested machines lack: there a limit is as high as it can be, and it is said. */
export function possibleLimits(wanted: readonly Limit[], warn: (text: string) => void): Limit[] {
  const own = readFileSync('/proc/self/status', 'utf8');
  const effective = BigInt(`0x${/^CapEff:\s+(\w+)/m.exec(own)?.[1] ?? '0'}`);
  if ((effective >> sysResource) & 1n) return [...wanted];
  const limits = readFileSync('/proc/self/limits', 'utf8');
  return wanted.map((limit) => lowered(limit, hardLimit(limits, limit.type), warn));
}

function lowered(limit: Limit, most: number, warn: (text: string) => void): Limit {
  const above = (value: number): boolean => most !== -1 && (value === -1 || value > most);
  if (!above(limit.hard)) return limit;
  warn(`${limit.type}: ${limit.hard} is above ${most}, and this machine lets nobody raise it`);
  return { type: limit.type, hard: most, soft: above(limit.soft) ? most : limit.soft };
}

/** -1: unlimited, or not known. */
function hardLimit(limits: string, type: string): number {
  const line = limits.split('\n').find((text) => names[type] !== undefined && text.startsWith(names[type])) ?? '';
  const hard = line
    .slice((names[type] ?? '').length)
    .trim()
    .split(/\s+/)[1];
  return hard === undefined || hard === 'unlimited' ? -1 : Number(hard);
}
