import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';

/** What a store may leave in the kernel, each as a line that names it: compared before and after. */
export type KernelObjects = {
  mounts: string[];
  interfaces: string[];
  cgroups: string[];
  tables: string[];
  processes: string[];
};

/** Everything on this machine that bears our names, whatever store made it. */
export function kernelObjects(): KernelObjects {
  return {
    mounts: mountPoints((path) => path.includes('skiff')),
    interfaces: readdirSync('/sys/class/net').filter((name) => /^s[kv][0-9a-f]/.test(name)),
    cgroups: cgroupsNamed(/^skiff/),
    tables: nftTables(/skiff/),
    processes: processesNamed(/skiff|helper\.js/),
  };
}

/** What is in `after` and wasn't in `before`, one line each. */
export function leaked(before: KernelObjects, after: KernelObjects): string[] {
  const kinds = Object.keys(before) as (keyof KernelObjects)[];
  return kinds.flatMap((kind) =>
    after[kind].filter((one) => !before[kind].includes(one)).map((one) => `${kind}: ${one}`),
  );
}

/** Mount points of this mount namespace that satisfy `test`. */
export function mountPoints(test: (path: string) => boolean): string[] {
  const lines = readFileSync('/proc/self/mountinfo', 'utf8').trim().split('\n');
  return lines.map((line) => line.split(' ')[4] ?? '').filter(test);
}

/** cgroup directories of any hierarchy whose own name matches, deepest first. */
export function cgroupsNamed(pattern: RegExp): string[] {
  const hierarchies = ['/sys/fs/cgroup', ...subfolders('/sys/fs/cgroup')];
  const found = hierarchies
    .flatMap((folder) => walk(folder, 4))
    .filter((path) => pattern.test(path.split('/').at(-1) ?? ''));
  return [...new Set(found)].sort((a, b) => b.length - a.length);
}

/** Removes a cgroup and all below it. They must have no processes. */
export function removeCgroup(path: string): void {
  for (const name of subfolders(path)) removeCgroup(name);
  if (existsSync(path)) rmdirSync(path);
}

/** `family name` of nftables' tables that match. Empty where there is no nft program. */
export function nftTables(pattern: RegExp): string[] {
  const { stdout } = spawnSync('nft', ['list', 'tables'], { encoding: 'utf8' });
  return (stdout ?? '')
    .split('\n')
    .map((line) => line.replace(/^table /, '').trim())
    .filter((table) => table !== '' && pattern.test(table));
}

export type ProcessEntry = {
  pid: number;
  parent: number;
  /** What it calls itself: at most 15 letters. */
  name: string;
  command: string;
  environment: string;
  cgroups: string;
};

/** All processes but kernel threads, and what we may read of them. */
export function processes(): ProcessEntry[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => ({
      pid: Number(name),
      parent: Number(/\) \w (\d+)/.exec(readProc(name, 'stat'))?.[1] ?? 0),
      name: readProc(name, 'comm').trim(),
      command: readProc(name, 'cmdline').replaceAll('\0', ' ').trim(),
      environment: readProc(name, 'environ'),
      cgroups: readProc(name, 'cgroup'),
    }))
    .filter(({ command }) => command !== '');
}

/** `pid command` of processes that run our programs. */
function processesNamed(pattern: RegExp): string[] {
  return processes()
    .filter(
      ({ pid, command }) =>
        pid !== process.pid && pattern.test(command.split(' ').slice(0, 2).join(' ')) && isOurs(pid, command),
    )
    .map(({ pid, command }) => `${pid} ${command}`);
}

/** A shell or an editor that only names one of our files in its arguments is not ours. */
function isOurs(pid: number, command: string): boolean {
  if (/helper\.js/.test(command)) return true;
  try {
    // The spawner runs from a sealed copy of itself in memory.
    return /[/:]skiff(-[\w.]+)?( \(deleted\))?$|[0-9a-f]{64}/.test(readlinkSync(`/proc/${pid}/exe`));
  } catch {
    return false;
  }
}

function readProc(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    // Ended meanwhile, or another user's.
    return '';
  }
}

function subfolders(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => join(folder, entry.name));
  } catch {
    return [];
  }
}

function walk(folder: string, depth: number): string[] {
  return depth === 0 ? [folder] : [folder, ...subfolders(folder).flatMap((one) => walk(one, depth - 1))];
}
