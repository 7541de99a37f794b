import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What this machine's cgroups can limit, of either version. */
export type LimitFeatures = Record<keyof typeof features, boolean>;

/** Controller and a file of version 1, that its root has too; whether version 2 can do it. */
const features = {
  memory: ['memory', 'memory.limit_in_bytes', true],
  swap: ['memory', 'memory.memsw.limit_in_bytes', true],
  reservation: ['memory', 'memory.soft_limit_in_bytes', true],
  swappiness: ['memory', 'memory.swappiness', false],
  oomKillDisable: ['memory', 'memory.oom_control', false],
  cpuShares: ['cpu', 'cpu.shares', true],
  cpuQuota: ['cpu', 'cpu.cfs_quota_us', true],
  cpuset: ['cpuset', 'cpuset.cpus', true],
  pids: ['pids', 'cgroup.procs', true],
  // Its file is in no root.
  blkioWeight: ['blkio', 'cgroup.procs', true],
  readBps: ['blkio', 'blkio.throttle.read_bps_device', true],
  writeBps: ['blkio', 'blkio.throttle.write_bps_device', true],
  readIops: ['blkio', 'blkio.throttle.read_iops_device', true],
  writeIops: ['blkio', 'blkio.throttle.write_iops_device', true],
} as const;

const place = '/sys/fs/cgroup';

/** Version 2's controllers are what it lists; a file of version 1 is there or not. */
export function limitFeatures(): LimitFeatures {
  const unified = new Set([place, join(place, 'unified')].flatMap(controllersOf));
  const can = ([controller, file, second]: (typeof features)[keyof typeof features]): boolean =>
    (second && unified.has(controller === 'blkio' ? 'io' : controller)) || hasLegacy(controller, file);
  return Object.fromEntries(Object.entries(features).map(([name, feature]) => [name, can(feature)])) as LimitFeatures;
}

function controllersOf(hierarchy: string): string[] {
  const path = join(hierarchy, 'cgroup.controllers');
  return existsSync(path) ? readFileSync(path, 'utf8').split(/\s+/) : [];
}

const hasLegacy = (controller: string, file: string): boolean => existsSync(join(place, controller, file));
