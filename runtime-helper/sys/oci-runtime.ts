/** OCI runtimes of this machine that can make containers in the place of our own. */
import { readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { SkiffError } from '../lib/errors.ts';
import { cgroupHierarchies } from './cgroup-tree.ts';
import { phrase } from '../lib/phrase.ts';

/** The name of our own. */
export const ownRuntime = 'skiff';

export type OciRuntime = {
  path: string;
  /** Before its command. */
  options: string[];
  /** It leaves cgroups alone, and is started in the container's. */
  placed: boolean;
  hidesUnified: boolean;
};

/** Where only root puts programs: the native one runs them as root. */
const folders = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** By name or absolute path. Throws invalid-argument where there is none such. */
export function findRuntime(name: string): OciRuntime {
  const path = pathOf(name);
  if (path === undefined)
    throw new SkiffError('invalid-argument', `unknown or invalid runtime name: ${name}`, {
      option: 'runtime',
      hint: phrase(
        'Runtimes are {0}, programs such as crun, runc and runsc in {1}, and absolute paths.',
        ownRuntime,
        folders.join(', '),
      ),
    });
  const { uid, mode } = statSync(path);
  if (uid !== 0 || (mode & 0o22) !== 0)
    throw new SkiffError('permission-denied', `${path} can be changed by others than root: it is not run as root`, {
      option: 'runtime',
    });
  return { path, ...waysOf(path) };
}

/** Our own, and the known ones that are installed: by name, where they are. */
export function installedRuntimes(): Map<string, string> {
  const paths = ['crun', 'runc', 'runsc'].map((name): [string, string | undefined] => [name, pathOf(name)]);
  return new Map([[ownRuntime, ''], ...paths.filter((pair): pair is [string, string] => pair[1] !== undefined)]);
}

function pathOf(name: string): string | undefined {
  const candidates = name.startsWith('/')
    ? [name]
    : name.includes('/')
      ? []
      : folders.map((folder) => join(folder, name));
  return candidates.find((candidate) => statSync(candidate, { throwIfNoEntry: false })?.isFile());
}

function waysOf(path: string): Omit<OciRuntime, 'path'> {
  const { unified, legacy } = cgroupHierarchies();
  const hybrid = unified !== undefined && legacy.length > 0;
  switch (basename(path)) {
    case 'crun':
      // It takes no hierarchy of version 2 with controllers beside version 1: hidden from it, there is none.
      return { options: ['--cgroup-manager=disabled'], placed: true, hidesUnified: hybrid };
    case 'runsc':
      return { options: ['--ignore-cgroups'], placed: true, hidesUnified: false };
    default:
      return { options: [], placed: false, hidesUnified: false };
  }
}

/** What a process of root's can have here: capabilities(7), "bounding set"; a mask. */
export function boundingSet(): bigint {
  const line = /^CapBnd:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'));
  return BigInt(`0x${line?.[1] ?? 'ffffffffffffffff'}`);
}
