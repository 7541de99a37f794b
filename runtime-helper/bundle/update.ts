/** New limits for a container that runs: runc's `update`. */
import { readFileSync } from 'node:fs';
import { resourceDirectives } from '../container/limits.ts';
import { SkiffError } from '../lib/errors.ts';
import { parseObject } from '../oci/json.ts';
import { writeLimit } from '../sys/cgroup-tree.ts';
import * as records from './records.ts';
import { parseResources } from './resources.ts';

/** runc's options and where the specification has them. */
const places: Readonly<Record<string, readonly [string, string]>> = {
  ...{
    memory: ['memory', 'limit'],
    'memory-swap': ['memory', 'swap'],
    'memory-reservation': ['memory', 'reservation'],
  },
  ...{ 'cpu-period': ['cpu', 'period'], 'cpu-quota': ['cpu', 'quota'], 'cpu-share': ['cpu', 'shares'] },
  ...{ 'cpuset-cpus': ['cpu', 'cpus'], 'cpuset-mems': ['cpu', 'mems'] },
  ...{ 'pids-limit': ['pids', 'limit'], 'blkio-weight': ['blockIO', 'weight'] },
};

type Json = Record<string, unknown>;

/** `linux.resources` from --resources (`-`: stdin) or from single options. Throws invalid-argument. */
export function readUpdate(options: Readonly<Record<string, string | true>>): Json {
  const file = options['resources'];
  if (typeof file === 'string')
    return parseObject(readFileSync(file === '-' ? '/dev/stdin' : file), file === '-' ? 'stdin' : file);
  const resources: Record<string, Json> = {};
  for (const [name, [group, key]] of Object.entries(places)) {
    const value = options[name];
    if (typeof value !== 'string') continue;
    if (!name.startsWith('cpuset') && !/^-?\d{1,15}$/.test(value))
      throw new SkiffError('invalid-argument', `--${name}: "${value}" is not a whole number`);
    resources[group] = { ...resources[group], [key]: name.startsWith('cpuset') ? value : Number(value) };
  }
  return resources;
}

/** Throws failed-precondition for a container that has ended, and what the kernel says of a value. */
export function update(root: string, id: string, resources: Json): void {
  const record = records.readRecord(root, id);
  if (records.statusOf(root, record) === 'stopped')
    throw new SkiffError('failed-precondition', `cannot update container "${id}" that is stopped`);
  // Rules of devices were set when it was made, and containerd sends what they were.
  const { limits, files } = parseResources({ ...resources, devices: undefined });
  const words = [...resourceDirectives(limits), ...files];
  const items = Array.from({ length: words.length / 6 }, (_, index) => words.slice(index * 6 + 1, index * 6 + 6));
  // Memory may not be above memory and swap together: which of them has to come first depends on what they were.
  const refused = items.filter((item) => !write(record.cgroup, item, false));
  for (const item of refused) write(record.cgroup, item, true);
}

function write(cgroup: string, item: readonly string[], last: boolean): boolean {
  const [controller = '', legacyFile = '', legacyValue = '', file = '', value = ''] = item;
  try {
    if (writeLimit(cgroup, { controller, legacyFile, legacyValue, file, value })) return true;
  } catch (cause) {
    if (!last) return false;
    throw new SkiffError('invalid-argument', `${file || legacyFile}: ${String((cause as Error).message)}`, { cause });
  }
  throw new SkiffError(
    'failed-precondition',
    `this machine has no cgroup controller ${controller} with ${file || legacyFile}`,
  );
}
