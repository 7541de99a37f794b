import { type Phrase } from './phrase.ts';
/** Shapes that cross the wire. Absence of an optional field always means what its comment says, never "unknown". */

export type ContainerState =
  | { status: 'created' }
  /** `health`: what its health checks say; absent: it has none. */
  | { status: 'running' | 'paused'; pid: number; startedAt: string; health?: HealthStatus }
  /** PID 1 has ended, and the container's restart policy will start it once more. */
  | ({ status: 'restarting' } & Ending)
  | ({ status: 'exited' } & Ending)
  /** Its removal has failed halfway: only removing it again is left. */
  | { status: 'dead' };

/** No check has gone well yet; the last one did; too many in a row did not. */
export type HealthStatus = 'starting' | 'healthy' | 'unhealthy';

/** How PID 1 has ended. */
export type Ending = {
  /** 0-255; 128+n for a process that died of signal n. */
  exitCode: number;
  /** Number of the signal that killed it; 0: none did. */
  signal: number;
  /** The kernel killed it, or another process of its container, for want of memory. */
  oomKilled: boolean;
  /** Somebody asked for the end. */
  stopped: boolean;
  startedAt: string;
  finishedAt: string;
};

export type ContainerSummary = {
  /** 64 lower-case hex digits. */
  id: string;
  name: string;
  /** The reference as it was asked for. */
  image: string;
  /** Digest of the image's config, `sha256:…`, or `host`. */
  imageId: string;
  /** argv of PID 1: entrypoint and command. */
  command: string[];
  createdAt: string;
  labels: Record<string, string>;
  state: ContainerState;
  /** Whether PID 1 has a terminal. */
  tty: boolean;
  /** Whether stdin is kept open, so that input can reach the process. */
  interactive: boolean;
  /** IPv4 address on its bridge while running; absent without a network. */
  ipAddress?: string;
  /** Those that are published, while it runs, and those that it only exposes. */
  ports: ContainerPort[];
  /** Names of its networks, the first one first; empty for `host` and `none`. */
  networks: string[];
  /** Its IPv4 address on each by the network's name, while it has one. */
  addresses: Record<string, string>;
  /** Beyond what every container has. */
  mounts: ContainerMount[];
  limits: ContainerLimits;
  /** `always`, `on-failure:3`; absent: it is not restarted by itself. */
  restart?: string;
};

/** What it may use at most. `memory` in bytes, `cpus` a number of them, `pidsLimit` of processes. Absent: no limit. */
export type ContainerLimits = { memory?: number; cpus?: number; pidsLimit?: number };

/** `source`: a path on the host, or a volume's name; empty for a tmpfs. */
export type ContainerMount = {
  type: 'bind' | 'volume' | 'tmpfs';
  source: string;
  target: string;
  readonly: boolean;
};

/** `ids`: the containers to watch; absent: all. */
export type UsageParams = { ids?: string[] };
export type UsageResult = { stream: string };
/** `takenAt`: milliseconds since 1970. Who does not run is not among the `usages`. */
export type UsageLine = { takenAt: number; usages: ContainerUsage[] };
/** What a container has used since it was started; two of them make a rate. */
export type ContainerUsage = {
  id: string;
  /** Milliseconds of a clock that never goes back. */
  clock: number;
  /** Of all its processes, on all processors. */
  cpuMilliseconds: number;
  /** Bytes, now, page cache that can be taken back left out. */
  memory: number;
  /** Bytes: its own limit, or what the machine has. */
  memoryLimit: number;
  /** Bytes. */
  networkReceived: number;
  networkSent: number;
  blockRead: number;
  blockWritten: number;
  /** Processes and threads, now. */
  pids: number;
};

/** As the host sees it. `pid` is the host's. */
export type ContainerProcess = { pid: number; user: string; command: string };

/** `hostIp` is `0.0.0.0` or `::` for all of the machine's addresses; absent with `hostPort`: only exposed. */
export type ContainerPort = { protocol: string; port: number; hostIp?: string; hostPort?: number };

export type ImageSummary = {
  /** Digest of the image's config, `sha256:…`; the id that Docker prints. `@host` has the id `host`. */
  id: string;
  /** Names, most recent first; empty for a dangling image. */
  references: string[];
  createdAt?: string;
  /** Sum of the unpacked layers, bytes. */
  size: number;
};

export type NetworkSummary = {
  /** 64 hex digits. */
  id: string;
  name: string;
  driver: 'bridge' | 'host' | 'null';
  /** Always there: it can be neither made nor removed. */
  predefined: boolean;
  /** Absent for host, none, and a default network that was never used. */
  subnet?: string;
  gateway?: string;
  /** Absent: no IPv6. */
  subnet6?: string;
  /** No way out. */
  internal: boolean;
  /** Those that are connected, by name. */
  containers: NetworkMember[];
};

/** Addresses, without a prefix, are there while it runs. */
export type NetworkMember = { id: string; name: string; ipv4?: string; ipv6?: string };

export type VolumeSummary = {
  name: string;
  createdAt: string;
  /** Where its data is on the host; only root can go there. */
  mountpoint: string;
  /** Made for one container, which did not name it. */
  anonymous: boolean;
  /** Ids of the containers that have it mounted, running or not. */
  users: string[];
};

export type EngineInfo = {
  version: string;
  protocolVersion: number;
  root: string;
  runRoot: string;
  /** 8 hex digits that name this store's kernel objects. */
  storeId: string;
  kernel: string;
  architecture: string;
  containers: number;
  running: number;
  images: number;
  privilege: PrivilegeState;
};

/** One line of the report on what this machine offers to containers. */
export type Finding = {
  /** Stable: `overlay`. */
  id: string;
  title: Phrase;
  verdict: 'good' | 'warning' | 'problem';
  /** Each a fact of its own. */
  details: Phrase[];
  /** What to do about it; absent for what is good. */
  fix?: Phrase;
};

export type PrivilegeState =
  | { status: 'unused' }
  | { status: 'granted'; through: 'direct' | 'sudo' | 'pkexec' }
  | { status: 'refused'; reason: Phrase; hint: Phrase };

export type ContainerIdParams = { id: string };
export type ListParams = { all: boolean };
export type ListResult = { containers: ContainerSummary[] };
/** What `skiff run` takes, each in the words of the option of that name (`runArguments`). Absent: not given. */
export type RunOptions = {
  image: string;
  /** Absent: the image's own. */
  command?: string[];
  /** Instead of the image's; empty: none. */
  entrypoint?: string;
  /** Absent: a random adjective_noun. */
  name?: string;
  tty?: boolean;
  interactive?: boolean;
  autoRemove?: boolean;
  /** `[IP:][HOST:]CONTAINER[/PROTOCOL]`. */
  publish?: string[];
  publishAll?: boolean;
  /** `[SOURCE:]TARGET[:OPTIONS]`, where a source that is a path is absolute. */
  volumes?: string[];
  /** KEY=VALUE. */
  env?: string[];
  workingDir?: string;
  user?: string;
  /** Absent: the default bridge. */
  network?: string;
  /** A number with a unit: `512m`. */
  memory?: string;
  /** `1.5`. */
  cpus?: string;
  pidsLimit?: number;
  /** `no`, `always`, `unless-stopped`, `on-failure[:MOST]`. */
  restart?: string;
  init?: boolean;
  readOnly?: boolean;
  privileged?: boolean;
  /** KEY=VALUE. */
  labels?: string[];
};
export type RunParams = RunOptions & {
  /** Opens a stream before PID 1 runs, so that nothing of its output is missed. Absent: detached. */
  attach?: { columns: number; rows: number };
} & Progressing;
export type RunResult = { id: string; name: string; stream?: string };
export type StartResult = Record<string, never>;
/** `timeoutSeconds`: grace between TERM and KILL; absent: the container's own, or 10. */
export type StopParams = { id: string; timeoutSeconds?: number };
/**
 * `vainSeconds`: the grace, when PID 1 has no handler for the stop signal, so that the kernel drops it; negative: KILL never comes.
 * Absent: PID 1 gets the signal, or does not run.
 */
export type StopOutlook = { vainSeconds?: number };
/** `signal`: its name, with or without SIG, or its number. */
export type KillParams = { id: string; signal: string };
/** `name`: as for a new container. */
export type RenameParams = { id: string; name: string };
export type RemoveParams = { id: string; force?: boolean };
/** `tail`: number of last lines; absent: all. */
export type LogsParams = { id: string; follow?: boolean; tail?: number; timestamps?: boolean };
export type LogsResult = { stream: string };
export type AttachParams = {
  id: string;
  columns: number;
  rows: number;
  /** A session that `container/exec` began, and that still runs; absent: PID 1. */
  session?: string;
  /** About how many bytes of what was written before are to come first; absent: none. */
  replay?: number;
};
/** `session`: of an exec; outlives the stream, and the helper. */
export type AttachResult = { stream: string; tty: boolean; session?: string };
export type ExecParams = {
  id: string;
  command: string[];
  tty: boolean;
  interactive: boolean;
  columns: number;
  rows: number;
};
/** `name` absent: an anonymous one. */
export type VolumeCreateParams = { name?: string };
export type VolumeParams = { name: string };
/** `all`: also those that have a name. */
export type VolumePruneParams = { all?: boolean };
/** As on the command line: `512m`, `1.5`, `always`; 0 is no limit any more. Absent: as it is. All of it is done, or nothing. */
export type UpdateOptions = {
  memory?: string;
  memorySwap?: string;
  memoryReservation?: string;
  cpus?: string;
  cpuShares?: number;
  cpusetCpus?: string;
  pidsLimit?: number;
  blkioWeight?: number;
  restart?: string;
};
export type UpdateParams = UpdateOptions & { id: string };
/** `hangUp`: the process is told that its terminal is gone (SIGHUP), which ends a shell. */
export type StreamCloseParams = { stream: string; hangUp?: boolean };
/** `last`: no more input will come; a process that reads from a pipe sees its end. */
export type StreamInputParams = { stream: string; data: string; last?: boolean };
export type StreamResizeParams = { stream: string; columns: number; rows: number };
/** `reference`: a name, or an id, which means all of the image's names. `force`: also when a stopped container was made of it. */
export type ImageRemoveParams = { reference: string; force?: boolean };
export type ImageRemoveResult = { untagged: string[]; deleted: string[] };
export type ImageFileParams = { path: string };
/** Written to `path`, which is replaced when all of it is there. */
export type ImageSaveParams = { references: string[]; path: string } & Progressing;
/** `progress` of a request that takes time: a name that the window makes up, under which `operation/progressed` tells of it. */
export type Progressing = { progress?: string };
/** `id` is what it is about: 12 digits of a layer, a tag. `current` and `total` are bytes. `status` is for people, in Docker's words. */
export type ProgressStep = { id: string; status: string; current?: number; total?: number };
/** `insecure`: registries (`host:port`) that need not prove who they are. `login`: kept by the window; goes before what Docker's files have. */
export type RegistryUse = { insecure?: string[]; login?: RegistryLogin };
/** `registry`: `host[:port]`; `docker.io` for Docker Hub. */
export type RegistryLogin = { registry: string; username: string; password: string };
/** `platform`: `os/architecture[/variant]`; absent: this machine's. */
export type ImagePullParams = RegistryUse & { reference: string; platform?: string } & Progressing;
/** `reference` in full; `digest` is the registry's; `isNew` is false when the same image was here under that name. */
export type ImagePullResult = { id: string; reference: string; digest: string; isNew: boolean };
export type ImagePushParams = RegistryUse & { reference: string } & Progressing;
export type ImagePushResult = { digest: string };
export type ImageTagParams = { source: string; target: string };
export type ImageReferenceParams = { reference: string };
/** Newest first; only the newest has the image's id. `size` in bytes. */
export type ImageStep = { id?: string; createdAt?: string; createdBy: string; comment: string; size: number };
/** `all`: also images with tags, unless a container was made of them. */
export type ImagePruneParams = { all?: boolean };
export type ImagePruneResult = { untagged: string[]; deleted: string[]; reclaimedBytes: number };
/** Checked with the registry, and kept where Docker keeps it, unless `keep` is false. */
export type RegistryLoginParams = RegistryLogin & { insecure?: string[]; keep?: boolean };
/** `file`: where the password lies in the clear; absent: a credential helper has it, or nobody. */
export type RegistryLoginResult = { file?: string };
/** `subnets`: at most one of each family; absent: chosen. */
export type NetworkCreateParams = { name: string; subnets?: string[]; internal?: boolean; ipv6?: boolean };
/** `network`: name or id. */
export type NetworkParams = { network: string };
export type NetworkConnectParams = { network: string; id: string };
export type ImageImportParams = { path: string; reference?: string };

/** `initializationOptions` of `initialize`. */
export type InitializationOptions = {
  protocolVersion: number;
  /** VS Code's http.proxy and http.noProxy; absent: as in the helper's environment. */
  proxy?: string;
  noProxy?: string[];
  /** VS Code's http.proxyStrictSSL: false means that nobody's certificate is checked where a proxy is in between. Absent: true. */
  proxyStrictSSL?: boolean;
  /** Absent: the default store of the user. */
  root?: string;
  runRoot?: string;
  /** OCI runtime of containers that name none; absent or empty: our own. */
  runtime?: string;
};
/** `skiff` field beside `capabilities` in the result of `initialize`. */
export type InitializeResult = {
  protocolVersion: number;
  version: string;
  /** Unix socket that `skiff` in a terminal of this window should use. */
  cliSocket: string;
  root: string;
  runRoot: string;
};

/** `A` added, `C` changed, `D` deleted, against the image. */
export type FileChange = { kind: 'A' | 'C' | 'D'; path: string };
export type FileEvent = { kind: 'created' | 'changed' | 'deleted'; path: string };
export type FileWatchParams = { id: string; folders: string[] };
export type FileInfo = {
  name: string;
  /** What a symbolic link leads to; `broken`: it leads nowhere. */
  kind: 'file' | 'directory' | 'other' | 'broken';
  /** Permission bits. */
  mode: number;
  uid: number;
  gid: number;
  /** Bytes. */
  size: number;
  /** Milliseconds since 1970. */
  modified: number;
  /** Of a symbolic link: its text. */
  link?: string;
};
/** `path` is absolute, and begins at the container's root. */
export type FileParams = { id: string; path: string };
/** `side`: `image` is what the container's image has there; absent: the container. */
export type FileSideParams = FileParams & { side?: 'container' | 'image' };
export type FileReadParams = FileSideParams & { offset: number };
/** `how`: `new`, it must not be there; `old`, it must. At offset 0 a file is written anew, and keeps its owner and mode. */
export type FileWriteParams = FileParams & { data: string; offset: number; how: 'new' | 'old' | 'any' };
export type FileMoveParams = { id: string; from: string; to: string; overwrite?: boolean };
export type FileRemoveParams = FileParams & { recursive?: boolean };
/** Absolute paths, one of them in the container. */
export type FileTransferParams = { id: string; from: string; to: string };
export type DiscardParams = { id: string; paths: string[] };
export type ExportParams = { id: string; path: string } & Progressing;
/** `reference` absent: the image has no name. `pause` absent: its processes stand still meanwhile. */
export type CommitParams = { id: string; reference?: string; pause?: boolean };
