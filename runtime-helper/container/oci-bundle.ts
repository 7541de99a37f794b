/** The config.json that another OCI runtime gets (config.md and config-linux.md of the runtime specification), from ours. */
import { randomUUID } from 'node:crypto';
import { SkiffError } from '../lib/errors.ts';
import { allCapabilities } from '../oci/capabilities.ts';
import type { Mount, ProcessConfig, RuntimeConfig } from '../oci/runtime-config.ts';
import type { Profile } from '../oci/seccomp/profile.ts';
import type { OciRuntime } from '../sys/oci-runtime.ts';
import type { Confinement } from './confinement.ts';

/** Where the native program prepares a bundle, in the monitor's mount namespace. */
const place = '/run/skiff-bundle';

export type OtherRuntime = OciRuntime & {
  /** Absent: unconfined. */
  seccomp?: Profile;
  /** The container's group, from each hierarchy's root on. */
  cgroup: string;
  /** What root can have on this machine: a mask. */
  boundingSet: bigint;
};

/** What of a container another runtime can't make. Throws not-implemented. */
export function checkOtherRuntime(name: string, { mounts }: RuntimeConfig, confinement: Confinement): void {
  const refuse = (what: string): never => {
    throw new SkiffError('not-implemented', `${what} can't be had with the runtime ${name}, only with our own`);
  };
  if (confinement.init) refuse('--init');
  if (typeof confinement.ipc === 'object') refuse('--ipc container:');
  for (const mount of mounts) {
    if (mount.options.some((option) => /^r?shared$/.test(option))) refuse(`shared propagation (${mount.destination})`);
    if (!isOfRuntime(mount) && /^\/(?:dev|proc|sys)(?:\/|$)/.test(mount.destination))
      refuse(`a mount on ${mount.destination}`);
  }
}

/** What the runtime mounts by itself. All else is in the root before. */
export function isOfRuntime({ destination, type, source }: Mount): boolean {
  if (type === 'bind') return destination === '/dev/shm' && source === '/dev/shm';
  return type !== 'volume' && type !== 'ipc' && /^\/(?:dev|proc|sys)(?:\/|$)/.test(destination);
}

/** For `create`. */
export function bundleDirectives(
  config: RuntimeConfig,
  runtime: OtherRuntime,
  how: { columns: number; rows: number; network: 'host' | 'own'; check?: string[] },
): string[] {
  const { process } = config;
  const document = (one: ProcessConfig): object => ({
    ociVersion: '1.0.2',
    process: processDocument(one, runtime, how),
    root: { path: 'rootfs', readonly: config.root.readonly },
    ...(config.linux.namespaces.some(({ type, container }) => type === 'uts' && container === undefined)
      ? { hostname: config.hostname }
      : {}),
    mounts: config.mounts.filter(isOfRuntime).map(mountDocument),
    linux: linuxDocument(config, runtime, how.network),
    annotations: config.annotations,
  });
  return [
    ...programDirectives(runtime),
    ...['runtime-process', ...around(document, process)],
    ...(how.check
      ? [
          'runtime-check',
          ...around((one) => processDocument(one, runtime), { ...process, terminal: false, args: how.check }),
        ]
      : []),
  ];
}

/** For `exec`. */
export function execDirectives(
  process: ProcessConfig,
  runtime: OtherRuntime,
  size: { columns: number; rows: number },
): string[] {
  const document = (one: ProcessConfig): object => processDocument(one, runtime, size);
  return [...programDirectives(runtime), 'runtime-process', ...around(document, process)];
}

function programDirectives({ path, options, placed, hidesUnified }: OciRuntime): string[] {
  return [
    ...['runtime', path, ...options.flatMap((option) => ['runtime-option', option])],
    ...(placed ? ['runtime-placed', '1'] : []),
    ...(hidesUnified ? ['runtime-hides-unified', '1'] : []),
  ];
}

/** The text of a document around the user and HOME, which only the native program can look up: in the container. */
function around(document: (process: ProcessConfig) => object, process: ProcessConfig): [string, string, string] {
  const mark = randomUUID();
  const hasHome = process.env.some((variable) => variable.startsWith('HOME='));
  const marked = { ...process, user: mark as never, env: hasHome ? process.env : [...process.env, mark] };
  const [head = '', ...rest] = JSON.stringify(document(marked)).split(`"${mark}"`);
  return hasHome ? [head, '', rest[0] ?? ''] : [head, rest[0] ?? '', rest[1] ?? ''];
}

function processDocument(process: ProcessConfig, runtime: OtherRuntime, size = { columns: 0, rows: 0 }): object {
  const { terminal, user, args, env, cwd, rlimits, noNewPrivileges, oomScoreAdj } = process;
  const possible = (names: string[]): string[] =>
    names.filter((name) => (runtime.boundingSet >> BigInt(allCapabilities.indexOf(name))) & 1n);
  return {
    terminal,
    ...(terminal && size.columns > 0 ? { consoleSize: { width: size.columns, height: size.rows } } : {}),
    // Before the environment: the native program counts on it. The AppArmor profile comes from it, behind the user, if there is one.
    user,
    args,
    env,
    cwd,
    capabilities: Object.fromEntries(
      Object.entries(process.capabilities).map(([set, names]) => [set, possible(names)]),
    ),
    rlimits: rlimits.map(({ type, soft, hard }) => ({ type, soft: limit(soft), hard: limit(hard) })),
    noNewPrivileges,
    ...(oomScoreAdj === undefined ? {} : { oomScoreAdj }),
  };
}

/** RLIM_INFINITY is all ones, which no number of JavaScript's is; this one is as good as none. */
const limit = (value: number): number => (value === -1 ? 2 ** 63 - 1024 : value);

function mountDocument({ destination, type, source, options }: Mount): object {
  return { destination, type: type === 'cgroup2' ? 'cgroup' : type, source, options };
}

/** They are in every container, runc and crun see to that. */
const everywhere = new Set(['null', 'zero', 'full', 'random', 'urandom', 'tty'].map((name) => `/dev/${name}`));

function linuxDocument(config: RuntimeConfig, runtime: OtherRuntime, network: 'host' | 'own'): object {
  const { linux, domainname } = config;
  return {
    namespaces: [
      ...linux.namespaces
        .filter(({ type }) => type !== 'network')
        .map(({ type, container }) => ({ type, ...(container === undefined ? {} : { path: `${place}/${type}` }) })),
      ...(network === 'host' ? [] : [{ type: 'network', path: `${place}/net` }]),
    ],
    devices: linux.devices
      .filter(({ path }) => !everywhere.has(path))
      .map(({ uid = 0, gid = 0, ...device }) => ({ ...device, uid, gid })),
    // The other limits are set by us.
    resources: { devices: linux.resources.devices },
    ...(runtime.placed ? {} : { cgroupsPath: runtime.cgroup }),
    maskedPaths: linux.maskedPaths,
    readonlyPaths: linux.readonlyPaths,
    sysctl: { ...linux.sysctl, ...(domainname === undefined ? {} : { 'kernel.domainname': domainname }) },
    ...(runtime.seccomp ? { seccomp: seccompDocument(runtime.seccomp) } : {}),
  };
}

const architectures: Readonly<Record<string, string[]>> = {
  x64: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86', 'SCMP_ARCH_X32'],
  arm64: ['SCMP_ARCH_AARCH64', 'SCMP_ARCH_ARM'],
};

function seccompDocument({ defaultAction, defaultErrno, rules }: Profile): object {
  const errno = (action: string, number: number): object =>
    action === 'SCMP_ACT_ERRNO' || action === 'SCMP_ACT_TRACE' ? { errnoRet: number } : {};
  return {
    defaultAction,
    ...(defaultAction === 'SCMP_ACT_ERRNO' ? { defaultErrnoRet: defaultErrno } : {}),
    architectures: architectures[process.arch] ?? [],
    syscalls: rules
      .filter(({ names }) => names.length > 0)
      .map(({ names, action, errno: number, args }) => ({
        ...{ names, action, ...errno(action, number) },
        args: args.map(({ index, op, value, valueTwo }) => ({
          ...{ index, op, value: exact(value), valueTwo: exact(valueTwo) },
        })),
      })),
  };
}

function exact(value: bigint): number {
  if (value <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(value);
  throw new SkiffError('not-implemented', `seccomp: ${value} is too large a number for another runtime`);
}
