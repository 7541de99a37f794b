import { lstatSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { SkiffError } from '../lib/errors.ts';
import type { Device } from '../oci/runtime-config.ts';

/** The device at a path of the host's, or all devices below it when it is a folder. Throws invalid-argument. */
export function hostDevices(path: string, target: string): Device[] {
  const status = statSync(path, { throwIfNoEntry: false });
  const found = status?.isDirectory() ? devicesBelow(path, target) : deviceAt(path, target);
  if (found.length > 0) return found;
  const reason = status ? 'not a device node' : 'no such file or directory';
  throw new SkiffError(
    'invalid-argument',
    `error gathering device information while adding custom device "${path}": ${reason}`,
  );
}

/** Made for each container anew, or not devices. */
const own = new Set(['pts', 'shm', 'fd', 'mqueue', 'console', 'ptmx', '.lxc', '.lxd-mounts', '.udev', 'hugepages']);

/** Every device node that the host has, as --privileged gives them. */
export function allHostDevices(): Device[] {
  return devicesBelow('/dev', '/dev');
}

function devicesBelow(folder: string, target: string): Device[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (folder === '/dev' && own.has(entry.name)) return [];
    if (entry.isDirectory()) return devicesBelow(path, join(target, entry.name));
    return entry.isSymbolicLink() ? [] : deviceAt(path, join(target, entry.name));
  });
}

function deviceAt(path: string, target: string): Device[] {
  const status = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()
    ? statSync(path, { throwIfNoEntry: false })
    : lstatSync(path, { throwIfNoEntry: false });
  if (!status || !(status.isCharacterDevice() || status.isBlockDevice())) return [];
  const { rdev, mode } = status;
  // makedev(3): 12 bits of the major and 8 of the minor, then the rest of the minor.
  const [major, minor] = [(rdev >>> 8) & 0xfff, (rdev & 0xff) | ((rdev >>> 12) & 0xfff00)];
  return [{ path: target, type: status.isBlockDevice() ? 'b' : 'c', major, minor, fileMode: mode & 0o777 }];
}
