import { SkiffError } from '../lib/errors.ts';
import type { LimitChanges, Limits } from './limits.ts';
import { phrase, type Phrase } from '../lib/phrase.ts';

/** Limits with changes laid over them. Throws invalid-argument and conflict, in Docker's words (moby, container: UpdateContainer). */
export function changeLimits(before: Limits, changes: LimitChanges): Limits {
  checkCpus(before, changes);
  const freed = changes.memory === null ? { memorySwap: null } : {};
  const after: Limits = Object.fromEntries(
    Object.entries({ ...before, ...freed, ...changes }).filter(([, value]) => value !== null && value !== undefined),
  );
  checkMemory(after, changes);
  return after;
}

/** What each limit is where there is none, said in so many words: the kernel keeps what it was told before. `machine`: ranges. */
export function spellOut(limits: Limits, changes: LimitChanges, machine: { cpus: string; nodes: string }): Limits {
  const none: Required<Pick<Limits, keyof LimitChanges>> = {
    ...{ memory: -1, memorySwap: -1, memoryReservation: -1, nanoCpus: 0, cpuShares: -1, cpuPeriod: 100_000 },
    ...{ cpuQuota: -1, cpusetCpus: machine.cpus, cpusetMems: machine.nodes, pidsLimit: -1, blkioWeight: 100 },
  };
  const lifted = Object.entries(none).filter(([name]) => changes[name as keyof LimitChanges] === null);
  const { nanoCpus, ...spelled } = Object.fromEntries(lifted) as Limits;
  return {
    ...(changes.memory === null ? { memorySwap: -1 } : {}),
    // Shares of time are kept as a quota.
    ...(nanoCpus === undefined || limits.cpuQuota !== undefined ? {} : { cpuQuota: -1, cpuPeriod: none.cpuPeriod }),
    ...spelled,
    ...limits,
  };
}

function checkCpus(before: Limits, { cpuPeriod, cpuQuota, nanoCpus }: LimitChanges): void {
  const conflict = (what: string, other: string): SkiffError =>
    new SkiffError(
      'conflict',
      phrase('conflicting options: {0} cannot be updated as {1} has already been set', what, other),
    );
  if (cpuPeriod && before.nanoCpus !== undefined && nanoCpus !== null) throw conflict('CPU Period', 'NanoCPUs');
  if (cpuQuota && before.nanoCpus !== undefined && nanoCpus !== null) throw conflict('CPU Quota', 'NanoCPUs');
  if (nanoCpus && before.cpuPeriod !== undefined && cpuPeriod !== null) throw conflict('Nano CPUs', 'CPU Period');
  if (nanoCpus && before.cpuQuota !== undefined && cpuQuota !== null) throw conflict('Nano CPUs', 'CPU Quota');
}

function checkMemory({ memory, memorySwap, memoryReservation }: Limits, changes: LimitChanges): void {
  const bad = (message: Phrase): SkiffError => new SkiffError('invalid-argument', message);
  if (memorySwap !== undefined && memorySwap !== -1) {
    if (memory !== undefined && memory > memorySwap)
      throw changes.memorySwap === undefined
        ? new SkiffError(
            'conflict',
            phrase(
              'memory limit should be smaller than already set memoryswap limit, update the memoryswap at the same time',
            ),
          )
        : bad(phrase('minimum memoryswap limit should be larger than memory limit'));
    if (memory === undefined) throw bad(phrase('you should always set the memory limit when using memoryswap limit'));
  }
  if (memory !== undefined && memoryReservation !== undefined && memory < memoryReservation)
    throw bad(phrase('minimum memory limit can not be less than memory reservation limit'));
}
