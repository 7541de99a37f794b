/** Containers, as the engine offers them to its doors. */
import type { Operation } from '../../lib/operation.ts';

export type ContainerState =
  | { status: 'created' }
  | { status: 'running'; pid: number; startedAt: string }
  | { status: 'exited'; exitCode: number; signal: number; oomKilled: boolean; startedAt: string; finishedAt: string };

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
  network: 'bridge' | 'none' | 'host';
  /** While running on a bridge. */
  ipAddress?: string;
  state: ContainerState;
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
  network: 'bridge' | 'none' | 'host';
  labels: Record<string, string>;
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

export type LogOptions = {
  /** Number of last lines; absent: all. */
  tail?: number;
  follow: boolean;
};
/** One line or part of a line of the log: `text` has its newline, unless the line was cut. */
export type LogEntry = { time: string; channel: 'stdout' | 'stderr'; text: Buffer };

export type ContainerOperations = {
  /** Newest first. */
  listContainers: (options: { all: boolean }) => Container[];
  /** By name, id or unique prefix of an id. Throws not-found, or conflict for an ambiguous prefix. */
  findContainer: (reference: string) => Container;
  createContainer: (options: CreateOptions, operation: Operation) => Promise<Container>;
  /** Resolves when the socket listens. Throws failed-precondition for a running container. */
  startContainer: (id: string, options: StartOptions, operation: Operation) => Promise<Starting>;
  /** Socket of a running container's monitor. */
  attachContainer: (id: string) => { socket: string; tty: boolean };
  exec: (id: string, options: ExecOptions, operation: Operation) => Promise<Starting>;
  /** TERM (or `signal`), grace, KILL. Nothing happens to a container that is not running. */
  stopContainer: (
    id: string,
    options: { timeoutSeconds?: number; signal?: string },
    operation: Operation,
  ) => Promise<void>;
  killContainer: (id: string, signal: string) => Promise<void>;
  /** Resolves with the exit code when the container has ended. */
  waitContainer: (id: string, operation: Operation) => Promise<number>;
  removeContainer: (id: string, options: { force: boolean }, operation: Operation) => Promise<void>;
  logs: (id: string, options: LogOptions, operation: Operation) => AsyncIterable<LogEntry>;
};
