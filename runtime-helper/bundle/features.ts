import { allCapabilities } from '../oci/capabilities.ts';
import { hookNames } from './config.ts';

/** features.md. Mount options are those that the translator knows; file systems have their own besides. */
export const features = {
  ociVersionMin: '1.0.0',
  ociVersionMax: '1.2.0',
  hooks: hookNames,
  mountOptions: (
    'async atime bind defaults dev diratime dirsync exec loud mand noatime nodev nodiratime noexec nomand norelatime nostrictatime nosuid ' +
    'private rbind relatime ro rprivate rshared rslave runbindable rw shared silent slave strictatime suid sync unbindable'
  ).split(' '),
  linux: {
    namespaces: ['cgroup', 'ipc', 'mount', 'network', 'pid', 'user', 'uts'],
    capabilities: allCapabilities,
    cgroup: { v1: true, v2: true, systemd: false, systemdUser: false },
    seccomp: {
      enabled: true,
      actions: ['ALLOW', 'ERRNO', 'KILL', 'KILL_PROCESS', 'KILL_THREAD', 'LOG', 'TRACE', 'TRAP'].map(
        (name) => `SCMP_ACT_${name}`,
      ),
    },
    apparmor: { enabled: true },
    selinux: { enabled: false },
    intelRdt: { enabled: false },
  },
};
