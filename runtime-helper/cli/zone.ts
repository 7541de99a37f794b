import { readFileSync, readlinkSync } from 'node:fs';

/** A time zone: which time of day it is there, and what that is called. */
export type Zone = {
  /** Minutes east of Greenwich at a point in time, given in milliseconds since the epoch. */
  offsetAt: (time: number) => number;
  /** `CET`, or `+0545` for what has no letters. */
  nameAt: (time: number) => string;
};

/**
 * The zone that whoever typed a command is in, as Go's programs find it: the one that TZ names, UTC for a name that there is not, and the
 * machine's without TZ. A helper's own is that of the terminal it was started from, so it is not asked.
 */
export function zoneOf(env: Readonly<Record<string, string>>): Zone {
  const name = nameIn(env['TZ']);
  try {
    const format = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' });
    const offsetAt = (time: number): number => minutes(format.format(time));
    const letters = lettersOf(name);
    return { offsetAt, nameAt: (time) => letters(offsetAt(time)) ?? compact(offsetAt(time)) };
  } catch {
    return { offsetAt: () => 0, nameAt: () => 'UTC' };
  }
}

/** `2026-11-24 04:14:58 +0100 CET`, as Go prints a time. */
export function goTime(iso: string, zone: Zone): string {
  const time = Date.parse(iso);
  const offset = zone.offsetAt(time);
  const there = shifted(time, offset);
  return `${there.slice(0, 10)} ${there.slice(11, 19)} ${compact(offset)} ${zone.nameAt(time)}`;
}

/** RFC 3339, with as many digits of a second as `iso` has: `2026-11-24T04:14:58.123456789+01:00`; at Greenwich's time `…Z`. */
export function zonedTime(iso: string, zone: Zone): string {
  const time = Date.parse(iso);
  const offset = zone.offsetAt(time);
  const [, fraction = ''] = /(\.\d+)Z$/.exec(iso) ?? [];
  const colon = compact(offset).replace(/(..)$/, ':$1');
  return `${shifted(time, offset).slice(0, 19)}${fraction}${offset === 0 ? 'Z' : colon}`;
}

/** A point in time, in milliseconds since the epoch, from the time of day there: RFC 3339 without a zone. */
export function fromLocal(text: string, zone: Zone): number {
  const asUtc = Date.parse(`${text}Z`);
  // The offset is that of the time sought; beside a change of the clocks the first guess may be on its other side.
  const guess = asUtc - zone.offsetAt(asUtc) * 60_000;
  return asUtc - zone.offsetAt(guess) * 60_000;
}

const shifted = (time: number, offset: number): string => new Date(time + offset * 60_000).toISOString();

function compact(offset: number): string {
  const two = (value: number): string => String(Math.trunc(value)).padStart(2, '0');
  return `${offset < 0 ? '-' : '+'}${two(Math.abs(offset) / 60)}${two(Math.abs(offset) % 60)}`;
}

/** `11/24/2026, GMT-05:30` */
function minutes(text: string): number {
  const [, sign, hours = '0', rest = '0'] = /GMT([+-])(\d+):(\d+)/.exec(text) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(rest)) || 0;
}

const database = '/usr/share/zoneinfo/';

function nameIn(variable: string | undefined): string {
  if (variable === undefined) return machineZone() ?? 'UTC';
  const name = variable.replace(/^:/, '');
  return (name.startsWith(database) ? name.slice(database.length) : name) || 'UTC';
}

function machineZone(): string | undefined {
  try {
    return readlinkSync('/etc/localtime')
      .split('/zoneinfo/')[1]
      ?.replace(/^(?:posix|right)\//, '');
  } catch {
    // No link: a copy of the zone's file, whose name Debian keeps here; without it the machine has UTC.
    return readText('/etc/timezone')?.trim();
  }
}

/** What a zone's offsets are called, by the rule that ends its file (tzfile(5)): `CET-1CEST,M3.5.0,M10.5.0/3`, `<+0545>-5:45`. */
function lettersOf(name: string): (offset: number) => string | undefined {
  if (name === 'UTC') return () => 'UTC';
  const rule = /^[\w+-]+(?:\/[\w+-]+)*$/.test(name)
    ? readText(`${database}${name}`)?.trimEnd().split('\n').at(-1)
    : undefined;
  const [, standard, hours = '0', rest = '0', summer] =
    /^([A-Za-z]{3,}|<[^>]+>)([+-]?\d+)(?::(\d+))?(?:([A-Za-z]{3,}|<[^>]+>).*)?$/.exec(rule ?? '') ?? [];
  // POSIX counts west of Greenwich.
  const offset = -(Math.abs(Number(hours)) * 60 + Number(rest)) * (hours.startsWith('-') ? -1 : 1) || 0;
  const plain = (text: string | undefined): string | undefined => text?.replace(/^<(.*)>$/, '$1');
  return (asked) => plain(asked === offset ? standard : summer);
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
}
