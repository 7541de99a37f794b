import { execFile } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { availableParallelism, uptime } from 'node:os';
import { promisify } from 'node:util';
import { SkiffError } from '../lib/errors.ts';

/** One process as the host sees it (proc_pid_stat(5)). */
export type ProcessFacts = {
  pid: number;
  parent: number;
  uid: number;
  /** argv on one line; in brackets the name of one that has none. */
  command: string;
  /** Controlling terminal: major and minor in one number, 0 without one. */
  terminal: number;
  threads: number;
  cpuMilliseconds: number;
  /** Milliseconds since the epoch. */
  startedAt: number;
  /** Bytes that are its own, and those in shared memory. */
  memory: number;
};

/** USER_HZ is 100 on every architecture that we build for (sysconf(3), _SC_CLK_TCK). */
const tick = 10;

/** Absent: it has ended. */
export function readProcess(pid: number): ProcessFacts | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const end = stat.lastIndexOf(')');
    // Fields from the third on: state, ppid, pgrp, session, tty_nr, …
    const fields = stat.slice(end + 2).split(' ');
    const field = (number: number): number => Number(fields[number - 3] ?? 0);
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const kilobytes = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0);
    return {
      pid,
      parent: field(4),
      uid: statSync(`/proc/${pid}`).uid,
      command: commandOf(pid) || `[${stat.slice(stat.indexOf('(') + 1, end)}]`,
      terminal: field(7),
      threads: field(20),
      cpuMilliseconds: (field(14) + field(15)) * tick,
      startedAt: Date.now() - uptime() * 1000 + field(22) * tick,
      memory: (kilobytes('RssAnon') + kilobytes('RssShmem')) * 1024,
    };
  } catch {
    return undefined;
  }
}

function commandOf(pid: number): string {
  return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replace(/\0+$/, '').replaceAll('\0', ' ');
}

/** Bytes that went through the interfaces of a process's network namespace, loopback left out (proc_pid_net(5)). */
export function readNetworkBytes(pid: number): { received: number; sent: number } {
  const total = { received: 0, sent: 0 };
  try {
    for (const line of readFileSync(`/proc/${pid}/net/dev`, 'utf8').split('\n')) {
      const [, name, values = ''] = /^\s*(\S+):\s*(.*)$/.exec(line) ?? [];
      if (name === undefined || name === 'lo') continue;
      const numbers = values.split(/\s+/).map(Number);
      total.received += numbers[0] ?? 0;
      total.sent += numbers[8] ?? 0;
    }
  } catch {
    // It has just ended.
  }
  return total;
}

export const processors = (): number => availableParallelism();

/** What the host's ps says with these options. */
export async function runPs(options: readonly string[]): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)('ps', [...options], { maxBuffer: 64 * 1024 * 1024 });
    return stdout;
  } catch (cause) {
    const missing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    // What follows its first line is how it is used.
    const said =
      cause instanceof Error && 'stderr' in cause ? /^(?:error: )?(.+)$/m.exec(String(cause.stderr))?.[1] : '';
    const reason = missing ? 'this machine has no ps' : said || String(cause);
    throw new SkiffError('invalid-argument', `ps ${options.join(' ')}: ${reason}`, { cause });
  }
}
