import { parseDuration } from '../lib/go-duration.ts';
import { fromLocal, type Zone } from './zone.ts';
import { UsageError } from './usage-error.ts';

/**
 * A point in time as Docker's --since and --until take it: seconds since the epoch, RFC 3339 or a part of it (in the zone
 * of who asks), or how long ago. Milliseconds since the epoch. Throws UsageError.
 */
export function parseTime(text: string, now: number, zone: Zone): number {
  const ago = parseDuration(text);
  if (ago !== undefined) return now - ago;
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000;
  const date = /^\d{4}-\d{2}-\d{2}(T\d{2}(:\d{2}(:\d{2}(\.\d+)?)?)?)?(Z|[-+]\d{2}:\d{2})?$/.exec(text);
  if (!date) throw new UsageError(`invalid value for time: ${text}`, 1);
  const [whole, zoned] = completed(text, date);
  return zoned ? Date.parse(whole) : fromLocal(whole, zone);
}

/** JavaScript takes a date without a time for UTC, and wants minutes. And whether a zone was given. */
function completed(text: string, [, time = '', minutes, , , zone = '']: RegExpExecArray): [string, boolean] {
  const day = text.slice(0, 10);
  const whole = time === '' ? `${day}T00:00:00${zone}` : minutes === undefined ? `${day}${time}:00${zone}` : text;
  return [whole, zone !== ''];
}
