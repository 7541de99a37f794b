/** The engine as a whole. */
import type { EventRange } from '../events.ts';
import type { StoreEvent } from '../journal.ts';
import type { MachineFacts } from '../../sys/machine-facts.ts';
import type { Operation } from '../../lib/operation.ts';
import { type Phrase } from '../../lib/phrase.ts';

export type { EventRange } from '../events.ts';
export type { StoreEvent } from '../journal.ts';
export type { MachineFacts } from '../../sys/machine-facts.ts';

export type Info = {
  root: string;
  runRoot: string;
  storeId: string;
  kernel: string;
  architecture: string;
  containers: number;
  running: number;
  paused: number;
  images: number;
  /** OCI runtimes by name, with their paths (our own: empty); and the one of containers that name none. */
  runtimes: ReadonlyMap<string, string>;
  defaultRuntime: string;
  privilege: PrivilegeState;
};

export type PrivilegeState =
  | { status: 'unused' }
  | { status: 'granted'; through: 'direct' | 'sudo' | 'pkexec' }
  | { status: 'refused'; reason: Phrase; hint: Phrase };

/** How the engine asks its user, through whichever door he came by. */
export type Elevation = {
  /** Absent password: declined. */
  askPassword: (prompt: string, attempt: number) => Promise<string | undefined>;
  askConsent: (path: string, sha256: string) => Promise<boolean>;
};

export type Changes = { containers: boolean; images: boolean; networks: boolean; volumes: boolean };

export type SystemOperations = {
  /** What happened and happens in the store, in order. */
  events: (range: EventRange, operation: Operation) => AsyncIterable<StoreEvent>;
  info: () => Info;
  machine: () => MachineFacts;
  /** Calls back, coalesced, when containers or images changed here or through anyone else. Returns how to stop. */
  watch: (listener: (changes: Changes) => void) => () => void;
  privilege: () => PrivilegeState;
  /** Gains privileges if that has not happened yet. Throws permission-denied, with a hint. */
  requirePrivilege: () => Promise<void>;
  /** Forgets a refusal, and tries to gain privileges again. */
  retryPrivilege: (operation: Operation) => Promise<PrivilegeState>;
  close: () => Promise<void>;
};
