/** Containers, as the engine offers them to its doors. */
import type { EndpointSettings, Networking, PortRequest } from '../../container/networking.ts';
import type { LogConfig, RestartPolicy } from '../../container/record.ts';
import type { ContainerState } from '../../container/state.ts';
import type { FailedStart } from '../../container/failed-start.ts';
import type { HealthLog } from '../../container/health-log.ts';
import type { Healthcheck } from '../../oci/healthcheck.ts';
import type { Operation } from '../../lib/operation.ts';
import type { Confinement, ConfinementRequest, LimitChanges, Limits, LimitsRequest } from './confinement.ts';
import type { Endpoint, Port } from './networks.ts';
import type { MountPoint, MountRequest } from './volumes.ts';

export type { RestartPolicy } from '../../container/record.ts';
export type { HealthLog } from '../../container/health-log.ts';
export type { ContainerState, HealthStatus } from '../../container/state.ts';
export type { Healthcheck } from '../../oci/healthcheck.ts';

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
  annotations?: Record<string, string>;
  /** What makes its processes: `skiff`, or another OCI runtime by name or path. */
  runtime: string;
  confinement: Confinement;
  limits: Limits;
  mounts: MountPoint[];
  /** As `--volumes-from` said it. */
  volumesFrom: string[];
  restartPolicy: RestartPolicy;
  log: LogConfig;
  /** Absent: nobody asks whether it is well. */
  healthcheck?: Healthcheck;
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

export type AttachedStream = 'stdin' | 'stdout' | 'stderr';

export type CreateOptions = {
  image: string;
  /** Empty: the image's own. */
  command: string[];
  name?: string;
  tty: boolean;
  openStdin: boolean;
  /** The process's stdin closes with the first client that brought input (docker run -i without -d). */
  stdinOnce: boolean;
  /** What those who have made it are attached to; absent: nothing. It changes nothing for others. */
  attach?: AttachedStream[];
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
  /** Driver `none`, `json-file` or `local`; absent: one file without a limit. */
  log?: LogConfig;
  labels: Record<string, string>;
  /** Beside the labels in config.json, for other runtimes and hooks. */
  annotations?: Record<string, string>;
  /** An OCI runtime by name or path; absent or `skiff`: our own. */
  runtime?: string;
  /** `os/architecture[/variant]` that the image must be for. Absent: any. */
  platform?: string;
  confinement?: ConfinementRequest;
  limits?: LimitsRequest;
  mounts?: MountRequest[];
  /** Containers, by id or name, whose volumes and bind mounts this one has too. `readonly` absent: as there. */
  volumesFrom?: { container: string; readonly?: boolean }[];
  /** Absent: no. */
  restartPolicy?: RestartPolicy;
  /** Goes before the image's, part by part. */
  healthcheck?: Healthcheck;
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
  /** What comes before `cmd` in what PID 1 was given. */
  entrypoint: string[];
  cmd: string[];
  stdinOnce: boolean;
  attach: AttachedStream[];
  networking: Networking;
  maskedPaths: string[];
  readonlyPaths: string[];
  /** What its processes enter; absent: none, or there is no AppArmor. */
  apparmorProfile?: string;
  /** Names of exec sessions that go on. */
  sessions: string[];
  /** Paths on the host. `volumes`: below it each volume has `<name>/_data`; `lowers`: topmost first. */
  files: {
    hostname: string;
    hosts: string;
    resolvConf: string;
    log: string;
    volumes: string;
    snapshot: string;
    lowers: string[];
  };
  /** Absent: no health check has ended yet. */
  health?: HealthLog;
  /** Absent: no start has failed. */
  failedStart?: FailedStart;
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

/** What may be changed of a container that exists. Absent: as it is. */
export type ContainerChanges = { limits?: LimitChanges; restartPolicy?: RestartPolicy };

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
  /** Seconds until KILL that a stop would wait though PID 1 can't get its signal, negative for ever; absent: it gets it, or does not run. */
  vainGrace: (id: string) => number | undefined;
  /** Stops it, if it runs, and starts it. */
  restartContainer: (id: string, options: StopOptions, operation: Operation) => Promise<void>;
  /** All its processes stand still until `unpauseContainer`. */
  pauseContainer: (id: string) => Promise<void>;
  unpauseContainer: (id: string) => Promise<void>;
  renameContainer: (id: string, name: string) => Promise<void>;
  /** All of it, or nothing: of the container that runs, too. */
  updateContainer: (id: string, changes: ContainerChanges, operation: Operation) => Promise<void>;
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
