import { array, bad, object, optionalObject, text, textMap } from '../oci/json.ts';
import type { BlockDevice, DeviceRule, Resources } from '../oci/runtime-config.ts';
import { parseDeviceRules } from './devices.ts';
import { integer, optionalInteger } from './numbers.ts';
import { notBuilt } from './not-built.ts';

/** `files` are directives for what the engine's containers don't have. */
export type BundleResources = { devices: DeviceRule[]; limits: Resources; files: string[] };

/** config-linux.md, "Control groups". Throws invalid-argument. */
export function parseResources(resources: Record<string, unknown>): BundleResources {
  if (Object.keys(optionalObject(resources['rdma'], 'linux.resources.rdma')).length > 0)
    throw notBuilt('linux.resources.rdma');
  const memory = optionalObject(resources['memory'], 'linux.resources.memory');
  const cpu = optionalObject(resources['cpu'], 'linux.resources.cpu');
  const pids = optionalObject(resources['pids'], 'linux.resources.pids');
  const block = optionalObject(resources['blockIO'], 'linux.resources.blockIO');
  const pidsLimit = optionalInteger(pids['limit'], 'linux.resources.pids.limit');
  const disable = memory['disableOOMKiller'];
  return {
    devices: parseDeviceRules(resources['devices']),
    limits: {
      memory: {
        ...numbers(memory, ['limit', 'swap', 'reservation', 'swappiness'], 'memory'),
        ...(disable === true ? { disableOOMKiller: true } : {}),
      },
      cpu: {
        ...numbers(cpu, ['shares', 'quota', 'period'], 'cpu'),
        ...nonZero(numbers(cpu, ['realtimePeriod', 'realtimeRuntime'], 'cpu')),
        ...texts(cpu, ['cpus', 'mems'], 'cpu'),
      },
      ...(pidsLimit === undefined || pidsLimit === 0 ? {} : { pids: { limit: Math.max(pidsLimit, -1) } }),
      ...blockLimits(block),
    },
    files: [
      ...kernelMemory(memory),
      ...scheduler(cpu),
      ...network(optionalObject(resources['network'], 'linux.resources.network')),
      ...hugePages(resources['hugepageLimits']),
      ...unified(resources['unified']),
    ],
  };
}

function numbers(from: Record<string, unknown>, keys: readonly string[], where: string): Record<string, number> {
  return Object.fromEntries(
    keys.flatMap((key) => {
      const value = optionalInteger(from[key], `linux.resources.${where}.${key}`);
      return value === undefined ? [] : [[key, value]];
    }),
  );
}

function texts(from: Record<string, unknown>, keys: readonly string[], where: string): Record<string, string> {
  const given = keys.map((key) => [key, text(from[key], `linux.resources.${where}.${key}`)] as const);
  return Object.fromEntries(given.filter(([, value]) => value !== ''));
}

const legacy = (controller: string, file: string, value: string | number): string[] => [
  ...['resource', controller, file, String(value), '', ''],
];

function kernelMemory(memory: Record<string, unknown>): string[] {
  return (['kernel', 'kernelTCP'] as const).flatMap((key) => {
    const value = optionalInteger(memory[key], `linux.resources.memory.${key}`);
    const file = key === 'kernel' ? 'memory.kmem.limit_in_bytes' : 'memory.kmem.tcp.limit_in_bytes';
    return value === undefined || value <= 0 ? [] : legacy('memory', file, value);
  });
}

const nonZero = (values: Record<string, number>): Record<string, number> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== 0));

const schedulerFiles = { idle: ['cpu.idle', 'cpu.idle'], burst: ['cpu.cfs_burst_us', 'cpu.max.burst'] } as const;

function scheduler(cpu: Record<string, unknown>): string[] {
  const given = nonZero(numbers(cpu, ['idle', 'burst'], 'cpu'));
  return Object.entries(given).flatMap(([key, value]) => {
    const [v1, v2] = schedulerFiles[key as keyof typeof schedulerFiles];
    return ['resource', 'cpu', v1, String(value), v2, String(value)];
  });
}

const throttleNames = [
  ...(['throttleReadBpsDevice', 'throttleWriteBpsDevice'] as const),
  ...(['throttleReadIOPSDevice', 'throttleWriteIOPSDevice'] as const),
];

function blockLimits(block: Record<string, unknown>): Pick<Resources, 'blockIO'> {
  const weight = optionalInteger(block['weight'], 'linux.resources.blockIO.weight');
  const weights = deviceValues(block, 'weightDevice', 'weight');
  const rates = throttleNames.map((name) => [name, deviceValues(block, name, 'rate')] as const);
  const given = Object.fromEntries(rates.filter(([, list]) => list.length > 0));
  return {
    blockIO: { ...(weight ? { weight } : {}), ...(weights.length > 0 ? { weightDevice: weights } : {}), ...given },
  };
}

function deviceValues<V extends 'rate' | 'weight'>(
  block: Record<string, unknown>,
  key: string,
  value: V,
): (BlockDevice & Record<V, number>)[] {
  const what = `linux.resources.blockIO.${key}`;
  return array(block[key], what).map((entry) => {
    const item = object(entry, what);
    const [major, minor] = [integer(item['major'], `${what}.major`), integer(item['minor'], `${what}.minor`)];
    const number = optionalInteger(item[value], `${what}.${value}`) ?? 0;
    return { major, minor, [value]: number } as BlockDevice & Record<V, number>;
  });
}

function network(settings: Record<string, unknown>): string[] {
  const classId = optionalInteger(settings['classID'], 'linux.resources.network.classID');
  const priorities = array(settings['priorities'], 'linux.resources.network.priorities').flatMap((entry) => {
    const item = object(entry, 'linux.resources.network.priorities');
    const value = `${text(item['name'], 'name')} ${integer(item['priority'], 'priority')}`;
    return legacy('net_prio', 'net_prio.ifpriomap', value);
  });
  return [...(classId === undefined ? [] : legacy('net_cls', 'net_cls.classid', classId)), ...priorities];
}

function hugePages(value: unknown): string[] {
  return array(value, 'linux.resources.hugepageLimits').flatMap((entry) => {
    const item = object(entry, 'linux.resources.hugepageLimits');
    const size = text(item['pageSize'], 'pageSize');
    const limit = String(integer(item['limit'], 'linux.resources.hugepageLimits.limit'));
    if (!/^\d+[KMG]B$/.test(size)) throw bad(`linux.resources.hugepageLimits: "${size}" is no size of pages`);
    return ['resource', 'hugetlb', `hugetlb.${size}.limit_in_bytes`, limit, `hugetlb.${size}.max`, limit];
  });
}

function unified(value: unknown): string[] {
  return Object.entries(textMap(value, 'linux.resources.unified')).flatMap(([file, content]) => {
    if (!/^[a-z0-9_]+\.[A-Za-z0-9_.]+$/.test(file))
      throw bad(`linux.resources.unified: "${file}" is no file of a cgroup`);
    return ['resource', file.split('.')[0] ?? '', '', '', file, content];
  });
}
