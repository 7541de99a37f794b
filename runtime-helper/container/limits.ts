import type { BlockDevice, Resources, Throttle } from '../oci/runtime-config.ts';

/** What a container may use at most, as Docker's options name it. Absent: no limit. */
export type Limits = {
  /** Bytes. */
  memory?: number;
  /** Bytes of memory and swap together, -1 for any; absent with `memory`: twice that. */
  memorySwap?: number;
  memoryReservation?: number;
  /** 0 to 100. */
  memorySwappiness?: number;
  oomKillDisable?: boolean;
  /** Billionths of a CPU. */
  nanoCpus?: number;
  cpuShares?: number;
  /** Microseconds. */
  cpuPeriod?: number;
  cpuQuota?: number;
  /** `0-2,7` */
  cpusetCpus?: string;
  cpusetMems?: string;
  /** -1: any number. */
  pidsLimit?: number;
  /** 10 to 1000. */
  blkioWeight?: number;
  blkioWeightDevice?: DeviceLimit[];
  /** Bytes a second. */
  deviceReadBps?: DeviceLimit[];
  deviceWriteBps?: DeviceLimit[];
  /** Operations a second. */
  deviceReadIops?: DeviceLimit[];
  deviceWriteIops?: DeviceLimit[];
};

/** Of one block device, at the path by which it was named. */
export type DeviceLimit = BlockDevice & { path: string; value: number };

/** Docker's names and the specification's. */
const throttles = {
  deviceReadBps: 'throttleReadBpsDevice',
  deviceWriteBps: 'throttleWriteBpsDevice',
  deviceReadIops: 'throttleReadIOPSDevice',
  deviceWriteIops: 'throttleWriteIOPSDevice',
} as const satisfies { [K in keyof Limits]?: Throttle };

/** null: no limit any more. Absent: as it is. */
export type LimitChanges = { [K in Changeable]?: Limits[K] | null };
type Changeable = Exclude<
  keyof Limits,
  keyof typeof throttles | 'blkioWeightDevice' | 'memorySwappiness' | 'oomKillDisable'
>;

const cpuPeriod = 100_000;

/** The same in the terms of the OCI runtime specification (config-linux.md, "Control groups"). */
export function resourcesOf(limits: Limits): Resources {
  const { memory, memorySwap, memoryReservation, memorySwappiness, oomKillDisable, nanoCpus } = limits;
  const { cpuShares, cpusetCpus, cpusetMems, pidsLimit } = limits;
  const swap = memorySwap ?? (memory === undefined ? undefined : memory * 2);
  const quota = nanoCpus === undefined ? limits.cpuQuota : Math.round((nanoCpus * cpuPeriod) / 1e9);
  const period = nanoCpus === undefined ? limits.cpuPeriod : cpuPeriod;
  return {
    memory: defined({
      ...{ limit: memory, swap, reservation: memoryReservation, swappiness: memorySwappiness },
      disableOOMKiller: oomKillDisable,
    }),
    cpu: defined({ shares: cpuShares, quota, period, cpus: cpusetCpus, mems: cpusetMems }),
    ...(pidsLimit === undefined ? {} : { pids: { limit: pidsLimit } }),
    ...blockLimits(limits),
  };
}

function blockLimits(limits: Limits): Pick<Resources, 'blockIO'> {
  const { blkioWeight: weight, blkioWeightDevice } = limits;
  const rates = Object.entries(throttles).map(([from, to]) => [to, ratesOf(limits[from as keyof typeof throttles])]);
  const all = defined({
    ...{ weight, ...(Object.fromEntries(rates) as Resources['blockIO']) },
    weightDevice: blkioWeightDevice?.map(({ major, minor, value }) => ({ major, minor, weight: value })),
  });
  return Object.keys(all).length === 0 ? {} : { blockIO: all };
}

const ratesOf = (limits: DeviceLimit[] | undefined): (BlockDevice & { rate: number })[] | undefined =>
  limits?.map(({ major, minor, value }) => ({ major, minor, rate: value }));

/**
 * Files of a cgroup and their values: `resource CONTROLLER V1-FILE V1-VALUE V2-FILE V2-VALUE`. The native program takes whichever version
 * has the controller. Conversions are those of runc and crun (crun.1, "CGROUP v2").
 */
export function resourceDirectives({ memory = {}, cpu = {}, pids, blockIO = {} }: Resources): string[] {
  const { limit, swap, reservation, swappiness, disableOOMKiller } = memory;
  return [
    ...file('memory', ['memory.limit_in_bytes', limit], ['memory.max', limit]),
    ...file('memory', ['memory.memsw.limit_in_bytes', swap], ['memory.swap.max', swapAlone(swap, limit)]),
    // Version 2 protects up to there: nothing, when there is no reservation.
    ...file(
      'memory',
      ['memory.soft_limit_in_bytes', reservation],
      ['memory.low', reservation === -1 ? 0 : reservation],
    ),
    ...file('memory', ['memory.swappiness', swappiness], ['', undefined]),
    ...file('memory', ['memory.oom_control', disableOOMKiller ? 1 : undefined], ['', undefined]),
    // What a group begins with is not the same share in both.
    ...file('cpu', ['cpu.shares', cpu.shares === -1 ? 1024 : cpu.shares], ['cpu.weight', weightOf(cpu.shares)]),
    // The period first: a quota is judged by it. Version 2 has one file for both.
    ...file(
      'cpu',
      ['cpu.cfs_period_us', cpu.period],
      ['cpu.max', cpu.period === undefined ? undefined : cpuMaximum(cpu)],
    ),
    ...file('cpu', ['cpu.cfs_quota_us', cpu.quota], ['cpu.max', cpu.quota === undefined ? undefined : cpuMaximum(cpu)]),
    ...file('cpuset', ['cpuset.cpus', cpu.cpus], ['cpuset.cpus', cpu.cpus]),
    ...file('cpuset', ['cpuset.mems', cpu.mems], ['cpuset.mems', cpu.mems]),
    ...file('pids', ['pids.max', pids?.limit === -1 ? 'max' : pids?.limit], ['pids.max', pids?.limit]),
    // The period first, as above.
    ...file('cpu', ['cpu.rt_period_us', cpu.realtimePeriod], ['', undefined]),
    ...file('cpu', ['cpu.rt_runtime_us', cpu.realtimeRuntime], ['', undefined]),
    ...file('blkio', ['blkio.bfq.weight', blockIO.weight], ['io.bfq.weight', blockIO.weight]),
    ...(blockIO.weightDevice ?? []).flatMap(({ major, minor, weight }) => {
      const value = `${major}:${minor} ${weight}`;
      return file('blkio', ['blkio.bfq.weight_device', value], ['io.bfq.weight', value]);
    }),
    ...Object.entries(throttleFiles).flatMap(([key, [legacy, name]]) =>
      (blockIO[key as Throttle] ?? []).flatMap(({ major, minor, rate }) => {
        const device = `${major}:${minor}`;
        return file('blkio', [legacy, `${device} ${rate}`], ['io.max', `${device} ${name}=${rate}`]);
      }),
    ),
  ];
}

/** blkio-controller.rst, and cgroup-v2.rst, "io.max". */
const throttleFiles: Readonly<Record<Throttle, [string, string]>> = {
  throttleReadBpsDevice: ['blkio.throttle.read_bps_device', 'rbps'],
  throttleWriteBpsDevice: ['blkio.throttle.write_bps_device', 'wbps'],
  throttleReadIOPSDevice: ['blkio.throttle.read_iops_device', 'riops'],
  throttleWriteIOPSDevice: ['blkio.throttle.write_iops_device', 'wiops'],
};

type Value = number | string | undefined;

function file(controller: string, legacy: [string, Value], unified: [string, Value]): string[] {
  if (legacy[1] === undefined && unified[1] === undefined) return [];
  return ['resource', controller, legacy[0], word(legacy[1], '-1'), unified[0], word(unified[1], 'max')];
}

/** -1 is no limit, which version 2 calls max; pids.max is called so in both. */
function word(value: Value, unlimited: string): string {
  return value === undefined ? '' : value === -1 ? unlimited : String(value);
}

/** Version 1 counts memory and swap together, version 2 swap alone. */
function swapAlone(swap: number | undefined, limit: number | undefined): number | undefined {
  if (swap === undefined || swap === -1) return swap;
  return Math.max(0, swap - (limit ?? 0));
}

/** 2 … 262144 shares to a weight of 1 … 10000. */
function weightOf(shares: number | undefined): number | undefined {
  if (shares === -1) return 100;
  return shares === undefined || shares === 0 ? undefined : Math.trunc(1 + ((shares - 2) * 9999) / 262_142);
}

const cpuMaximum = ({ quota = -1, period = cpuPeriod }: { quota?: number; period?: number }): string =>
  `${quota > 0 ? quota : 'max'} ${period}`;

function defined<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never;
}
