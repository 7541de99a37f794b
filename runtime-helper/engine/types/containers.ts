/** Containers, as the engine offers them to its doors. */
import type { EndpointSettings, PortRequest } from '../../container/networking.ts';
import type { RestartPolicy } from '../../container/record.ts';
import type { ContainerState } from '../../container/state.ts';
import type { Operation } from '../../lib/operation.ts';
import type { Confinement, ConfinementRequest, Limits } from './confinement.ts';
import type { Endpoint, Port } from './networks.ts';
import type { MountPoint, MountRequest } from './volumes.ts';

export type { RestartPolicy } from '../../container/record.ts';
export type { ContainerState } from '../../container/state.ts';

/** A container's record with its derived state. */
export type Container = {
  /** 64 lower-case hex digits. */
  id: string;
  name: string;
  /** The reference as it was asked for, and the image's id (`sha256:…`, or `host`). */
  image: string;
  imageId: string;
  /** argv of PID 1. */
  command: string[];
  /** ISO 8601, UTC. */
  createdAt: string;
  tty: boolean;
  openStdin: boolean;
  autoRemove: boolean;
  hostname: string;
  /** `host`, `none`, `container:<id>`, or the name of the network that it began with. */
  network: string;
  labels: Record<string, string>;
  confinement: Confinement;
  limits: Limits;
  mounts: MountPoint[];
  restartPolicy: RestartPolicy;
  stopSignal: string;
  /** Seconds between the stop signal and KILL; absent: 10. */
  stopTimeout?: number;
  /** The first of its addresses, while it runs. */
  ipAddress?: string;
  /** Its networks, the first one first. */
  endpoints: Endpoint[];
  /** Published while it runs; those that are only exposed, too. */
  ports: Port[];
  state: ContainerState;
};

/** As `Networking` of the record, before names are looked up. */
export type NetworkingOptions = {
  /** Settings of the first network, which may be the default one. */
  settings: EndpointSettings;
  /** More networks, by name or id. */
  others: { network: string; settings: EndpointSettings }[];
  ports: PortRequest[];
  /** Publishes every exposed port on one of the host's that is free. */
  publishAll: boolean;
  /** `80/tcp`, besides the image's. */
  exposed: string[];
  dns: string[];
  dnsSearch: string[];
  dnsOptions: string[];
  /** `name:address`; the address may be `host-gateway`. */
  extraHosts: string[];
  /** `container:alias`. */
  links: string[];
  domainname: string;
};

export type CreateOptions = {
  image: string;
  /** Empty: the image's own. */
  command: string[];
  name?: string;
  tty: boolean;
  openStdin: boolean;
  /** The process's stdin closes with the first client that brought input (docker run -i without -d). */
  stdinOnce: boolean;
  autoRemove: boolean;
  /** KEY=VALUE, or KEY alone for the caller's own value, resolved by the door. */
  env: string[];
  workingDir?: string;
  user?: string;
  entrypoint?: string[];
  hostname?: string;
  /** A network's name or id, `host`, `none`, or `container:<name or id>`. */
  network: string;
  /** Absent: nothing but the network. */
  networking?: Partial<NetworkingOptions>;
  /** What is kept of its output: driver `none`, `json-file` or `local`, bytes of a file (0: no limit), number of files. */
  log?: { driver: string; maxSize: number; maxFiles: number };
  labels: Record<string, string>;
  confinement?: ConfinementRequest;
  limits?: Limits;
  mounts?: MountRequest[];
  /** Containers, by id or name, whose volumes and bind mounts this one has too. `readonly` absent: as there. */
  volumesFrom?: { container: string; readonly?: boolean }[];
  /** Absent: no. */
  restartPolicy?: RestartPolicy;
  /** Absent: the image's, or TERM. */
  stopSignal?: string;
  /** Seconds; absent: 10. */
  stopTimeout?: number;
};

export type StopOptions = {
  /** Seconds between the signal and KILL, -1 for ever; absent: the container's own, or 10. */
  timeoutSeconds?: number;
  /** Absent: the container's own, or TERM. */
  signal?: string;
  /** What is done when PID 1 has no handler for the signal, so that the kernel drops it; absent: the grace is waited for all the same. */
  whenDeaf?: 'wait' | 'kill';
  /** Called at once when PID 1 can't get the signal, with the seconds until KILL. */
  onDeaf?: (graceSeconds: number) => void;
};

/** What a wait is for: that PID 1 does not run, that it ends once more, or that the container is gone. */
export type WaitCondition = 'not-running' | 'next-exit' | 'removed';

/** As `ps` lays it out: a row has a cell for each title. */
export type ProcessList = { titles: string[]; processes: string[][] };

/** What a container has used since it was started; two of them make a rate. */
export type StatsSample = {
  /** Milliseconds of a clock that never goes back. */
  takenAt: number;
  cpuMilliseconds: number;
  /** Bytes, page cache that can be taken back left out, as Docker counts it. */
  memory: number;
  /** The container's own, or what the machine has. */
  memoryLimit: number;
  networkReceived: number;
  networkSent: number;
  blockRead: number;
  blockWritten: number;
  /** Processes and threads. */
  pids: number;
};

/** Bytes: what a container has written, and that with its image's. */
export type ContainerSize = { written: number; total: number };

/** What a list of containers does not show. */
export type ContainerConfig = {
  /** KEY=VALUE. */
  env: string[];
  workingDir: string;
  /** `name-or-uid[:group]`; empty: root. */
  user: string;
  /** Paths on the host. */
  files: { hostname: string; hosts: string; resolvConf: string; log: string };
};

export type StartOptions = {
  /** PID 1 is not exec'ed before a client is attached, so that nothing of its output is missed. */
  gate: boolean;
  /** Window size of the terminal, when there is one. */
  columns?: number;
  rows?: number;
};

/** A process whose socket listens already: attach at once, `started` settles when it has been exec'ed, or not. */
export type Starting = {
  /** Path of the monitor's socket; its framing is in ARCHITECTURE.md, Seam 2. */
  socket: string;
  tty: boolean;
  started: Promise<void>;
  /** Names an exec session while it runs: 16 hex digits. */
  session?: string;
};

export type ExecOptions = {
  command: string[];
  tty: boolean;
  openStdin: boolean;
  detach: boolean;
  env: string[];
  workingDir?: string;
  user?: string;
  privileged: boolean;
  columns?: number;
  rows?: number;
};

/** As a person chooses them; `cgroup` also moves the program into the container's cgroup. */
export type EnterableNamespace = 'mount' | 'net' | 'pid' | 'ipc' | 'uts' | 'user' | 'cgroup';

export type EnterOptions = {
  namespaces: readonly EnterableNamespace[];
  /** A program of this machine's; of the container's when its mount namespace is entered. */
  command: string[];
  env: string[];
  cwd: string;
  tty: boolean;
  columns?: number;
  rows?: number;
};

export type LogOptions = {
  /** Number of last lines; absent: all. */
  tail?: number;
  follow: boolean;
  /** Begin each line with its time. */
  timestamps?: boolean;
  /** Begin each line with what the container's log options say of it, behind the time. */
  details?: boolean;
  /** Only what was written then or later, or no later than that: ISO 8601 in UTC, with nine digits of fraction. */
  since?: string;
  until?: string;
};
/** Text of one stream of the log: whole lines with their newlines, and parts of lines that are not yet whole. */
export type LogChunk = { channel: 'stdout' | 'stderr'; bytes: Buffer };

export type ContainerOperations = {
  /** Newest first. */
  listContainers: (options: { all: boolean }) => Container[];
  /** By name, id or unique prefix of an id. Throws not-found, or conflict for an ambiguous prefix. */
  findContainer: (reference: string) => Container;
  createContainer: (options: CreateOptions, operation: Operation) => Promise<Container>;
  /** Resolves when the socket listens. Throws failed-precondition for a container that is not at rest. */
  startContainer: (id: string, options: StartOptions, operation: Operation) => Promise<Starting>;
  /** Socket of a running container's monitor, or of that of a session in it. Throws not-found when the session has ended. */
  attachContainer: (id: string, session?: string) => { socket: string; tty: boolean };
  exec: (id: string, options: ExecOptions, operation: Operation) => Promise<Starting>;
  /** Throws permission-denied for what would give the container's processes power over an ordinary user's program. */
  enterContainer: (id: string, options: EnterOptions, operation: Operation) => Promise<Starting>;
  /** TERM (or `signal`), grace, KILL, and no restart after it. Nothing happens to a container that is not running. */
  stopContainer: (id: string, options: StopOptions, operation: Operation) => Promise<void>;
  /** Stops it, if it runs, and starts it. */
  restartContainer: (id: string, options: StopOptions, operation: Operation) => Promise<void>;
  /** All its processes stand still until `unpauseContainer`. */
  pauseContainer: (id: string) => Promise<void>;
  unpauseContainer: (id: string) => Promise<void>;
  renameContainer: (id: string, name: string) => Promise<void>;
  updateContainer: (id: string, changes: { restartPolicy?: RestartPolicy }) => Promise<void>;
  killContainer: (id: string, signal: string) => Promise<void>;
  /** Resolves with the exit code when the condition holds; absent: `not-running`. */
  waitContainer: (id: string, operation: Operation, condition?: WaitCondition) => Promise<number>;
  /** `volumes`: its anonymous volumes too. */
  removeContainer: (id: string, options: { force: boolean; volumes?: boolean }, operation: Operation) => Promise<void>;
  /** Starts what its restart policy wants up after a reboot; the names. Done by itself when a store is first used as root. */
  restoreContainers: (operation: Operation) => Promise<string[]>;
  /** Throws not-found. */
  containerConfig: (id: string) => ContainerConfig;
  /** By full id. Walks what they have written. */
  containerSizes: (ids: readonly string[]) => Promise<Map<string, ContainerSize>>;
  /** Removes the containers at rest that `matches`. Ids, and bytes that they had written. */
  pruneContainers: (
    matches: (container: Container) => boolean,
  ) => Promise<{ removed: string[]; reclaimedBytes: number }>;
  /** Its processes as the host sees them. `options` are ps's; none: those of `ps -ef`. Throws conflict for one that does not run. */
  topContainer: (id: string, options: readonly string[]) => Promise<ProcessList>;
  /** Absent: it does not run. */
  sampleContainer: (id: string) => StatsSample | undefined;
  logs: (id: string, options: LogOptions, operation: Operation) => AsyncIterable<LogChunk>;
};
