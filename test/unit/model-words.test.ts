import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ContainerState, ContainerSummary } from '../../runtime-helper/protocol/types.ts';
import { describeRow, describeState, displayCommand } from '../../src/model/container-words.ts';
import { describeDuration } from '../../src/model/durations.ts';
import { refreshDelay } from '../../src/model/refresh-delay.ts';
import { exitedState } from '../support/summaries.ts';
import { describeSize } from '../../src/model/sizes.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

test('spans of time read as Docker writes them', () => {
  const check = (milliseconds: number, words: string): void =>
    assert.equal(describeDuration(milliseconds), words, `${milliseconds} ms`);
  check(-5 * second, 'Less than a second');
  check(0, 'Less than a second');
  check(999, 'Less than a second');
  check(second, '1 second');
  check(2 * second, '2 seconds');
  check(59 * second, '59 seconds');
  check(minute, 'About a minute');
  check(2 * minute - 1, 'About a minute');
  check(2 * minute, '2 minutes');
  check(59 * minute, '59 minutes');
  check(hour, 'About an hour');
  check(89 * minute, 'About an hour');
  check(90 * minute, '2 hours');
  check(47 * hour, '47 hours');
  check(48 * hour, '2 days');
  check(13 * day, '13 days');
  check(14 * day, '2 weeks');
  check(59 * day, '8 weeks');
  check(60 * day, '2 months');
  check(729 * day, '24 months');
  check(730 * day, '2 years');
});

const now = Date.parse('2026-01-02T03:04:05.000Z');
const at = (age: number): string => new Date(now - age).toISOString();
const running = (age: number): ContainerState => ({ status: 'running', pid: 1, startedAt: at(age) });

test('a state reads as in the STATUS column of ps', () => {
  assert.equal(describeState({ status: 'created' }, now), 'Created');
  assert.equal(describeState(running(42 * second), now), 'Up 42 seconds');
  const asked = (health: 'starting' | 'unhealthy'): ContainerState => ({
    ...{ status: 'running', pid: 1, startedAt: at(42 * second) },
    health,
  });
  assert.equal(describeState(asked('starting'), now), 'Up 42 seconds (health: starting)');
  assert.equal(describeState(asked('unhealthy'), now), 'Up 42 seconds (unhealthy)');
  assert.equal(describeState(exitedState(0, { finishedAt: at(3 * hour) }), now), 'Exited (0) 3 hours ago');
});

function container(fields: Partial<ContainerSummary>): ContainerSummary {
  return {
    id: 'fea18ee350f3'.padEnd(64, '0'),
    name: 'goofy_gates',
    image: 'ubuntu:12.04',
    imageId: `sha256:${'ab'.repeat(32)}`,
    command: ['bash'],
    createdAt: at(minute),
    labels: {},
    state: running(minute),
    tty: true,
    interactive: true,
    ports: [],
    networks: [],
    addresses: {},
    mounts: [],
    limits: {},
    ...fields,
  };
}

test('a row says state, age and image', () => {
  assert.equal(describeRow(container({ state: running(42 * second) }), now), 'Up 42 seconds · ubuntu:12.04');
});

test('a row says first what is wrong: its end may be cut off', () => {
  const state = { ...running(42 * second), health: 'unhealthy' as const };
  assert.equal(
    describeRow(container({ state }), now, '3% · 4 MB'),
    'unhealthy · Up 42 seconds · 3% · 4 MB · ubuntu:12.04',
  );
  const healthy = { ...state, health: 'healthy' as const };
  assert.equal(describeRow(container({ state: healthy }), now), 'Up 42 seconds (healthy) · ubuntu:12.04');
});

test('a long reference is told by its end in a row', () => {
  const state = { status: 'created' } as const;
  const row = (image: string): string => describeRow(container({ image, state }), now);
  assert.equal(row('registry.example.org:5000/team/web:v1.2'), 'Created · web:v1.2');
  assert.equal(row('registry.example.org/team/a-very-long-name-of-an-image:v1'), 'Created · a-very-long-name-of-an-…');
});

test('a hostile image name can neither move the cursor nor turn the row around', () => {
  const row = describeRow(
    container({ image: '\x1b]0;title\x07evil\u202egnp\r\n\x1b[31mname', state: { status: 'created' } }),
    now,
  );
  assert.equal(row, 'Created · evilgnp name');
});

test('a command reads as it would be typed', () => {
  const command = ['/bin/sh', '-c', 'while true; do echo hello; done', "it's", ''];
  assert.equal(displayCommand(container({ command })), `/bin/sh -c 'while true; do echo hello; done' 'it'\\''s' ''`);
  assert.equal(displayCommand(container({ command }), 12), '/bin/sh -c …');
});

test('rows are redrawn the less often the older they are, and not at all without ages', () => {
  assert.equal(refreshDelay([], now), undefined);
  assert.equal(refreshDelay([container({ state: { status: 'created' } })], now), undefined);
  assert.equal(refreshDelay([container({ state: running(second) })], now), second);
  assert.equal(refreshDelay([container({ state: running(30 * second) })], now), 5 * second);
  assert.equal(
    refreshDelay([container({ state: running(2 * day) }), container({ state: running(5 * minute) })], now),
    30 * second,
  );
  assert.equal(refreshDelay([container({ state: running(2 * day) })], now), 5 * minute);
});

test('sizes have three digits and decimal units', () => {
  assert.equal(describeSize(0), '0 B');
  assert.equal(describeSize(999), '999 B');
  assert.equal(describeSize(1_234_000), '1.23 MB');
  assert.equal(describeSize(123_400_000), '123 MB');
  assert.equal(describeSize(26_100), '26.1 kB');
});
