import { UsageError } from './usage-error.ts';

const units: Readonly<Record<string, number>> = {
  h: 3_600_000,
  m: 60_000,
  s: 1000,
  ms: 1,
  us: 1e-3,
  µs: 1e-3,
  ns: 1e-6,
};
const duration = /(\d+(?:\.\d*)?|\.\d+)(h|ms|m|us|µs|ns|s)/g;

/** Go's time.ParseDuration: `1h30m`, `-1.5s`. Milliseconds; absent: it is none. */
export function parseDuration(text: string): number | undefined {
  const [, sign = '', rest = ''] = /^([-+]?)(.*)$/.exec(text) ?? [];
  if (rest === '0') return 0;
  if (rest === '' || rest.replaceAll(duration, '') !== '') return undefined;
  const total = [...rest.matchAll(duration)].reduce(
    (sum, [, value, unit = '']) => sum + Number(value) * (units[unit] ?? 0),
    0,
  );
  return sign === '-' ? -total : total;
}

/**
 * A point in time as Docker's --since and --until take it: seconds since the epoch, RFC 3339 or a part of it (in the local
 * zone), or how long ago. Milliseconds since the epoch. Throws UsageError.
 */
export function parseTime(text: string, now: number): number {
  const ago = parseDuration(text);
  if (ago !== undefined) return now - ago;
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000;
  const date = /^\d{4}-\d{2}-\d{2}(T\d{2}(:\d{2}(:\d{2}(\.\d+)?)?)?)?(Z|[-+]\d{2}:\d{2})?$/.exec(text);
  if (!date) throw new UsageError(`invalid value for time: ${text}`, 1);
  return Date.parse(completed(text, date));
}

/** JavaScript takes a date without a time for UTC, and wants minutes. */
function completed(text: string, [, time = '', minutes, , , zone = '']: RegExpExecArray): string {
  const day = text.slice(0, 10);
  if (time === '') return `${day}T00:00:00${zone}`;
  return minutes === undefined ? `${day}${time}:00${zone}` : text;
}
