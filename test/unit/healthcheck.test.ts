import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mergeHealthcheck, parseHealthcheck, planHealthcheck } from '../../runtime-helper/oci/healthcheck.ts';

const plan = (config: object) => planHealthcheck(parseHealthcheck(config, 'Healthcheck'));

test('times are Docker’s nanoseconds, and what is not said is Docker’s default', () => {
  assert.deepEqual(plan({ Test: ['CMD', 'true'], Interval: 5e9, Retries: 2 }), {
    args: ['true'],
    interval: 5000,
    timeout: 30_000,
    startPeriod: 0,
    startInterval: 5000,
    retries: 2,
  });
});

test('a number that no clock has, as a hostile image may say it, stays one that the native program takes', () => {
  const forever = plan({ Test: ['CMD', 'true'], Interval: 1e300, Timeout: 0.5, StartPeriod: -1, Retries: 1e300 });
  assert.deepEqual(forever, {
    args: ['true'],
    interval: 9_007_199_255,
    timeout: 30_000,
    startPeriod: 0,
    startInterval: 5000,
    retries: 2_147_483_647,
  });
});

test('what is not a number, or not words, is refused by its name', () => {
  for (const wrong of [{ Interval: '5s' }, { Retries: null, Timeout: [] }, { Test: 'true' }, { Test: [1] }])
    assert.throws(() => parseHealthcheck(wrong, 'Healthcheck'), /Healthcheck\.(Interval|Timeout|Test)/);
});

test('NONE asks nothing, CMD-SHELL asks the image’s shell, and a container’s words go before its image’s', () => {
  assert.equal(plan({ Test: ['NONE'] }), undefined);
  assert.equal(plan({ Test: [] }), undefined);
  const image = parseHealthcheck({ Test: ['CMD-SHELL', 'a && b'], Retries: 7 }, 'Healthcheck');
  const merged = mergeHealthcheck(parseHealthcheck({ Interval: 1e9 }, 'Healthcheck'), image);
  const { args, interval, retries } = planHealthcheck(merged, ['/bin/bash', '-c']) ?? assert.fail('nothing is asked');
  assert.deepEqual({ args, interval, retries }, { args: ['/bin/bash', '-c', 'a && b'], interval: 1000, retries: 7 });
});
