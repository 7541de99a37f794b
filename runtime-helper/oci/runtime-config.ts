/**
 * The part of the OCI runtime specification's config.json that Skiff writes and reads back
 * (github.com/opencontainers/runtime-spec, config.md and config-linux.md, version 1.2).
 */
export type RuntimeConfig = {
  ociVersion: string;
  hostname: string;
  domainname?: string;
  process: ProcessConfig;
  root: { path: string; readonly: boolean };
  mounts: Mount[];
  linux: {
    /** `container`: the id of the one whose namespace it is; absent: a new one. */
    namespaces: { type: NamespaceType; container?: string }[];
    devices: Device[];
    resources: Resources & { devices: DeviceRule[] };
    maskedPaths: string[];
    readonlyPaths: string[];
    sysctl: Record<string, string>;
    /** Absent: unconfined. The default profile is built into the native program; `program` is another's filter: struct sock_filter in hex. */
    seccomp?: { defaultAction: 'SCMP_ACT_ERRNO' } | { program: string };
  };
  annotations: Record<string, string>;
};

export type ProcessConfig = {
  terminal: boolean;
  /** `additionalGroups`: names or numbers, looked up in the container. */
  user: { uid: number; gid: number; username?: string; additionalGroups?: string[] };
  args: string[];
  env: string[];
  cwd: string;
  capabilities: Record<CapabilitySet, string[]>;
  /** -1: no limit. */
  rlimits: { type: string; soft: number; hard: number }[];
  noNewPrivileges: boolean;
  apparmorProfile?: string;
  oomScoreAdj?: number;
};

/** Sizes in bytes, times in microseconds; -1: no limit. */
export type Resources = {
  memory?: { limit?: number; swap?: number; reservation?: number; swappiness?: number; disableOOMKiller?: boolean };
  cpu?: {
    shares?: number;
    quota?: number;
    period?: number;
    realtimeRuntime?: number;
    realtimePeriod?: number;
    cpus?: string;
    mems?: string;
  };
  pids?: { limit: number };
  blockIO?: { weight?: number; weightDevice?: (BlockDevice & { weight: number })[] } & {
    [K in Throttle]?: (BlockDevice & { rate: number })[];
  };
};

export type BlockDevice = { major: number; minor: number };
/** Bytes or operations a second. */
export type Throttle =
  'throttleReadBpsDevice' | 'throttleWriteBpsDevice' | 'throttleReadIOPSDevice' | 'throttleWriteIOPSDevice';

export type CapabilitySet = 'bounding' | 'effective' | 'permitted' | 'inheritable' | 'ambient';
export type NamespaceType = 'pid' | 'network' | 'mount' | 'ipc' | 'uts' | 'cgroup' | 'user';
export type Mount = { destination: string; type: string; source: string; options: string[] };
/** `u` is `c`; `p` is a FIFO. Owner and group: 0 when absent. */
export type Device = {
  path: string;
  type: 'c' | 'b' | 'u' | 'p';
  major: number;
  minor: number;
  fileMode: number;
  uid?: number;
  gid?: number;
};
/** Absent major or minor: any. `access` is a subset of `rwm`. */
export type DeviceRule = { allow: boolean; type: 'a' | 'b' | 'c'; major?: number; minor?: number; access: string };
