import type { UpdateOptions } from './types.ts';

/** Options by their names on the command line. */
const names: Readonly<Record<keyof UpdateOptions, string>> = {
  memory: '--memory',
  memorySwap: '--memory-swap',
  memoryReservation: '--memory-reservation',
  cpus: '--cpus',
  cpuShares: '--cpu-shares',
  cpusetCpus: '--cpuset-cpus',
  pidsLimit: '--pids-limit',
  blkioWeight: '--blkio-weight',
  restart: '--restart',
};

/** The words that say the same to `skiff`, but for the container's name. */
export function updateArguments(options: UpdateOptions): string[] {
  const given = Object.entries(names).flatMap(([key, name]) => {
    const value = options[key as keyof UpdateOptions];
    return value === undefined ? [] : [name, String(value)];
  });
  return ['update', ...given];
}
