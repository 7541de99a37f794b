import type { DeviceRequest, DeviceRule } from '../engine/index.ts';
import { parseBytes } from './byte-sizes.ts';
import { UsageError } from './usage-error.ts';

/** `/dev/x`, `/dev/x:/dev/y`, `/dev/x:rw`, `/dev/x:/dev/y:rwm`. */
export function parseDevice(text: string): DeviceRequest {
  const [source = '', second, third, ...more] = text.split(':');
  const isAccess = (word: string): boolean => /^[rwm]{1,3}$/.test(word);
  const [target, access] =
    second !== undefined && isAccess(second) && third === undefined
      ? [source, second]
      : [second ?? source, third ?? 'rwm'];
  if (!source.startsWith('/')) throw new UsageError(`${source} is not an absolute path`, 125);
  if (!target.startsWith('/') || more.length > 0) throw new UsageError(`bad format for path: ${text}`, 125);
  if (!isAccess(access)) throw new UsageError(`bad mode specified: ${access}`, 125);
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

/** A block device, and its weight or how much a second. */
type DeviceValue = { path: string; value: number };

/** `/dev/sda:1mb` of `--device-read-bps` and `--device-write-bps`. */
export function parseByteRate(option: string, text: string): DeviceValue {
  const reason =
    'The correct format is <device-path>:<number>[<unit>]. Number must be a positive integer. Unit is optional and can be kb, mb, or gb';
  return deviceValue(option, text, `invalid rate for device: ${text}. ${reason}`, (rate) => parseBytes(rate, option));
}

/** `/dev/sda:1000` of `--device-read-iops` and `--device-write-iops`. */
export function parseOperationRate(option: string, text: string): DeviceValue {
  const reason = 'The correct format is <device-path>:<number>. Number must be a positive integer';
  return deviceValue(option, text, `invalid rate for device: ${text}. ${reason}`, wholeNumber);
}

/** `/dev/sda:500` of `--blkio-weight-device`. */
export function parseDeviceWeight(option: string, text: string): DeviceValue {
  return deviceValue(option, text, `invalid weight for device: ${text}`, (weight) => {
    const value = wholeNumber(weight);
    return value >= 10 && value <= 1000 ? value : Number.NaN;
  });
}

const wholeNumber = (text: string): number => (/^\d+$/.test(text) ? Number(text) : Number.NaN);

function deviceValue(option: string, text: string, reason: string, read: (text: string) => number): DeviceValue {
  const invalid = (message: string): UsageError =>
    new UsageError(`invalid argument "${text}" for "--${option}" flag: ${message}`, 125);
  const [path = '', amount, ...more] = text.split(':');
  if (amount === undefined || more.length > 0) throw invalid(`bad format: ${text}`);
  if (!path.startsWith('/dev/')) throw invalid(`bad format for device path: ${text}`);
  const value = read(amount);
  if (!Number.isSafeInteger(value)) throw invalid(reason);
  return { path, value };
}
