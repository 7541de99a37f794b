import { blockedWords, unblockCommands, type Blocker } from '../../network/blockers.ts';
import type { Machine } from '../../sys/machine.ts';
import type { ProbeResults } from '../../sys/probe.ts';
import type { Finding, PrivilegeState } from '../types.ts';

export type Facts = {
  machine: Machine;
  privilege: PrivilegeState;
  /** Absent: without privileges nothing could be tried. */
  probes: ProbeResults | undefined;
  /** Others' firewalls that are in the way of containers' traffic. */
  blockers: Blocker[];
  storeRoot: string;
  storeId: string;
};

/** Turns what was found into what a person should know, the most basic first. Pure. */
export function findings(facts: Facts): Finding[] {
  const { probes } = facts;
  return [
    kernel(facts),
    privileges(facts),
    ...(probes ? probed(probes, facts) : []),
    cgroups(facts.machine),
    forwarding(facts),
    inotify(facts.machine),
    disk(facts),
  ];
}

/** openat2(2) and CLONE_INTO_CGROUP are the youngest of what we can't do without. */
const oldestKernel = [5, 7] as const;

function kernel({ machine: { kernel: release, wsl } }: Facts): Finding {
  const [major = 0, minor = 0] = release.split('.').map((part) => Number.parseInt(part, 10));
  const isNew = major > oldestKernel[0] || (major === oldestKernel[0] && minor >= oldestKernel[1]);
  const title = 'Kernel';
  const detail = wsl ? `Linux ${release} (WSL)` : `Linux ${release}`;
  if (isNew) return { id: 'kernel', title, verdict: 'good', detail };
  const fix = wsl ? 'Update WSL: `wsl --update` in Windows.' : `Linux ${oldestKernel.join('.')} or newer is needed.`;
  return { id: 'kernel', title, verdict: 'problem', detail: `${detail} is too old`, fix };
}

function privileges({ privilege, machine }: Facts): Finding {
  const base = { id: 'privileges', title: 'Administrator rights' };
  switch (privilege.status) {
    case 'granted':
      return {
        ...base,
        verdict: 'good',
        detail: privilege.through === 'direct' ? 'this is root' : `through ${privilege.through}`,
      };
    case 'refused':
      return { ...base, verdict: 'problem', detail: privilege.reason, fix: privilege.hint };
    case 'unused':
      return {
        ...base,
        verdict: machine.noNewPrivileges ? 'problem' : 'warning',
        detail: machine.noNewPrivileges ? 'this session can gain none (NoNewPrivs)' : 'not asked for so far',
        fix: machine.noNewPrivileges
          ? 'Start VS Code outside the sandbox that forbids it: as a .deb or .rpm rather than from a snap or flatpak.'
          : 'Run a container: Skiff asks for them then.',
      };
  }
}

type Need = { title: string; names: string[]; verdict: 'warning' | 'problem'; fix: string };

const needs: Record<string, Need> = {
  namespaces: {
    title: 'Namespaces',
    names: ['pid', 'mount', 'uts', 'ipc', 'net', 'cgroup'],
    verdict: 'problem',
    fix: 'The kernel, or the container that this machine is, does not allow them: run it with `--privileged`, or use a virtual machine.',
  },
  overlay: {
    title: 'Overlay file system',
    names: ['overlay'],
    verdict: 'problem',
    fix: 'Load it with `modprobe overlay` as root; in a container, on the machine outside.',
  },
  'overlay-store': {
    title: "The store's file system",
    names: ['overlay-store'],
    verdict: 'problem',
    fix: 'Overlay, NFS and some others can hold no containers: put the store on ext4, xfs, btrfs or tmpfs with the setting `skiff.root` or `--root`.',
  },
  terminals: {
    title: 'Pseudoterminals',
    names: ['devpts'],
    verdict: 'problem',
    fix: 'The kernel can mount no new devpts: build it with CONFIG_UNIX98_PTYS.',
  },
  bridge: {
    title: 'Bridge and veth',
    names: ['bridge', 'veth'],
    verdict: 'problem',
    fix: 'Load them with `modprobe -a bridge veth` as root, or run containers with `--network host`.',
  },
  nftables: {
    title: 'nftables',
    names: ['nftables'],
    verdict: 'warning',
    fix: 'Load it with `modprobe -a nf_tables nft_masq nft_nat` as root: without it containers reach this machine only.',
  },
  seccomp: {
    title: 'Seccomp',
    names: ['seccomp'],
    verdict: 'problem',
    fix: 'The kernel must be built with CONFIG_SECCOMP_FILTER.',
  },
  openat2: {
    title: 'Contained path look-up',
    names: ['openat2'],
    verdict: 'problem',
    fix: "openat2(2) is missing or forbidden: an outer container's seccomp profile must allow it.",
  },
  cgroup2: {
    title: 'Control groups, version 2',
    names: ['cgroup2'],
    verdict: 'warning',
    fix: 'Mount it: `mount -t cgroup2 cgroup2 /sys/fs/cgroup/unified`; without it containers can make no device nodes.',
  },
};

function probed(probes: ProbeResults, { storeRoot }: Facts): Finding[] {
  return Object.entries(needs).map(([id, { title, names, verdict, fix }]) => {
    const failed = names.filter((name) => probes.get(name) !== undefined);
    const where = id === 'overlay-store' ? `${storeRoot} can hold containers` : names.join(', ');
    if (failed.length === 0) return { id, title, verdict: 'good', detail: where };
    const detail = failed.map((name) => `${name}: ${probes.get(name)}`).join('; ');
    return { id, title, verdict, detail, fix };
  });
}

const limiting = ['memory', 'cpu', 'cpuset', 'pids', 'blkio'];

function cgroups({ cgroupControllers: { v1, v2 } }: Machine): Finding {
  const base = { id: 'controllers', title: 'Resource limits' };
  const has = (name: string): boolean => v1.includes(name) || v2.includes(name === 'blkio' ? 'io' : name);
  const missing = limiting.filter((name) => !has(name));
  const detail = `cgroup ${v1.length === 0 ? 'v2' : v2.length === 0 ? 'v1' : 'v1 and v2'}: ${limiting.filter(has).join(', ') || 'none'}`;
  if (missing.length === 0) return { ...base, verdict: 'good', detail };
  return {
    ...base,
    verdict: 'warning',
    detail: `${detail}; missing: ${missing.join(', ')}`,
    fix: `Limits of ${missing.join(', ')} are not applied. On Debian \`cgroup_enable=memory\` on the kernel's command line brings memory.`,
  };
}

function forwarding({ machine: { forwarding: on }, blockers, storeId }: Facts): Finding {
  const base = { id: 'forwarding', title: 'IP forwarding' };
  if (blockers.length > 0)
    return {
      ...base,
      verdict: 'warning',
      detail: blockers.map(blockedWords).join('; '),
      fix: `Let it through, as root: ${[...new Set(blockers.map((one) => unblockCommands(one, storeId)))].map((commands) => `\`${commands}\``).join(', ')}`,
    };
  const detail = on
    ? 'net.ipv4.ip_forward is on'
    : 'net.ipv4.ip_forward is off until the first container with a network';
  return { ...base, verdict: 'good', detail };
}

const fewInstances = 64;

function inotify({ inotifyInstances }: Machine): Finding {
  const base = { id: 'inotify', title: 'File watches' };
  if (inotifyInstances !== undefined && inotifyInstances >= fewInstances)
    return { ...base, verdict: 'good', detail: `${inotifyInstances} inotify instances for each user` };
  return {
    ...base,
    verdict: 'warning',
    detail: inotifyInstances === undefined ? 'no inotify' : `only ${inotifyInstances} inotify instances for each user`,
    fix: 'Raise it: `sysctl fs.inotify.max_user_instances=1024` as root.',
  };
}

const lowSpace = 2e9;

function disk({ machine: { freeBytes }, storeRoot }: Facts): Finding {
  const detail = `${(freeBytes / 1e9).toFixed(1)} GB free at ${storeRoot}`;
  if (freeBytes >= lowSpace) return { id: 'disk', title: 'Disk space', verdict: 'good', detail };
  return {
    id: 'disk',
    title: 'Disk space',
    verdict: 'warning',
    detail,
    fix: 'See what takes it with `skiff system df`, and remove containers that do not run and images that none has: `skiff system prune --all`.',
  };
}
