import type { DeviceRequest, DeviceRule } from '../engine/index.ts';
import { UsageError } from './usage-error.ts';

/** `/dev/x`, `/dev/x:/dev/y`, `/dev/x:rw`, `/dev/x:/dev/y:rwm`. */
export function parseDevice(text: string): DeviceRequest {
  const [source = '', second, third, ...more] = text.split(':');
  const isAccess = (word: string | undefined): word is string => word !== undefined && /^[rwm]{1,3}$/.test(word);
  const [target, access] =
    isAccess(second) && third === undefined ? [source, second] : [second ?? source, third ?? 'rwm'];
  if (!source.startsWith('/') || !target.startsWith('/') || !isAccess(access) || more.length > 0)
    throw new UsageError(`bad format for path: ${text}`, 125);
  return { source, target, access };
}

/** `c 1:3 rwm`, with `*` for any number. */
export function parseDeviceRule(text: string): DeviceRule {
  const [, type, major, minor, access] = /^([abc]) (\d+|\*):(\d+|\*) ([rwm]{1,3})$/.exec(text) ?? [];
  if (type === undefined || access === undefined) throw new UsageError(`invalid device cgroup format '${text}'`, 125);
  return {
    ...{ allow: true, type: type as DeviceRule['type'], access },
    ...(major === '*' ? {} : { major: Number(major) }),
    ...(minor === '*' ? {} : { minor: Number(minor) }),
  };
}
