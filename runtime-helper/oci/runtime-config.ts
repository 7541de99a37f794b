/**
 * The part of the OCI runtime specification's config.json that Skiff writes and reads back
 * (github.com/opencontainers/runtime-spec, config.md and config-linux.md, version 1.2).
 */
export type RuntimeConfig = {
  ociVersion: string;
  hostname: string;
  process: ProcessConfig;
  root: { path: string; readonly: boolean };
  mounts: Mount[];
  linux: {
    namespaces: { type: NamespaceType; path?: string }[];
    devices: Device[];
    resources: { devices: DeviceRule[] };
    maskedPaths: string[];
    readonlyPaths: string[];
    sysctl: Record<string, string>;
    /** Absent: unconfined. The profile itself is built into the native program. */
    seccomp?: { defaultAction: 'SCMP_ACT_ERRNO' };
  };
  annotations: Record<string, string>;
};

export type ProcessConfig = {
  terminal: boolean;
  user: { uid: number; gid: number; username?: string };
  args: string[];
  env: string[];
  cwd: string;
  capabilities: Record<CapabilitySet, string[]>;
  rlimits: { type: string; soft: number; hard: number }[];
  noNewPrivileges: boolean;
  oomScoreAdj?: number;
};

export type CapabilitySet = 'bounding' | 'effective' | 'permitted' | 'inheritable' | 'ambient';
export type NamespaceType = 'pid' | 'network' | 'mount' | 'ipc' | 'uts' | 'cgroup' | 'user';
export type Mount = { destination: string; type: string; source: string; options: string[] };
export type Device = { path: string; type: 'c' | 'b'; major: number; minor: number; fileMode: number };
/** Absent major or minor: any. `access` is a subset of `rwm`. */
export type DeviceRule = { allow: boolean; type: 'a' | 'b' | 'c'; major?: number; minor?: number; access: string };
