import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { resourceDirectives, resourcesOf } from '../../runtime-helper/container/limits.ts';
import { possibleLimits } from '../../runtime-helper/container/possible-limits.ts';
import { limitFeatures, type LimitFeatures } from '../../runtime-helper/sys/limit-features.ts';

const nothing = Object.fromEntries(Object.keys(limitFeatures()).map((name) => [name, false])) as LimitFeatures;
const everything = Object.fromEntries(Object.keys(nothing).map((name) => [name, true])) as LimitFeatures;
/** What a machine with cgroup version 2 alone can't do. */
const unified = { ...everything, swappiness: false, oomKillDisable: false };

describe('limits', () => {
  it('are kept where the machine can set them, and nothing is said', () => {
    const limits = { memory: 1 << 24, memorySwappiness: 10, oomKillDisable: true, cpuShares: 4 };
    assert.deepEqual(possibleLimits(limits, everything), { limits, warnings: [] });
  });

  it('that only version 1 has are dropped with a warning elsewhere', () => {
    const given = { memory: 1 << 24, memorySwappiness: 10, oomKillDisable: true };
    const { limits, warnings } = possibleLimits(given, unified);
    assert.deepEqual(limits, { memory: 1 << 24 });
    assert.deepEqual(warnings, [
      'Your kernel does not support memory swappiness capabilities or the cgroup is not mounted. Memory swappiness discarded.',
      'Your kernel does not support OomKillDisable. OomKillDisable discarded.',
    ]);
  });

  it('are each named where there is no controller at all', () => {
    const limits = { memory: 1, memorySwap: 2, pidsLimit: 3, cpuQuota: 4, cpusetCpus: '0', blkioWeight: 5 };
    const result = possibleLimits(limits, nothing);
    assert.deepEqual(result.limits, {});
    assert.equal(result.warnings.length, 5, 'swap goes with memory');
    for (const warning of result.warnings) assert.match(warning, /^Your kernel does not support .* discarded\.$/);
  });

  it('without memory may not keep the machine from ending what eats it without a word', () => {
    assert.match(possibleLimits({ oomKillDisable: true }, everything).warnings.join(), /running out of resources/);
  });

  it('of devices are files of both versions', () => {
    const device = { path: '/dev/loop0', major: 7, minor: 0 };
    const { blockIO } = resourcesOf({
      deviceReadBps: [{ ...device, value: 1024 }],
      deviceWriteIops: [{ ...device, value: 5 }],
      blkioWeightDevice: [{ ...device, value: 200 }],
    });
    assert.deepEqual(blockIO, {
      throttleReadBpsDevice: [{ major: 7, minor: 0, rate: 1024 }],
      throttleWriteIOPSDevice: [{ major: 7, minor: 0, rate: 5 }],
      weightDevice: [{ major: 7, minor: 0, weight: 200 }],
    });
    assert.deepEqual(resourceDirectives(blockIO ? { blockIO } : {}), [
      ...['resource', 'blkio', 'blkio.bfq.weight_device', '7:0 200', 'io.bfq.weight', '7:0 200'],
      ...['resource', 'blkio', 'blkio.throttle.read_bps_device', '7:0 1024', 'io.max', '7:0 rbps=1024'],
      ...['resource', 'blkio', 'blkio.throttle.write_iops_device', '7:0 5', 'io.max', '7:0 wiops=5'],
    ]);
  });
});
