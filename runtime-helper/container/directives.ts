import { SkiffError } from '../lib/errors.ts';
import { capabilityMask } from '../oci/capabilities.ts';
import { members, useArguments, type EventUse } from './event-uses.ts';
import type { PortRequest } from './networking.ts';
import type { HealthcheckPlan } from '../oci/healthcheck.ts';
import type { DeviceRule, Mount, ProcessConfig, RuntimeConfig } from '../oci/runtime-config.ts';
import { resourceDirectives } from './limits.ts';
import { bundleDirectives, isOfRuntime, type OtherRuntime } from './oci-bundle.ts';
import type { LogConfig, RestartPolicy } from './record.ts';

/** How a container's stdin is treated (ARCHITECTURE.md, Seam 1). */
export type StdinMode = 'open' | 'once' | 'null';

export type StartPlan = {
  id: string;
  /** diffIDs in hex, topmost first; `/` for the host's own root. */
  lowers: string[];
  overlayOptions: string[];
  stdin: StdinMode;
  gate: boolean;
  columns: number;
  rows: number;
  networks: NetworkDirective[];
  publish: PublishDirective[];
  /** Answers names at 127.0.0.11. */
  resolver: boolean;
  /** Id of the running container whose network namespace is joined. */
  networkOf?: string;
  onExitUnlink: string[];
  autoRemove: boolean;
  /** Absent: one file without a limit. */
  log?: LogConfig;
  /** PID 1 is our own reaper. */
  init?: boolean;
  /** The group that holds the store's, from each hierarchy's root on; absent: the root. */
  cgroupParent?: string;
  /** Volumes that are removed with it. */
  onExitRemoveVolumes?: string[];
  /** Absent: no. */
  restartPolicy?: RestartPolicy;
  /** Absent: none. */
  healthcheck?: HealthcheckPlan;
  /** What the journal says of the container beside its id. */
  eventAttributes?: Record<string, string>;
  /** What it says of networks and volumes when PID 1 begins and ends. */
  eventUses?: EventUse[];
  /** Absent: our own. */
  runtime?: OtherRuntime;
};

/** One network of a container's. Empty: no address, or no default route, of that family. */
export type NetworkDirective = {
  bridge: string;
  /** The host's end. */
  veth: string;
  /** The container's end. */
  interface: string;
  /** Addresses with the prefix's length. */
  address: string;
  gateway: string;
  address6: string;
  gateway6: string;
  mac: string;
  mtu: number;
  /** What lies beyond it: nothing; others, under the host's address; others, who know the way back. */
  beyond: 'internal' | 'masquerade' | 'routed';
};

/** A published port, and the container's addresses. */
export type PublishDirective = PortRequest & { address: string; address6: string };

/** The native program's `create` request for a container: config.json said in directives. Pure. */
export function createDirectives(config: RuntimeConfig, plan: StartPlan): string[] {
  const { linux } = config;
  const own = new Set(linux.namespaces.map(({ type }) => type));
  return [
    ...['create', 'id', plan.id, 'hostname', config.hostname],
    ...plan.lowers.flatMap((lower) => ['lower', lower]),
    ...plan.overlayOptions.flatMap((option) => ['overlay-option', option]),
    ...(own.has('network') ? [] : ['namespace', 'net', plan.networkOf ?? 'host']),
    ...namespaceDirectives(linux.namespaces),
    ...(config.domainname === undefined ? [] : ['domainname', config.domainname]),
    ...config.mounts.filter((mount) => !plan.runtime || !isOfRuntime(mount)).flatMap(mountDirective),
    ...linux.devices.flatMap(({ path, type, major, minor, fileMode, uid = 0, gid = 0 }) => [
      ...['device', path, type, String(major), String(minor), fileMode.toString(8), String(uid), String(gid)],
    ]),
    // Without devices /dev is somebody else's.
    ...(linux.devices.length === 0 ? [] : deviceLinks).flatMap(([target, path]) => ['symlink', target, path]),
    ...linux.maskedPaths.flatMap((path) => ['mask', path]),
    ...linux.readonlyPaths.flatMap((path) => ['readonly', path]),
    ...(config.root.readonly ? ['rootfs-readonly', '1'] : []),
    ...plan.networks.flatMap((network) => ['network', ...networkArguments(network)]),
    ...plan.publish.flatMap(publishDirective),
    ...(plan.resolver ? ['resolver', '1'] : []),
    ...linux.resources.devices.flatMap(deviceRuleDirective),
    ...resourceDirectives(linux.resources),
    ...Object.entries(linux.sysctl).flatMap(([key, value]) => ['sysctl', key, value]),
    ...processDirectives(config.process, { seccomp: linux.seccomp, ...plan }),
    ...plan.onExitUnlink.flatMap((path) => ['on-exit-unlink', path]),
    ...(plan.onExitRemoveVolumes ?? []).flatMap((name) => ['on-exit-remove-volume', name]),
    ...(plan.init ? ['init', '1'] : []),
    ...(plan.cgroupParent === undefined ? [] : ['cgroup-parent', plan.cgroupParent]),
    ...(plan.autoRemove ? ['auto-remove', '1'] : []),
    ...(plan.restartPolicy ? restartDirective(plan.restartPolicy) : []),
    ...(plan.healthcheck ? healthDirectives(plan.healthcheck) : []),
    ...(plan.eventAttributes ? ['event-attributes', members(plan.eventAttributes)] : []),
    ...(plan.eventUses ?? []).flatMap((use) => ['event-use', ...useArguments(use)]),
    ...(plan.log ? logDirective(plan.log) : []),
    ...runtimeDirectives(config, plan),
    ...['label', plan.id.slice(0, 12)],
  ];
}

function runtimeDirectives(config: RuntimeConfig, { runtime, healthcheck, ...plan }: StartPlan): string[] {
  if (!runtime) return [];
  const own = plan.networkOf !== undefined || config.linux.namespaces.some(({ type }) => type === 'network');
  return bundleDirectives(config, runtime, {
    ...plan,
    network: own ? 'own' : 'host',
    ...(healthcheck ? { check: healthcheck.args } : {}),
  });
}

type ProcessPlan = {
  seccomp: RuntimeConfig['linux']['seccomp'] | boolean;
  stdin: StdinMode;
  gate: boolean;
  columns: number;
  rows: number;
};

/** What `create` and `exec` have in common. */
export function processDirectives(process: ProcessConfig, plan: ProcessPlan): string[] {
  const sets = (['bounding', 'effective', 'permitted', 'inheritable', 'ambient'] as const).map(
    (set) => process.capabilities[set],
  );
  return [
    ...process.args.flatMap((arg) => ['arg', arg]),
    ...process.env.flatMap((variable) => ['env', variable]),
    ...['cwd', process.cwd],
    ...['user', process.user.username ?? `${process.user.uid}:${process.user.gid}`],
    ...['capabilities', ...sets.map(capabilityMask)],
    ...['no-new-privileges', process.noNewPrivileges ? '1' : '0'],
    ...seccompDirective(plan.seccomp),
    ...(process.user.additionalGroups ?? []).flatMap((group) => ['group', group]),
    ...(process.apparmorProfile === undefined ? [] : ['apparmor', process.apparmorProfile]),
    ...process.rlimits.flatMap(({ type, soft, hard }) => ['rlimit', type, rlimit(soft), rlimit(hard)]),
    ...(process.oomScoreAdj === undefined ? [] : ['oom-score-adj', String(process.oomScoreAdj)]),
    ...(process.terminal ? ['terminal', String(plan.columns), String(plan.rows)] : []),
    ...['stdin', plan.stdin, 'gate', plan.gate ? '1' : '0'],
  ];
}

/** config-linux.md, "Dev symbolic links", and runc's ptmx. */
const deviceLinks = [
  ['/proc/self/fd', '/dev/fd'],
  ['/proc/self/fd/0', '/dev/stdin'],
  ['/proc/self/fd/1', '/dev/stdout'],
  ['/proc/self/fd/2', '/dev/stderr'],
  ['/proc/kcore', '/dev/core'],
  ['pts/ptmx', '/dev/ptmx'],
] as const;

export function networkArguments(network: NetworkDirective): string[] {
  const { bridge, veth, address, gateway, address6, gateway6, mac, mtu, beyond } = network;
  return [bridge, veth, network.interface, address, gateway, address6, gateway6, mac, String(mtu), beyond];
}

function publishDirective({ protocol, hostIp, first, last, port, address, address6 }: PublishDirective): string[] {
  return ['publish', protocol, hostIp, String(first), String(last), String(port), address, address6];
}

/** How `unless-stopped` differs from `always` is seen by who starts containers after a reboot, not by the monitor. */
function restartDirective({ name, maximumRetryCount }: RestartPolicy): string[] {
  if (name === 'no') return [];
  return ['restart', name === 'unless-stopped' ? 'always' : name, String(maximumRetryCount)];
}

function healthDirectives(check: HealthcheckPlan): string[] {
  const { args, interval, timeout, startPeriod, startInterval, retries } = check;
  const numbers = [interval, timeout, startPeriod, startInterval, retries].map(String);
  // So that a cut does not halve what was escaped, it comes first.
  const words = JSON.stringify(args.join(' ').slice(0, 120)).slice(1, -1);
  return ['health', ...numbers, ...args.flatMap((arg) => ['health-arg', arg]), 'health-words', words];
}

function deviceRuleDirective({ allow, type, major, minor, access }: DeviceRule): string[] {
  return ['device-rule', allow ? 'allow' : 'deny', type, String(major ?? '*'), String(minor ?? '*'), access];
}

/** mount(2)'s flags by the names of mount(8). */
const mountFlags: Readonly<Record<string, number>> = {
  ro: 1,
  nosuid: 2,
  nodev: 4,
  noexec: 8,
  sync: 16,
  mand: 64,
  dirsync: 128,
  noatime: 1024,
  nodiratime: 2048,
  bind: 4096,
  rbind: 4096 | 16384,
  unbindable: 1 << 17,
  runbindable: (1 << 17) | 16384,
  private: 1 << 18,
  rprivate: (1 << 18) | 16384,
  slave: 1 << 19,
  rslave: (1 << 19) | 16384,
  shared: 1 << 20,
  rshared: (1 << 20) | 16384,
  relatime: 1 << 21,
  strictatime: 1 << 24,
};
const noFlag = new Set(
  'rw suid dev exec async atime diratime defaults nomand norelatime nostrictatime loud silent'.split(' '),
);

/** A mount as the native program is asked for it. */
export function mountDirective(mount: Mount): string[] {
  const { destination, type, source, options } = mount;
  if (type === 'volume') return volumeDirective(mount);
  if (type === 'ipc') return ['bind-ipc', source, destination, '0'];
  let flags = 0;
  const data: string[] = [];
  for (const option of options) {
    const flag = mountFlags[option];
    if (flag !== undefined) flags |= flag;
    else if (!noFlag.has(option)) data.push(option);
  }
  if (type !== 'bind') return ['mount', type, source, destination, String(flags), data.join(',')];
  if (data.length > 0)
    throw new SkiffError('invalid-argument', `bind mount on ${destination}: unknown options ${data.join(',')}`);
  return source.startsWith('/')
    ? ['bind-host', source, destination, String(flags)]
    : ['bind-store', source, destination, String(flags)];
}

function volumeDirective({ destination, source, options }: Mount): string[] {
  const subpath = options.find((option) => option.startsWith('subpath='))?.slice('subpath='.length) ?? '';
  const flags = options.includes('ro') ? mountFlags['ro'] : 0;
  return ['bind-volume', source, subpath, destination, String(flags), options.includes('nocopy') ? '0' : '1'];
}

function namespaceDirectives(namespaces: RuntimeConfig['linux']['namespaces']): string[] {
  return (['pid', 'ipc', 'uts', 'cgroup'] as const).flatMap((kind) => {
    const own = namespaces.find(({ type }) => type === kind);
    if (!own) return ['namespace', kind, 'host'];
    return own.container === undefined ? [] : ['namespace', kind, own.container];
  });
}

function seccompDirective(seccomp: ProcessPlan['seccomp']): string[] {
  if (!seccomp) return ['seccomp', 'unconfined'];
  return typeof seccomp === 'object' && 'program' in seccomp
    ? ['seccomp-program', seccomp.program]
    : ['seccomp', 'default'];
}

/** RLIM_INFINITY is all ones. */
const rlimit = (value: number): string => (value === -1 ? '18446744073709551615' : String(value));

function logDirective({ driver, maxSize, maxFiles }: LogConfig): string[] {
  return ['log', driver === 'none' ? 'none' : 'file', String(maxSize), String(maxFiles)];
}

/** mount(2)'s flags for a word of `linux.rootfsPropagation`. Throws invalid-argument. */
export function propagationFlags(word: string): number {
  const flags = /^r?(?:private|slave|shared|unbindable)$/.test(word) ? mountFlags[word] : undefined;
  if (flags === undefined) throw new SkiffError('invalid-argument', `linux.rootfsPropagation: there is no "${word}"`);
  return flags;
}
