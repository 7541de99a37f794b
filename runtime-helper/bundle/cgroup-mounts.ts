import { join } from 'node:path';
import type { Mount } from '../oci/runtime-config.ts';
import { cgroupHierarchies } from '../sys/cgroup-tree.ts';

/**
 * What a mount of the type `cgroup` stands for: every hierarchy of version 1 below a tmpfs, or the one of version 2. In a cgroup namespace
 * of its own the container's group is its root; else that is bound there. Where both versions are, version 2 is beside the others.
 */
export function cgroupMounts(mount: Mount, cgroup: string, ownNamespace: boolean): Mount[] {
  const { unified, legacy } = cgroupHierarchies();
  const { destination } = mount;
  // Read-only once all of them are there.
  const options = mount.options.filter((option) => option !== 'ro');
  const one = (target: string, type: string, host: string, data: readonly string[]): Mount =>
    ownNamespace
      ? { destination: target, type, source: 'cgroup', options: [...options, ...data] }
      : { destination: target, type: 'bind', source: join(host, cgroup), options: ['bind', ...options.filter(isFlag)] };
  if (legacy.length === 0) return unified === undefined ? [] : [one(destination, 'cgroup2', unified, [])];
  return [
    { destination, type: 'tmpfs', source: 'tmpfs', options: [...options, 'mode=755'] },
    ...legacy.map(({ name, path, controllers }) => one(join(destination, name), 'cgroup', path, controllers)),
    ...(unified === undefined ? [] : [one(join(destination, 'unified'), 'cgroup2', unified, [])]),
  ];
}

const isFlag = (option: string): boolean => /^(?:no(?:suid|dev|exec|atime)|relatime|r?private)$/.test(option);
