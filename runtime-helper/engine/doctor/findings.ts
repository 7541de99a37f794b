import { blockedPhrase, unblockCommands, type Blocker } from '../../network/blockers.ts';
import { phrase, verbatim, type Phrase } from '../../lib/phrase.ts';
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
  const title = phrase('Kernel');
  const name = wsl ? `Linux ${release} (WSL)` : `Linux ${release}`;
  if (isNew) return { id: 'kernel', title, verdict: 'good', details: [verbatim(name)] };
  const fix = wsl
    ? phrase('Update WSL: `wsl --update` in Windows.')
    : phrase('Linux {0} or newer is needed.', oldestKernel.join('.'));
  return { id: 'kernel', title, verdict: 'problem', details: [phrase('{0} is too old', name)], fix };
}

function privileges({ privilege, machine }: Facts): Finding {
  const base = { id: 'privileges', title: phrase('Administrator rights') };
  switch (privilege.status) {
    case 'granted': {
      const { through } = privilege;
      const how = through === 'direct' ? phrase('this is root') : phrase('through {0}', through);
      return { ...base, verdict: 'good', details: [how] };
    }
    case 'refused':
      return { ...base, verdict: 'problem', details: [privilege.reason], fix: privilege.hint };
    case 'unused':
      if (machine.noNewPrivileges)
        return {
          ...base,
          verdict: 'problem',
          details: [phrase('this session can gain none (NoNewPrivs)')],
          fix: phrase(
            'Start VS Code outside the sandbox that forbids it: as a .deb or .rpm rather than from a snap or flatpak.',
          ),
        };
      return {
        ...base,
        verdict: 'warning',
        details: [phrase('not asked for so far')],
        fix: phrase('Run a container: Skiff asks for them then.'),
      };
  }
}

type Need = { title: Phrase; names: string[]; verdict: 'warning' | 'problem'; fix: Phrase };

const needs: Record<string, Need> = {
  namespaces: {
    title: phrase('Namespaces'),
    names: ['pid', 'mount', 'uts', 'ipc', 'net', 'cgroup'],
    verdict: 'problem',
    fix: phrase(
      'The kernel, or the container that this machine is, does not allow them: run it with `--privileged`, or use a virtual machine.',
    ),
  },
  overlay: {
    title: phrase('Overlay file system'),
    names: ['overlay'],
    verdict: 'problem',
    fix: phrase('Load it with `modprobe overlay` as root; in a container, on the machine outside.'),
  },
  'overlay-store': {
    title: phrase("The store's file system"),
    names: ['overlay-store'],
    verdict: 'problem',
    fix: phrase(
      'Overlay, NFS and some others can hold no containers: put the store on ext4, xfs, btrfs or tmpfs with the setting `skiff.root` or `--root`.',
    ),
  },
  terminals: {
    title: phrase('Pseudoterminals'),
    names: ['devpts'],
    verdict: 'problem',
    fix: phrase('The kernel can mount no new devpts: build it with CONFIG_UNIX98_PTYS.'),
  },
  bridge: {
    title: phrase('Bridge and veth'),
    names: ['bridge', 'veth'],
    verdict: 'problem',
    fix: phrase('Load them with `modprobe -a bridge veth` as root, or run containers with `--network host`.'),
  },
  nftables: {
    title: verbatim('nftables'),
    names: ['nftables'],
    verdict: 'warning',
    fix: phrase(
      'Load it with `modprobe -a nf_tables nft_masq nft_nat` as root: without it containers reach this machine only.',
    ),
  },
  seccomp: {
    title: verbatim('Seccomp'),
    names: ['seccomp'],
    verdict: 'problem',
    fix: phrase('The kernel must be built with CONFIG_SECCOMP_FILTER.'),
  },
  openat2: {
    title: phrase('Contained path look-up'),
    names: ['openat2'],
    verdict: 'problem',
    fix: phrase("openat2(2) is missing or forbidden: an outer container's seccomp profile must allow it."),
  },
  cgroup2: {
    title: phrase('Control groups, version 2'),
    names: ['cgroup2'],
    verdict: 'warning',
    fix: phrase(
      'Mount it: `mount -t cgroup2 cgroup2 /sys/fs/cgroup/unified`; without it containers can make no device nodes.',
    ),
  },
};

function probed(probes: ProbeResults, { storeRoot }: Facts): Finding[] {
  return Object.entries(needs).map(([id, { title, names, verdict, fix }]) => {
    const failed = names.filter((name) => probes.get(name) !== undefined);
    const found = id === 'overlay-store' ? phrase('{0} can hold containers', storeRoot) : verbatim(names.join(', '));
    if (failed.length === 0) return { id, title, verdict: 'good', details: [found] };
    return { id, title, verdict, details: failed.map((name) => verbatim(`${name}: ${probes.get(name)}`)), fix };
  });
}

const limiting = ['memory', 'cpu', 'cpuset', 'pids', 'blkio'];

function cgroups({ cgroupControllers: { v1, v2 } }: Machine): Finding {
  const base = { id: 'controllers', title: phrase('Resource limits') };
  const has = (name: string): boolean => v1.includes(name) || v2.includes(name === 'blkio' ? 'io' : name);
  const missing = limiting.filter((name) => !has(name)).join(', ');
  const version = v1.length === 0 ? 'v2' : v2.length === 0 ? 'v1' : 'v1 + v2';
  const there = verbatim(`cgroup ${version}: ${limiting.filter(has).join(', ') || '-'}`);
  if (missing === '') return { ...base, verdict: 'good', details: [there] };
  return {
    ...base,
    verdict: 'warning',
    details: [there, phrase('missing: {0}', missing)],
    fix: phrase(
      "Limits of {0} are not applied. On Debian `cgroup_enable=memory` on the kernel's command line brings memory.",
      missing,
    ),
  };
}

function forwarding({ machine: { forwarding: on }, blockers, storeId }: Facts): Finding {
  const base = { id: 'forwarding', title: phrase('IP forwarding') };
  if (blockers.length > 0) {
    const commands = new Set(blockers.map((one) => `\`${unblockCommands(one, storeId)}\``));
    return {
      ...base,
      verdict: 'warning',
      details: blockers.map(blockedPhrase),
      fix: phrase('Let it through, as root: {0}', [...commands].join(', ')),
    };
  }
  const detail = on
    ? phrase('net.ipv4.ip_forward is on')
    : phrase('net.ipv4.ip_forward is off until the first container with a network');
  return { ...base, verdict: 'good', details: [detail] };
}

const fewInstances = 64;

function inotify({ inotifyInstances: count }: Machine): Finding {
  const base = { id: 'inotify', title: phrase('File watches') };
  if (count !== undefined && count >= fewInstances)
    return { ...base, verdict: 'good', details: [phrase('{0} inotify instances for each user', count)] };
  return {
    ...base,
    verdict: 'warning',
    details: [count === undefined ? phrase('no inotify') : phrase('only {0} inotify instances for each user', count)],
    fix: phrase('Raise it: `sysctl fs.inotify.max_user_instances=1024` as root.'),
  };
}

const lowSpace = 2e9;

function disk({ machine: { freeBytes }, storeRoot }: Facts): Finding {
  const base = {
    id: 'disk',
    title: phrase('Disk space'),
    details: [phrase('{0} GB free at {1}', (freeBytes / 1e9).toFixed(1), storeRoot)],
  };
  if (freeBytes >= lowSpace) return { ...base, verdict: 'good' };
  return {
    ...base,
    verdict: 'warning',
    fix: phrase(
      'See what takes it with `skiff system df`, and remove containers that do not run and images that none has: `skiff system prune --all`.',
    ),
  };
}
