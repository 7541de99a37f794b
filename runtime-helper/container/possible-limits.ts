import type { LimitFeatures } from '../sys/limit-features.ts';
import type { Limits } from './limits.ts';

/** What there is to do about a limit that the machine can't set: Docker's words (moby, daemon: verifyPlatformContainerResources). */
const rules: readonly { needs: keyof LimitFeatures; limits: readonly (keyof Limits)[]; warning: string }[] = [
  {
    needs: 'memory',
    limits: ['memory', 'memorySwap'],
    warning: missing('memory limit capabilities', 'Limitation'),
  },
  {
    needs: 'swap',
    limits: ['memorySwap'],
    warning: missing('swap limit capabilities', 'Memory limited without swap', ''),
  },
  {
    needs: 'swappiness',
    limits: ['memorySwappiness'],
    warning: missing('memory swappiness capabilities', 'Memory swappiness'),
  },
  {
    needs: 'reservation',
    limits: ['memoryReservation'],
    warning: missing('memory soft limit capabilities', 'Limitation'),
  },
  {
    needs: 'oomKillDisable',
    limits: ['oomKillDisable'],
    warning: 'Your kernel does not support OomKillDisable. OomKillDisable discarded.',
  },
  { needs: 'pids', limits: ['pidsLimit'], warning: missing('PIDs limit capabilities', 'PIDs limit') },
  { needs: 'cpuShares', limits: ['cpuShares'], warning: missing('CPU shares', 'Shares') },
  { needs: 'cpuQuota', limits: ['nanoCpus'], warning: missing('CPU CFS scheduler', 'NanoCPUs') },
  { needs: 'cpuQuota', limits: ['cpuPeriod'], warning: missing('CPU CFS period', 'Period') },
  { needs: 'cpuQuota', limits: ['cpuQuota'], warning: missing('CPU CFS quota', 'Quota') },
  { needs: 'cpuset', limits: ['cpusetCpus', 'cpusetMems'], warning: missing('cpuset', 'CPUset') },
  { needs: 'blkioWeight', limits: ['blkioWeight'], warning: missing('Block I/O weight', 'Weight') },
  { needs: 'blkioWeight', limits: ['blkioWeightDevice'], warning: missing('Block I/O weight_device', 'Weight-device') },
  {
    needs: 'readBps',
    limits: ['deviceReadBps'],
    warning: missing('BPS Block I/O read limit', 'Block I/O BPS read limit'),
  },
  {
    needs: 'writeBps',
    limits: ['deviceWriteBps'],
    warning: missing('BPS Block I/O write limit', 'Block I/O BPS write limit'),
  },
  {
    needs: 'readIops',
    limits: ['deviceReadIops'],
    warning: missing('IOPS Block read limit', 'Block I/O IOPS read limit'),
  },
  {
    needs: 'writeIops',
    limits: ['deviceWriteIops'],
    warning: missing('IOPS Block write limit', 'Block I/O IOPS write limit'),
  },
];

function missing(what: string, lost: string, end = ' discarded'): string {
  return `Your kernel does not support ${what} or the cgroup is not mounted. ${lost}${end}.`;
}

/** What of `limits` this machine can set, and a warning for each that it can't. Pure. */
export function possibleLimits(limits: Limits, machine: LimitFeatures): { limits: Limits; warnings: string[] } {
  const lost = rules.filter((rule) => !machine[rule.needs] && rule.limits.some((name) => limits[name] !== undefined));
  const gone = new Set(lost.flatMap((rule) => rule.limits));
  const left: Limits = Object.fromEntries(Object.entries(limits).filter(([name]) => !gone.has(name as keyof Limits)));
  const endless =
    left.oomKillDisable === true && left.memory === undefined
      ? [
          'OOM killer is disabled for the container, but no memory limit is set, this can result in the system running out of resources.',
        ]
      : [];
  // Memory that is not limited has no swap to tell of.
  const told = lost.filter(({ needs }) => needs !== 'swap' || machine.memory);
  return { limits: left, warnings: [...told.map(({ warning }) => warning), ...endless] };
}
