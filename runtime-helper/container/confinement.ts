import { arch, release } from 'node:os';
import { SkiffError } from '../lib/errors.ts';
import { allCapabilities, defaultCapabilities } from '../oci/capabilities.ts';
import { compileProfile } from '../oci/seccomp/compile.ts';
import { defaultProfile, parseProfile, type Profile } from '../oci/seccomp/profile.ts';
import type { Device, DeviceRule, Mount, NamespaceType, RuntimeConfig } from '../oci/runtime-config.ts';

/** `private`: the container's own; an id: that container's. */
export type NamespaceMode = 'private' | 'host' | { container: string };

/** How a container differs from what every one is allowed, as Docker's options name it. */
export type Confinement = {
  privileged?: boolean;
  /** With or without `CAP_`; `ALL`. */
  capAdd?: string[];
  capDrop?: string[];
  noNewPrivileges?: boolean;
  /** Absent: the built-in profile; `profile`: Docker's JSON. */
  seccomp?: 'unconfined' | { profile: string };
  /** A profile that the kernel knows; `unconfined`; absent: the built-in one where there is AppArmor. */
  apparmor?: string;
  /** Nothing is hidden or read-only below /proc and /sys. */
  systemPathsUnconfined?: boolean;
  readonlyRoot?: boolean;
  groupAdd?: string[];
  devices?: { device: Device; access: string }[];
  deviceRules?: DeviceRule[];
  /** By name without `RLIMIT_`, in lower case; -1: no limit. */
  ulimits?: { name: string; soft: number; hard: number }[];
  sysctls?: Record<string, string>;
  /** Bytes of /dev/shm; absent: 64 MiB. */
  shmSize?: number;
  oomScoreAdj?: number;
  /** PID 1 is our own reaper. */
  init?: boolean;
  pid?: NamespaceMode;
  /** `none`: no /dev/shm. */
  ipc?: NamespaceMode | 'none';
  uts?: NamespaceMode;
  cgroup?: 'private' | 'host';
  /** The group that holds the store's, from each hierarchy's root on; absent: the root. */
  cgroupParent?: string;
  domainname?: string;
};

/** A container's config with its confinement changed. Pure; the given config is not touched. Throws invalid-argument. */
export function confine(config: RuntimeConfig, how: Confinement): RuntimeConfig {
  const { linux, process } = config;
  const privileged = how.privileged === true;
  const open = privileged || how.systemPathsUnconfined === true;
  const capabilities = capabilitiesOf(how);
  const { seccomp: builtIn, ...rest } = linux;
  const seccomp = privileged ? undefined : filterFor(how.seccomp, capabilities, builtIn);
  return {
    ...config,
    ...(how.domainname === undefined ? {} : { domainname: how.domainname }),
    root: { ...config.root, readonly: how.readonlyRoot === true },
    process: {
      ...process,
      user: { ...process.user, ...(how.groupAdd ? { additionalGroups: how.groupAdd } : {}) },
      capabilities: {
        ...{ bounding: capabilities, effective: capabilities, permitted: capabilities },
        ...{ inheritable: [], ambient: [] },
      },
      noNewPrivileges: how.noNewPrivileges === true,
      rlimits: (how.ulimits ?? []).map(({ name, soft, hard }) => ({
        type: `RLIMIT_${name.toUpperCase()}`,
        soft,
        hard,
      })),
      ...(how.oomScoreAdj === undefined ? {} : { oomScoreAdj: how.oomScoreAdj }),
    },
    mounts: config.mounts.flatMap((mount) => mountFor(mount, how)),
    linux: {
      ...rest,
      ...(seccomp ? { seccomp } : {}),
      namespaces: namespacesOf(linux.namespaces, how),
      devices: [...linux.devices, ...(how.devices ?? []).map(({ device }) => device)],
      resources: { ...linux.resources, devices: [...linux.resources.devices, ...deviceRules(how)] },
      // What the image itself hides (@host) stays hidden.
      maskedPaths: open ? linux.maskedPaths.filter((path) => !/^\/(?:proc|sys)\//.test(path)) : linux.maskedPaths,
      readonlyPaths: open ? [] : linux.readonlyPaths,
      sysctl: { ...linux.sysctl, ...sysctlsOf(linux.namespaces, how) },
    },
  };
}

/** Loaded when it is first needed: native/apparmor.c. */
const defaultAppArmorProfile = 'skiff-default';

/** What PID 1 and all that is exec'ed enter. `present`: the kernel has AppArmor. */
export function appArmorProfile({ apparmor, privileged }: Confinement, present: boolean): string | undefined {
  if (apparmor === 'unconfined') return undefined;
  return apparmor ?? (present && privileged !== true ? defaultAppArmorProfile : undefined);
}

/** The built-in filter is for the usual capabilities: one more lets more system calls through. */
function filterFor(
  wanted: Confinement['seccomp'],
  capabilities: readonly string[],
  builtIn: RuntimeConfig['linux']['seccomp'],
): RuntimeConfig['linux']['seccomp'] {
  const usual = new Set(defaultCapabilities);
  const isUsual = capabilities.length === usual.size && capabilities.every((name) => usual.has(name));
  if (wanted === undefined && isUsual) return builtIn;
  const profile = profileFor(wanted, capabilities);
  return profile && { program: compileProfile(profile, arch()) };
}

function profileFor(wanted: Confinement['seccomp'], capabilities: readonly string[]): Profile | undefined {
  if (wanted === 'unconfined') return undefined;
  const where = { capabilities, architecture: goArchitecture[arch()] ?? arch(), kernel: release() };
  return wanted ? parseProfile(wanted.profile, where) : defaultProfile(capabilities);
}

/** The rules of a container's filter; absent: it has none. */
export function seccompProfile(how: Confinement): Profile | undefined {
  return how.privileged === true ? undefined : profileFor(how.seccomp, capabilitiesOf(how));
}

/** As profiles name architectures. */
const goArchitecture: Readonly<Record<string, string>> = { x64: 'amd64' };

/** Docker's rule: `ALL` in either list stands for every one, and a name in the other is the exception. */
function capabilitiesOf({ privileged, capAdd = [], capDrop = [] }: Confinement): string[] {
  if (privileged) return [...allCapabilities];
  const [added, dropped] = [capAdd.map(capability('CapAdd')), capDrop.map(capability('CapDrop'))];
  const all = added.includes('ALL') || dropped.includes('ALL');
  const base = added.includes('ALL') ? allCapabilities : dropped.includes('ALL') ? [] : defaultCapabilities;
  const removed = all && dropped.includes('ALL') ? [] : dropped;
  const chosen = new Set([...base, ...added].filter((name) => name !== 'ALL' && !removed.includes(name)));
  return allCapabilities.filter((name) => chosen.has(name));
}

const capability =
  (list: string) =>
  (text: string): string => {
    const upper = text.toUpperCase();
    const name = upper === 'ALL' || upper.startsWith('CAP_') ? upper : `CAP_${upper}`;
    if (name === 'ALL' || allCapabilities.includes(name)) return name;
    throw new SkiffError('invalid-argument', `invalid ${list}: unknown capability: "${name}"`);
  };

function deviceRules({ privileged, devices = [], deviceRules: rules = [] }: Confinement): DeviceRule[] {
  if (privileged) return [{ allow: true, type: 'a', access: 'rwm' }];
  return [
    ...devices.map(({ device: { type, major, minor }, access }) => ({
      ...{ allow: true, type: type === 'b' ? ('b' as const) : ('c' as const), major, minor, access },
    })),
    ...rules,
  ];
}

function mountFor(mount: Mount, how: Confinement): Mount[] {
  const { destination, options } = mount;
  if (how.privileged && /^\/sys(?:\/|$)/.test(destination))
    return [{ ...mount, options: options.filter((option) => option !== 'ro') }];
  if (mount.type === 'tmpfs' && mount.source === 'shm') return sharedMemory(mount, how);
  if (how.readonlyRoot === true && isManaged(mount)) return [{ ...mount, options: [...options, 'ro'] }];
  return [mount];
}

/** One of the files in /etc that come from us: a path of the user's begins at his root. */
const isManaged = ({ type, source }: Mount): boolean => type === 'bind' && !source.startsWith('/');

/** /dev/shm belongs to the IPC namespace: who shares one shares the other. */
function sharedMemory(mount: Mount, { ipc = 'private', shmSize }: Confinement): Mount[] {
  if (ipc === 'none') return [];
  const { destination } = mount;
  if (ipc === 'host') return [{ destination, type: 'bind', source: '/dev/shm', options: ['rbind'] }];
  if (typeof ipc === 'object') return [{ destination, type: 'ipc', source: '/dev/shm', options: [] }];
  if (shmSize === undefined) return [mount];
  return [{ ...mount, options: [...mount.options.filter((option) => !option.startsWith('size=')), `size=${shmSize}`] }];
}

function namespacesOf(
  own: RuntimeConfig['linux']['namespaces'],
  { pid, ipc, uts, cgroup }: Confinement,
): RuntimeConfig['linux']['namespaces'] {
  const modes = new Map<NamespaceType, NamespaceMode | 'none' | undefined>([
    ...([
      ['pid', pid],
      ['ipc', ipc],
      ['uts', uts],
      ['cgroup', cgroup],
    ] as const),
  ]);
  return own.flatMap((namespace) => {
    const mode = modes.get(namespace.type);
    if (mode === 'host') return [];
    return [typeof mode === 'object' ? { ...namespace, container: mode.container } : namespace];
  });
}

const ipcSysctl = /^(?:kernel\.(?:msgmax|msgmnb|msgmni|sem|shmall|shmmax|shmmni|shm_rmid_forced)|fs\.mqueue\..+)$/;

/** Only what a namespace of the container's own has: any other would be the machine's. */
function sysctlsOf(
  own: RuntimeConfig['linux']['namespaces'],
  { sysctls = {}, ipc, uts }: Confinement,
): Record<string, string> {
  const hasNetwork = own.some(({ type }) => type === 'network');
  for (const key of Object.keys(sysctls)) {
    const allowed =
      (key.startsWith('net.') && hasNetwork) ||
      (ipcSysctl.test(key) && ipc !== 'host') ||
      (key === 'kernel.domainname' && uts !== 'host');
    if (!allowed)
      throw new SkiffError('invalid-argument', `sysctl "${key}" is not in a separate kernel namespace`, {
        exitCode: 125,
      });
  }
  return sysctls;
}
