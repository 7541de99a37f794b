import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { processes } from './kernel-objects.ts';
import type { NativeStore } from './native-store.ts';
import { until } from './wait.ts';

/** For a test's option `skip`. */
export const noStrace = existsSync('/usr/bin/strace') ? false : 'strace is not installed';

/**
 * Has the first call of that kind go wrong which the process makes that waits for the store's next request: `how` is strace(1)'s,
 * `signal=KILL` or `error=EPERM`. Resolves when it is watched.
 */
export async function injectAt(store: NativeStore, call: string, how: string): Promise<void> {
  const pid = await waitingOf(store);
  const inject = `inject=${call}:${how}:when=1`;
  spawn('strace', ['-o', '/dev/null', '-e', `trace=${call}`, '-e', inject, '-p', String(pid)], { stdio: 'ignore' });
  await until('it is traced', () => statusOf(pid, 'TracerPid') !== '0');
}

/** Watches the calls of that kind that a process makes. Resolves when it does, with how to end that: the lines of strace(1). */
export async function traceOf(pid: number, call: string): Promise<() => Promise<string[]>> {
  const strace = spawn('strace', ['-e', `trace=${call}`, '-p', String(pid)], { stdio: ['ignore', 'ignore', 'pipe'] });
  const lines = text(strace.stderr);
  await until('it is traced', () => statusOf(pid, 'TracerPid') !== '0');
  return async () => {
    strace.kill('SIGINT');
    return (await lines).split('\n');
  };
}

/** The child that a spawner of this store has waiting: it has taken nothing, so it has the spawner's name. */
async function waitingOf(store: NativeStore): Promise<number> {
  return until('one waits', () => {
    const spawners = processes().filter(({ pid, name }) => name === 'skiff-spawner' && opens(pid, store.root));
    return spawners.find((one) => spawners.some(({ pid }) => pid === one.parent))?.pid;
  });
}

function opens(pid: number, root: string): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`) === root);
  } catch {
    return false;
  }
}

function statusOf(pid: number, name: string): string {
  try {
    return new RegExp(`^${name}:\\s+(.*)$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '';
  } catch {
    return '';
  }
}
