import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { describe, it } from 'node:test';
import { anyFits, labelsFit, parseFilters } from '../../runtime-helper/cli/filters.ts';
import { parseRestartPolicy } from '../../runtime-helper/cli/restart-policy.ts';
import { formatBinarySize } from '../../runtime-helper/cli/text.ts';
import { parseTime } from '../../runtime-helper/cli/times.ts';
import { goTime, zonedTime, zoneOf } from '../../runtime-helper/cli/zone.ts';
import { parseDuration } from '../../runtime-helper/lib/go-duration.ts';

describe('a time on the command line', () => {
  const berlin = zoneOf({ TZ: 'Europe/Berlin' });
  const now = Date.parse('2026-11-24T12:00:00Z');
  for (const [text, expected] of [
    ['10m', '2026-11-24T11:50:00.000Z'],
    ['1h30m', '2026-11-24T10:30:00.000Z'],
    ['0s', '2026-11-24T12:00:00.000Z'],
    ['1795521261', '2026-11-24T11:54:21.000Z'],
    ['1795521261.5', '2026-11-24T11:54:21.500Z'],
    ['2026-11-24T11:00:00Z', '2026-11-24T11:00:00.000Z'],
    ['2026-11-24T11:00:00.123456789Z', '2026-11-24T11:00:00.123Z'],
    ['2026-11-24T13:00:00+02:00', '2026-11-24T11:00:00.000Z'],
    ['2026-11-24T11Z', '2026-11-24T11:00:00.000Z'],
    ['2026-11-24Z', '2026-11-24T00:00:00.000Z'],
    ['2026-11-24', '2026-11-23T23:00:00.000Z'],
    ['2026-07-24T11', '2026-07-24T09:00:00.000Z'],
    ['2026-10-25T03:00', '2026-10-25T02:00:00.000Z'],
    ['2026-11-24T11:00:00.5', '2026-11-24T10:00:00.500Z'],
  ] as const)
    it(`${text} is ${expected}`, () => assert.equal(new Date(parseTime(text, now, berlin)).toISOString(), expected));

  for (const text of ['', 'yesterday', '10x', '2026-13', '1h3'])
    it(`is not ${JSON.stringify(text)}`, () =>
      assert.throws(() => parseTime(text, now, berlin), /invalid value for time/));
});

describe('a time of day', () => {
  const at = (iso: string, TZ: string): [string, string] => [
    goTime(iso, zoneOf({ TZ })),
    zonedTime(iso, zoneOf({ TZ })),
  ];
  const winter = '2026-11-30T17:00:00.123456789Z';
  for (const [zone, go, rfc] of [
    ['', '2026-11-30 17:00:00 +0000 UTC', winter],
    ['UTC', '2026-11-30 17:00:00 +0000 UTC', winter],
    ['No/Such', '2026-11-30 17:00:00 +0000 UTC', winter],
    [':Europe/Berlin', '2026-11-30 18:00:00 +0100 CET', '2026-11-30T18:00:00.123456789+01:00'],
    ['/usr/share/zoneinfo/Europe/London', '2026-11-30 17:00:00 +0000 GMT', winter],
    ['America/New_York', '2026-11-30 12:00:00 -0500 EST', '2026-11-30T12:00:00.123456789-05:00'],
    ['Asia/Kolkata', '2026-11-30 22:30:00 +0530 IST', '2026-11-30T22:30:00.123456789+05:30'],
    ['America/St_Johns', '2026-11-30 13:30:00 -0330 NST', '2026-11-30T13:30:00.123456789-03:30'],
  ] as const)
    it(`is told as it is in ${JSON.stringify(zone)}`, () => {
      const name = zone.replace(/^(?::|\/usr\/share\/zoneinfo\/)/, '');
      const hasLetters = existsSync(`/usr/share/zoneinfo/${name}`);
      const [told, zoned] = at(winter, zone);
      assert.equal(zoned, rfc);
      assert.equal(hasLetters ? told : told.slice(0, 25), hasLetters ? go : go.slice(0, 25));
    });

  it('has another offset, and another name, in summer', () => {
    const [told, zoned] = at('2026-07-01T12:00:00Z', 'Europe/Berlin');
    assert.equal(zoned, '2026-07-01T14:00:00+02:00');
    assert.match(told, /^2026-07-01 14:00:00 \+0200 (?:CEST|\+0200)$/);
  });
});

describe('a duration', () => {
  for (const [text, milliseconds] of [
    ['1.5s', 1500],
    ['300ms', 300],
    ['-2m', -120_000],
    ['0', 0],
    ['1', undefined],
    ['s', undefined],
  ] as const)
    it(`${text} is ${milliseconds} ms`, () => assert.equal(parseDuration(text), milliseconds));
});

describe('a restart policy', () => {
  it('is a name, with a count for on-failure', () => {
    assert.deepEqual(parseRestartPolicy('on-failure:3'), { name: 'on-failure', maximumRetryCount: 3 });
    assert.deepEqual(parseRestartPolicy(''), { name: 'no', maximumRetryCount: 0 });
  });

  for (const [text, reason] of [
    ['sometimes', /unknown policy 'sometimes'; use one of/],
    ['always:3', /can only be used with 'on-failure'/],
    ['on-failure:-1', /cannot be negative/],
    ['on-failure:x', /must be an integer/],
    [':3', /no policy provided before colon/],
  ] as const)
    it(`is not ${text}`, () => assert.throws(() => parseRestartPolicy(text), reason));
});

describe('filters', () => {
  it('of one key are alternatives, and unknown ones are refused', () => {
    const filters = parseFilters(['status=running', 'status=paused', 'name=a=b'], ['status', 'name']);
    assert.deepEqual(filters.get('status'), ['running', 'paused']);
    assert.deepEqual(filters.get('name'), ['a=b']);
    assert.ok(anyFits(filters.get('status'), (value) => value === 'paused') && anyFits(undefined, () => false));
    assert.throws(() => parseFilters(['nope=1'], ['status']), /invalid filter 'nope'/);
    assert.throws(() => parseFilters(['status'], ['status']), /bad format of filter \(expected name=value\)/);
  });

  it('of labels must all fit, and inherited names are none', () => {
    assert.ok(labelsFit(['a', 'b=2'], { a: '1', b: '2' }));
    assert.ok(!labelsFit(['a=2'], { a: '1' }) && !labelsFit(['toString'], {}));
  });
});

it('memory has four digits and powers of 1024', () => {
  assert.deepEqual([0, 1023, 1024, 1536 * 1024, 23.54 * 2 ** 30].map(formatBinarySize), [
    ...['0B', '1023B', '1KiB', '1.5MiB', '23.54GiB'],
  ]);
});
