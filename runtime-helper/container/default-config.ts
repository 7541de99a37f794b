import { allCapabilities, defaultCapabilities } from '../oci/capabilities.ts';
import type { Device, DeviceRule, Mount, NamespaceType, ProcessConfig, RuntimeConfig } from '../oci/runtime-config.ts';

import { orderMounts } from './mounts.ts';

/** What a container is to be, all questions answered. */
export type ContainerPlan = {
  id: string;
  hostname: string;
  args: string[];
  env: string[];
  cwd: string;
  /** `name-or-uid[:group]`, looked up inside the container. */
  user: string;
  tty: boolean;
  /** `host`, `none`, `container:<id>`, or a network's name. */
  network: string;
  /** Mounts and hidden paths beyond the default ones. */
  extraMounts: Mount[];
  extraMaskedPaths: string[];
  annotations: Record<string, string>;
};

/** The files that a container gets from us, written beside its record. */
const managedFiles = ['hostname', 'hosts', 'resolv.conf'] as const;

/** The OCI config.json of a container confined as Docker confines it. */
export function runtimeConfig(plan: ContainerPlan): RuntimeConfig {
  return {
    ociVersion: '1.2.0',
    hostname: plan.hostname,
    process: processConfig(plan, { privileged: false }),
    root: { path: 'rootfs', readonly: false },
    mounts: orderMounts([...defaultMounts, ...managedFiles.map(managedMount), ...plan.extraMounts]),
    linux: {
      namespaces: namespaces(plan.network),
      devices: defaultDevices,
      resources: { devices: defaultDeviceRules },
      maskedPaths: [...defaultMaskedPaths, ...plan.extraMaskedPaths],
      readonlyPaths: defaultReadonlyPaths,
      // As Docker since 20.10: an unprivileged user of the container can bind low ports and ping.
      sysctl: !hasOwnNetwork(plan.network)
        ? {}
        : { 'net.ipv4.ip_unprivileged_port_start': '0', 'net.ipv4.ping_group_range': '0 2147483647' },
      seccomp: { defaultAction: 'SCMP_ACT_ERRNO' },
    },
    annotations: plan.annotations,
  };
}

export function processConfig(
  plan: Pick<ContainerPlan, 'tty' | 'args' | 'env' | 'cwd' | 'user'>,
  { privileged }: { privileged: boolean },
): ProcessConfig {
  const capabilities = [...(privileged ? allCapabilities : defaultCapabilities)];
  return {
    terminal: plan.tty,
    user: { uid: 0, gid: 0, ...(plan.user === '' ? {} : { username: plan.user }) },
    args: plan.args,
    env: plan.env,
    cwd: plan.cwd,
    capabilities: {
      bounding: capabilities,
      effective: capabilities,
      permitted: capabilities,
      inheritable: [],
      ambient: [],
    },
    rlimits: [],
    noNewPrivileges: false,
  };
}

function managedMount(name: (typeof managedFiles)[number]): Mount {
  return { destination: `/etc/${name}`, type: 'bind', source: name, options: ['bind'] };
}

function namespaces(network: ContainerPlan['network']): { type: NamespaceType }[] {
  const own: NamespaceType[] = ['pid', 'mount', 'uts', 'ipc', 'cgroup'];
  return [...own, ...(hasOwnNetwork(network) ? (['network'] as const) : [])].map((type) => ({ type }));
}

const hasOwnNetwork = (network: string): boolean => network !== 'host' && !network.startsWith('container:');

const defaultMounts: Mount[] = [
  { destination: '/proc', type: 'proc', source: 'proc', options: ['nosuid', 'noexec', 'nodev'] },
  {
    destination: '/dev',
    type: 'tmpfs',
    source: 'tmpfs',
    options: ['nosuid', 'strictatime', 'mode=755', 'size=65536k'],
  },
  {
    destination: '/dev/pts',
    type: 'devpts',
    source: 'devpts',
    options: ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620', 'gid=5'],
  },
  { destination: '/sys', type: 'sysfs', source: 'sysfs', options: ['nosuid', 'noexec', 'nodev', 'ro'] },
  { destination: '/sys/fs/cgroup', type: 'cgroup2', source: 'cgroup', options: ['nosuid', 'noexec', 'nodev', 'ro'] },
  { destination: '/dev/mqueue', type: 'mqueue', source: 'mqueue', options: ['nosuid', 'noexec', 'nodev'] },
  {
    destination: '/dev/shm',
    type: 'tmpfs',
    source: 'shm',
    options: ['nosuid', 'noexec', 'nodev', 'mode=1777', 'size=65536k'],
  },
];

const characterDevice = (name: string, major: number, minor: number): Device => ({
  path: `/dev/${name}`,
  type: 'c',
  major,
  minor,
  fileMode: 0o666,
});

/** config-linux.md, "Default Devices"; ptmx and console are made by the native program. */
const defaultDevices: Device[] = [
  characterDevice('null', 1, 3),
  characterDevice('zero', 1, 5),
  characterDevice('full', 1, 7),
  characterDevice('random', 1, 8),
  characterDevice('urandom', 1, 9),
  characterDevice('tty', 5, 0),
];

const allowed = (major: number, minor?: number): DeviceRule => ({
  allow: true,
  type: 'c',
  major,
  ...(minor === undefined ? {} : { minor }),
  access: 'rwm',
});

const defaultDeviceRules: DeviceRule[] = [
  { allow: false, type: 'a', access: 'rwm' },
  // Making a node is harmless: opening it is what the other rules decide.
  { allow: true, type: 'c', access: 'm' },
  { allow: true, type: 'b', access: 'm' },
  ...defaultDevices.map(({ major, minor }) => allowed(major, minor)),
  allowed(5, 1),
  allowed(5, 2),
  allowed(136),
];

const defaultMaskedPaths = [
  '/proc/asound',
  '/proc/acpi',
  '/proc/interrupts',
  '/proc/kcore',
  '/proc/keys',
  '/proc/latency_stats',
  '/proc/timer_list',
  '/proc/timer_stats',
  '/proc/sched_debug',
  '/proc/scsi',
  '/sys/firmware',
  '/sys/devices/virtual/powercap',
];

const defaultReadonlyPaths = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'];
