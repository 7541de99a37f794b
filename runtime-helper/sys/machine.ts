import { readFileSync, statfsSync } from 'node:fs';
import { release } from 'node:os';

/** What can be read about a machine without privileges. */
export type Machine = {
  kernel: string;
  /** Controllers of cgroup v1 (each of a hierarchy of its own), and of v2; those in both are usable in v1 only. */
  cgroupControllers: { v1: string[]; v2: string[] };
  /** prctl(2), PR_SET_NO_NEW_PRIVS: sudo and pkexec can't raise rights. */
  noNewPrivileges: boolean;
  forwarding: boolean;
  /** fs.inotify.max_user_instances: what following changes takes. */
  inotifyInstances: number | undefined;
  /** Bytes that a user may still write below a path. */
  freeBytes: number;
  wsl: boolean;
};

export function readMachine(path: string): Machine {
  const { bavail, bsize } = statfsSync(path);
  const kernel = release();
  return {
    kernel,
    cgroupControllers: parseControllers(read('/proc/cgroups'), read('/sys/fs/cgroup/cgroup.controllers')),
    noNewPrivileges: /^NoNewPrivs:\s*1$/m.test(read('/proc/self/status')),
    forwarding: read('/proc/sys/net/ipv4/ip_forward').trim() === '1',
    inotifyInstances: Number(read('/proc/sys/fs/inotify/max_user_instances')) || undefined,
    freeBytes: bavail * bsize,
    wsl: /microsoft/i.test(kernel),
  };
}

/** /proc/cgroups (cgroups(7)): `name hierarchy cgroups enabled`, hierarchy 0 for v2; and v2's own list. */
export function parseControllers(cgroups: string, unified: string): Machine['cgroupControllers'] {
  const rows = cgroups
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split('\t'));
  const v1 = rows.flatMap(([name = '', hierarchy, , enabled]) => (hierarchy !== '0' && enabled === '1' ? [name] : []));
  return { v1, v2: unified.split(/\s+/).filter((name) => name !== '') };
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // Absent where the kernel was built without it, or hidden by a sandbox: the same as not being there.
    return '';
  }
}
