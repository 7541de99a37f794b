import { array, bad, object, text } from '../oci/json.ts';
import type { Device, DeviceRule, Mount } from '../oci/runtime-config.ts';
import { integer, optionalInteger } from './numbers.ts';

const character = (name: string, major: number, minor: number): Device => ({
  ...{ path: `/dev/${name}`, type: 'c', major, minor, fileMode: 0o666 },
});

/** config-linux.md, "Default Devices"; ptmx and console are made by the native program. */
const defaults: readonly Device[] = [
  ...[character('null', 1, 3), character('zero', 1, 5), character('full', 1, 7)],
  ...[character('random', 1, 8), character('urandom', 1, 9), character('tty', 5, 0)],
];

/** The config's devices and the default ones; none when /dev is a bind mount, and so not the container's own to fill. */
export function parseDevices(value: unknown, mounts: readonly Mount[]): Device[] {
  if (mounts.some(({ destination, type }) => destination === '/dev' && type === 'bind')) return [];
  const named = array(value, 'linux.devices').map((entry) => parseDevice(object(entry, 'linux.devices')));
  const paths = new Set(named.map(({ path }) => path));
  return [...defaults.filter(({ path }) => !paths.has(path)), ...named];
}

function parseDevice(device: Record<string, unknown>): Device {
  const [path, type] = [text(device['path'], 'linux.devices.path'), text(device['type'], 'linux.devices.type')];
  if (type !== 'c' && type !== 'b' && type !== 'u' && type !== 'p')
    throw bad(`linux.devices: ${path}: there is no type "${type}"`);
  const number = (key: string, otherwise: number): number =>
    optionalInteger(device[key], `${path}: ${key}`) ?? otherwise;
  return {
    ...{
      path,
      type,
      major: number('major', 0),
      minor: number('minor', 0),
      fileMode: number('fileMode', 0o666) & 0o7777,
    },
    ...{ uid: number('uid', 0), gid: number('gid', 0) },
  };
}

const allow = (major: number, minor?: number): DeviceRule => ({
  ...{ allow: true, type: 'c', major, access: 'rwm' },
  ...(minor === undefined ? {} : { minor }),
});

/** What every container may use, whatever its rules say, as runc has it: nodes may be made, default devices and ptys opened. */
const always: readonly DeviceRule[] = [
  ...[{ allow: true, type: 'c', access: 'm' } as const, { allow: true, type: 'b', access: 'm' } as const],
  ...defaults.map(({ major, minor }) => allow(major, minor)),
  ...[allow(5, 1), allow(5, 2), allow(136)],
];

export function parseDeviceRules(value: unknown): DeviceRule[] {
  const rules = array(value, 'linux.resources.devices').map((entry) =>
    parseRule(object(entry, 'linux.resources.devices')),
  );
  return [{ allow: false, type: 'a', access: 'rwm' }, ...rules, ...always];
}

function parseRule(rule: Record<string, unknown>): DeviceRule {
  const what = 'linux.resources.devices';
  const type = text(rule['type'], `${what}.type`) || 'a';
  const access = text(rule['access'], `${what}.access`) || 'rwm';
  if (type !== 'a' && type !== 'b' && type !== 'c') throw bad(`${what}: there is no type "${type}"`);
  if (!/^[rwm]+$/.test(access)) throw bad(`${what}: "${access}" is no access`);
  const number = (key: string): Record<string, number> => {
    const value = optionalInteger(rule[key], `${what}.${key}`);
    return value === undefined || value === -1 ? {} : { [key]: integer(value, key) };
  };
  return { allow: rule['allow'] === true, type, access, ...number('major'), ...number('minor') };
}
