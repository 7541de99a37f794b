import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { changeLimits, spellOut } from '../../runtime-helper/container/limit-changes.ts';
import { resourceDirectives, resourcesOf } from '../../runtime-helper/container/limits.ts';

const machine = { cpus: '0-3', nodes: '0' };

/** `file value` of version 2, for what version 2 has. */
function unified(directives: readonly string[]): string[] {
  const lines = Array.from({ length: directives.length / 6 }, (_, at) => directives.slice(at * 6, at * 6 + 6));
  return lines.filter((line) => line[4] !== '').map((line) => `${line[4]} ${line[5]}`);
}

describe('limits that change', () => {
  it('are laid over those that were there', () => {
    assert.deepEqual(changeLimits({ memory: 1024, pidsLimit: 5 }, { pidsLimit: 7, cpuShares: 2 }), {
      ...{ memory: 1024, pidsLimit: 7 },
      cpuShares: 2,
    });
  });

  it('take swap along when memory has none any more', () => {
    assert.deepEqual(changeLimits({ memory: 1024, memorySwap: 4096, pidsLimit: 5 }, { memory: null }), {
      pidsLimit: 5,
    });
  });

  it('let a quota follow a number of CPUs that is taken back at the same time', () => {
    const after = changeLimits({ nanoCpus: 5e8 }, { nanoCpus: null, cpuQuota: 50_000 });
    assert.deepEqual(after, { cpuQuota: 50_000 });
    assert.deepEqual(spellOut(after, { nanoCpus: null, cpuQuota: 50_000 }, machine), after);
  });

  it('are told to the kernel also when there are none: it keeps what it was told before', () => {
    const lifted = { memory: null, memoryReservation: null, nanoCpus: null, cpuShares: null } as const;
    const more = { pidsLimit: null, cpusetCpus: null, blkioWeight: null } as const;
    const directives = resourceDirectives(resourcesOf(spellOut({}, { ...lifted, ...more }, machine)));
    assert.deepEqual(unified(directives), [
      ...['memory.max max', 'memory.swap.max max', 'memory.low 0', 'cpu.weight 100'],
      ...['cpu.max max 100000', 'cpu.max max 100000'],
      ...['cpuset.cpus 0-3', 'pids.max max', 'io.bfq.weight 100'],
    ]);
  });

  it('of version 2 have one file for what version 1 has two: none of them is without', () => {
    assert.deepEqual(unified(resourceDirectives(resourcesOf({ cpuPeriod: 50_000 }))), ['cpu.max max 50000']);
    const both = ['cpu.max 50000 100000', 'cpu.max 50000 100000'];
    assert.deepEqual(unified(resourceDirectives(resourcesOf({ nanoCpus: 5e8 }))), both);
  });

  it('that contradict each other are refused', () => {
    assert.throws(() => changeLimits({ memory: 64, memorySwap: 80 }, { memory: 100 }), { code: 'conflict' });
    assert.throws(() => changeLimits({}, { memorySwap: 80 }), { code: 'invalid-argument' });
    assert.throws(() => changeLimits({ memory: 64 }, { memoryReservation: 80 }), { code: 'invalid-argument' });
  });
});
