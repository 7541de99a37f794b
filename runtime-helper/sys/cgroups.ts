import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where the groups of one process are, by controller; `unified` is cgroup version 2. */
export type Cgroups = { unified?: string; memory?: string; cpuacct?: string; blkio?: string; pids?: string };

/**
 * The groups of `pid` that are a container's own: their path has its `id`. /proc/PID/cgroup (cgroups(7)) names a group in each
 * hierarchy; one that is not the container's would count the whole machine.
 */
export function containerCgroups(pid: number, id: string): Cgroups {
  const groups: Record<string, string> = {};
  for (const line of readOptional(`/proc/${pid}/cgroup`).split('\n')) {
    const [number, controllers = '', ...path] = line.split(':');
    const group = path.join(':');
    if (!group.includes(id)) continue;
    if (number === '0') groups['unified'] = join(unifiedRoot(), group);
    else for (const name of controllers.split(',')) groups[name] = join('/sys/fs/cgroup', name, group);
  }
  return groups;
}

/** Pure version 2, or beside version 1. */
function unifiedRoot(): string {
  return readOptional('/sys/fs/cgroup/cgroup.controllers') === '' ? '/sys/fs/cgroup/unified' : '/sys/fs/cgroup';
}

/** The pids of all processes in a group and those below it. */
export function processesOf({ unified, pids, memory }: Cgroups): number[] {
  const folder = unified ?? pids ?? memory;
  return folder === undefined ? [] : processesBelow(folder);
}

function processesBelow(folder: string): number[] {
  const own = readOptional(join(folder, 'cgroup.procs')).split('\n').filter(Boolean).map(Number);
  return [...own, ...subfolders(folder).flatMap((name) => processesBelow(join(folder, name)))];
}

function subfolders(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
  } catch {
    // The container has just ended.
    return [];
  }
}

/** Usage as the kernel counts it; absent: no controller of the container's own counts it. */
export type CgroupUsage = {
  cpuNanoseconds: number;
  /** Bytes, without the page cache that can be taken back, as Docker shows it. */
  memory?: number;
  /** Bytes; absent: none. */
  memoryLimit?: number;
  blockRead?: number;
  blockWritten?: number;
};

/** Memory less inactive files, as `docker stats` counts it: calculateMemUsageUnixNoCache of docker/cli. */
export function readUsage(groups: Cgroups): CgroupUsage {
  const { unified, memory, cpuacct, blkio } = groups;
  if (memory === undefined) {
    const current = numberIn(unified, 'memory.current');
    return {
      ...cpuUsage(unified, cpuacct),
      ...memoryUsage(current, keyed(unified, 'memory.stat').get('inactive_file'), numberIn(unified, 'memory.max')),
      ...unifiedBlock(unified),
      ...legacyBlock(blkio),
    };
  }
  const current = numberIn(memory, 'memory.usage_in_bytes');
  const inactive = keyed(memory, 'memory.stat').get('total_inactive_file');
  return {
    ...cpuUsage(unified, cpuacct),
    ...memoryUsage(current, inactive, numberIn(memory, 'memory.limit_in_bytes')),
    ...unifiedBlock(unified),
    ...legacyBlock(blkio),
  };
}

function cpuUsage(unified: string | undefined, cpuacct: string | undefined): { cpuNanoseconds: number } {
  const microseconds = keyed(unified, 'cpu.stat').get('usage_usec');
  if (microseconds !== undefined) return { cpuNanoseconds: microseconds * 1000 };
  return { cpuNanoseconds: numberIn(cpuacct, 'cpuacct.usage') ?? 0 };
}

/** A version 1 group without a limit has one that no machine reaches. */
const unlimited = 2 ** 60;

function memoryUsage(
  current: number | undefined,
  inactive: number | undefined,
  limit: number | undefined,
): Pick<CgroupUsage, 'memory' | 'memoryLimit'> {
  if (current === undefined) return {};
  return {
    memory: inactive !== undefined && inactive < current ? current - inactive : current,
    ...(limit === undefined || limit > unlimited ? {} : { memoryLimit: limit }),
  };
}

/** `8:0 rbytes=1 wbytes=2 rios=…` for each device. */
function unifiedBlock(folder: string | undefined): Pick<CgroupUsage, 'blockRead' | 'blockWritten'> {
  const text = folder === undefined ? '' : readOptional(join(folder, 'io.stat'));
  if (text === '') return {};
  const sum = (key: string): number =>
    [...text.matchAll(new RegExp(`\\b${key}=(\\d+)`, 'g'))].reduce((total, [, bytes]) => total + Number(bytes), 0);
  return { blockRead: sum('rbytes'), blockWritten: sum('wbytes') };
}

/** `8:0 Read 4096`; the last line is the total of all. */
function legacyBlock(folder: string | undefined): Pick<CgroupUsage, 'blockRead' | 'blockWritten'> {
  if (folder === undefined) return {};
  const text = readOptional(join(folder, 'blkio.throttle.io_service_bytes'));
  const sum = (key: string): number =>
    [...text.matchAll(new RegExp(`^\\S+ ${key} (\\d+)$`, 'gm'))].reduce((total, [, bytes]) => total + Number(bytes), 0);
  return { blockRead: sum('Read'), blockWritten: sum('Write') };
}

function keyed(folder: string | undefined, file: string): Map<string, number> {
  if (folder === undefined) return new Map();
  const lines = readOptional(join(folder, file)).split('\n');
  return new Map(
    lines.map((line) => line.split(' ')).map(([key = '', value]): [string, number] => [key, Number(value)]),
  );
}

/** Absent: no such file, or `max`. */
function numberIn(folder: string | undefined, file: string): number | undefined {
  const text = folder === undefined ? '' : readOptional(join(folder, file)).trim();
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

function readOptional(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // A controller that this machine does not have, or a container that has just ended.
    return '';
  }
}
