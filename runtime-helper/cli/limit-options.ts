/** What a container may use at most: options of run, create and update. */
import { availableParallelism } from 'node:os';
import type { LimitChanges, Limits, LimitsRequest } from '../engine/index.ts';
import { parseBytes } from './byte-sizes.ts';
import { parseByteRate, parseDeviceWeight, parseOperationRate } from './device-options.ts';
import type { Options, OptionTable } from './options.ts';
import { UsageError } from './usage-error.ts';

const deviceOptions: OptionTable = {
  'blkio-weight-device': { type: 'list', help: 'Block IO weight (relative device weight)' },
  'device-read-bps': { type: 'list', help: 'Limit read rate (bytes per second) from a device' },
  'device-read-iops': { type: 'list', help: 'Limit read rate (IO per second) from a device' },
  'device-write-bps': { type: 'list', help: 'Limit write rate (bytes per second) to a device' },
  'device-write-iops': { type: 'list', help: 'Limit write rate (IO per second) to a device' },
};

export const limitOptions: OptionTable = {
  'blkio-weight': { type: 'number', help: 'Block IO (relative weight), between 10 and 1000, or 0 to disable' },
  'cpu-period': { type: 'number', help: 'Limit CPU CFS (Completely Fair Scheduler) period' },
  'cpu-quota': { type: 'number', help: 'Limit CPU CFS (Completely Fair Scheduler) quota' },
  'cpu-shares': { type: 'number', short: 'c', help: 'CPU shares (relative weight)' },
  cpus: { type: 'text', value: 'decimal', help: 'Number of CPUs' },
  'cpuset-cpus': { type: 'text', help: 'CPUs in which to allow execution (0-3, 0,1)' },
  'cpuset-mems': { type: 'text', help: 'MEMs in which to allow execution (0-3, 0,1)' },
  ...deviceOptions,
  memory: { type: 'text', short: 'm', value: 'bytes', help: 'Memory limit' },
  'memory-reservation': { type: 'text', value: 'bytes', help: 'Memory soft limit' },
  'memory-swap': {
    type: 'text',
    value: 'bytes',
    help: "Swap limit equal to memory plus swap: '-1' to enable unlimited swap",
  },
  'memory-swappiness': { type: 'number', help: 'Tune container memory swappiness (0 to 100)' },
  'oom-kill-disable': { type: 'flag', help: 'Disable OOM Killer' },
  'pids-limit': { type: 'number', help: 'Tune container pids limit (set -1 for unlimited)' },
};

const smallestMemory = 6 * 1024 * 1024;

/** Of `update`: an option that lifts a limit (0) is null. Throws UsageError; what limits forbid each other is the engine's to say. */
export function readLimitChanges(options: Options): LimitChanges {
  const limits = readPlainLimits(options);
  const changes = Object.entries(changeable).filter(([, name]) => options.given(name));
  checkSmallest(limits);
  return Object.fromEntries(changes.map(([key]) => [key, limits[key as keyof LimitChanges] ?? null]));
}

const changeable: Readonly<Record<keyof LimitChanges, string>> = {
  blkioWeight: 'blkio-weight',
  cpuPeriod: 'cpu-period',
  cpuQuota: 'cpu-quota',
  cpuShares: 'cpu-shares',
  nanoCpus: 'cpus',
  cpusetCpus: 'cpuset-cpus',
  cpusetMems: 'cpuset-mems',
  memory: 'memory',
  memoryReservation: 'memory-reservation',
  memorySwap: 'memory-swap',
  pidsLimit: 'pids-limit',
};

/** Those of `limitOptions` that `update` has. */
export const changeOptions: OptionTable = Object.fromEntries(
  Object.values(changeable).map((name) => [name, limitOptions[name] ?? { type: 'text', help: '' }]),
);

/** Throws UsageError with Docker's words for what can't be. Absent options are absent. */
export function readLimits(options: Options): LimitsRequest {
  const limits: LimitsRequest = {
    ...readPlainLimits(options),
    ...swappiness(options.number('memory-swappiness')),
    ...(options.flag('oom-kill-disable') ? { oomKillDisable: true } : {}),
    ...devices('blkioWeightDevice', options, 'blkio-weight-device', parseDeviceWeight),
    ...devices('deviceReadBps', options, 'device-read-bps', parseByteRate),
    ...devices('deviceWriteBps', options, 'device-write-bps', parseByteRate),
    ...devices('deviceReadIops', options, 'device-read-iops', parseOperationRate),
    ...devices('deviceWriteIops', options, 'device-write-iops', parseOperationRate),
  };
  checkMemory(limits);
  if (limits.nanoCpus !== undefined && (limits.cpuPeriod !== undefined || limits.cpuQuota !== undefined))
    throw bad('conflicting options: nano CPUs and CPU period or quota cannot both be set');
  return limits;
}

function readPlainLimits(options: Options): Pick<Limits, keyof LimitChanges> {
  return {
    ...bytes('memory', options, 'memory'),
    ...bytes('memorySwap', options, 'memory-swap'),
    ...bytes('memoryReservation', options, 'memory-reservation'),
    ...cpus(options.text('cpus')),
    ...number('cpuShares', options, 'cpu-shares', [2, 262_144]),
    ...number('cpuPeriod', options, 'cpu-period', [1000, 1_000_000]),
    ...number('cpuQuota', options, 'cpu-quota', [1000, Number.MAX_SAFE_INTEGER]),
    ...cpuset('cpusetCpus', options, 'cpuset-cpus'),
    ...cpuset('cpusetMems', options, 'cpuset-mems'),
    ...pids(options.number('pids-limit')),
    ...number('blkioWeight', options, 'blkio-weight', [10, 1000]),
  };
}

function checkSmallest({ memory }: Pick<Limits, 'memory'>): void {
  if (memory !== undefined && memory < smallestMemory) throw bad('minimum memory limit allowed is 6MB');
}

function checkMemory({ memory, memorySwap, memoryReservation }: LimitsRequest): void {
  checkSmallest({ ...(memory === undefined ? {} : { memory }) });
  if (memorySwap !== undefined && memorySwap !== -1) {
    if (memory === undefined) throw bad('you should always set the memory limit when using memoryswap limit');
    if (memorySwap < memory) throw bad('minimum memoryswap limit should be larger than memory limit');
  }
  if (memory !== undefined && memoryReservation !== undefined && memory < memoryReservation)
    throw bad('minimum memory limit can not be less than memory reservation limit');
}

/** 0 is no limit, as if nothing had been said. */
function bytes<K extends keyof Limits>(key: K, options: Options, name: string): { [key in K]?: number } {
  const text = options.text(name);
  const value = text === undefined ? 0 : text === '-1' && name === 'memory-swap' ? -1 : parseBytes(text, name);
  return (value === 0 ? {} : { [key]: value }) as { [key in K]?: number };
}

function number<K extends keyof Limits>(
  key: K,
  options: Options,
  name: string,
  [least, most]: [number, number],
): { [key in K]?: number } {
  const value = options.number(name);
  if (value === undefined || (value === 0 && least > 0) || (value === -1 && least >= 0)) return {};
  if (value < least || value > most)
    throw bad(`invalid value: ${value}, the range of --${name} is from ${least} to ${most}`);
  return { [key]: value } as { [key in K]?: number };
}

function cpus(text: string | undefined): { nanoCpus?: number } {
  if (text === undefined) return {};
  if (!/^[+-]?\d*\.?\d+$/.test(text))
    throw new UsageError(
      `invalid argument "${text}" for "--cpus" flag: failed to parse ${text} as a rational number`,
      125,
    );
  const value = Number(text);
  const most = availableParallelism();
  if (value === 0) return {};
  if (!(value >= 0.01 && value <= most))
    throw bad(`range of CPUs is from 0.01 to ${most}.00, as there are only ${most} CPUs available`);
  return { nanoCpus: Math.round(value * 1e9) };
}

function devices<K extends keyof LimitsRequest, V>(
  key: K,
  options: Options,
  name: string,
  parse: (option: string, text: string) => V,
): { [key in K]?: V[] } {
  const values = options.list(name).map((text) => parse(name, text));
  return (values.length > 0 ? { [key]: values } : {}) as { [key in K]?: V[] };
}

function cpuset<K extends keyof Limits>(key: K, options: Options, name: string): { [key in K]?: string } {
  const text = options.text(name);
  if (text === undefined || text === '') return {};
  if (!/^\d+(?:-\d+)?(?:,\d+(?:-\d+)?)*$/.test(text)) throw bad(`invalid value ${text} for ${name.replace('-', ' ')}`);
  return { [key]: text } as { [key in K]?: string };
}

/** Docker's command line knows this range, and leaves the others to its daemon. */
function swappiness(value: number | undefined): { memorySwappiness?: number } {
  if (value === undefined || value === -1) return {};
  if (value < 0 || value > 100)
    throw new UsageError(`invalid value: ${value}. Valid memory swappiness range is 0-100`, 125);
  return { memorySwappiness: value };
}

function pids(value: number | undefined): { pidsLimit?: number } {
  if (value === undefined || value === 0) return {};
  return { pidsLimit: value < 0 ? -1 : value };
}

const bad = (message: string): UsageError => new UsageError(message);
