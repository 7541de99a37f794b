import type { Phrase } from './phrase.ts';

/** Stable error codes: containerd's set. They travel as `data.code` of a JSON-RPC error whose number is `rpcErrorNumber`. */
export const errorCodes = [
  'not-found',
  'already-exists',
  'invalid-argument',
  'failed-precondition',
  'conflict',
  'permission-denied',
  'unavailable',
  'canceled',
  'not-implemented',
  'internal',
] as const;
export type ErrorCode = (typeof errorCodes)[number];

/** In the range that JSON-RPC leaves to servers. */
export const rpcErrorNumber = -32010;

/** A port of this machine that could not be published, and who has it as far as that can be known. */
export type PortInUse = {
  hostIp: string;
  port: number;
  protocol: 'tcp' | 'udp' | 'sctp';
  container?: { id: string; name: string };
  process?: { pid: number; name: string };
};

export type ErrorData = {
  code: ErrorCode;
  /** What the user can do, when there is something. */
  hint?: Phrase;
  /** The message with its values apart. Absent: it has no translation. */
  phrase?: Phrase;
  /** Docker's exit code of `run`/`start` for this failure: 125, 126 or 127. Absent: 1. */
  exitCode?: number;
  /** The option of `run` that it is about, by its long name: `publish`. */
  option?: string;
  /** Why `run` or `start` could not publish a port. */
  portInUse?: PortInUse;
};
