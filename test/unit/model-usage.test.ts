import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ContainerUsage } from '../../runtime-helper/protocol/types.ts';
import { sparkline, Usages } from '../../src/model/usages.ts';
import { describePercent, historySeconds, pointBetween, UsageHistory } from '../../src/model/usage.ts';

const usage = (clock: number, more: Partial<ContainerUsage> = {}): ContainerUsage => ({
  id: 'a'.repeat(64),
  clock,
  cpuMilliseconds: 0,
  memory: 1000,
  memoryLimit: 2000,
  networkReceived: 0,
  networkSent: 0,
  blockRead: 0,
  blockWritten: 0,
  pids: 1,
  ...more,
});

test('two measurements make rates: percent of a processor, bytes a second', () => {
  const before = usage(1000, { cpuMilliseconds: 10, networkReceived: 100, blockWritten: 5 });
  const now = usage(3000, { cpuMilliseconds: 3010, networkReceived: 4100, blockWritten: 5, memory: 7, pids: 3 });
  assert.deepEqual(pointBetween(before, now, 99), {
    takenAt: 99,
    cpu: 150,
    memory: 7,
    memoryLimit: 2000,
    received: 2000,
    sent: 0,
    read: 0,
    written: 0,
    pids: 3,
  });
});

test('what was measured before a restart makes no rate with what comes after it', () => {
  assert.equal(pointBetween(usage(1000, { cpuMilliseconds: 10 }), usage(2000, { cpuMilliseconds: 1 }), 0), undefined);
  assert.equal(pointBetween(usage(1000), usage(1000), 0), undefined);
});

test('a network that was left takes its bytes along, which is no negative rate', () => {
  const point = pointBetween(usage(0, { networkSent: 500 }), usage(1000, { networkSent: 20 }), 0);
  assert.equal(point?.sent, 0);
});

test('a history has the last two minutes, and begins anew after an interruption', () => {
  const history = new UsageHistory();
  assert.equal(history.add(usage(0), 0), undefined);
  assert.ok(history.add(usage(1000), 1000));
  history.interrupt();
  assert.equal(history.add(usage(5000), 5000), undefined);
  assert.deepEqual(
    history.points.map(({ takenAt }) => takenAt),
    [1000],
  );
  const late = historySeconds * 1000 + 1001;
  history.add(usage(late), late);
  assert.deepEqual(
    history.points.map(({ takenAt }) => takenAt),
    [late],
  );
});

test('small percentages have a digit more', () => {
  assert.deepEqual([0, 0.04, 9.94, 9.96, 199.6].map(describePercent), ['0.0%', '0.0%', '9.9%', '10%', '200%']);
});

test('rows say what is used, when they are to, and as a curve', () => {
  const usages = new Usages();
  const id = 'a'.repeat(64);
  for (const seconds of [0, 1, 2])
    usages.measured({
      takenAt: seconds * 1000,
      usages: [usage(seconds * 1000, { cpuMilliseconds: seconds * 500, memory: 34_100_000 })],
    });
  assert.equal(usages.describe(id), undefined);
  usages.setDisplay('text');
  assert.equal(usages.describe(id), '50% · 34.1 MB');
  usages.setDisplay('sparkline');
  assert.equal(usages.describe(id), '▅▅ 50% · 34.1 MB');
  usages.measured({ takenAt: 3000, usages: [] });
  assert.equal(usages.describe(id), undefined, 'it has ended');
});

test('a small curve goes from nothing to a whole processor, or to more', () => {
  assert.equal(sparkline([0, 50, 100]), '▁▅█');
  assert.equal(sparkline([0, 100, 400]), '▁▃█');
});
