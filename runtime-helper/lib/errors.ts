import { inEnglish, type Phrase } from './phrase.ts';
import { phrase } from './phrase.ts';

/** Stable codes of what can go wrong: containerd's set (github.com/containerd/errdefs). */
export type ErrorCode =
  | 'not-found'
  | 'already-exists'
  | 'invalid-argument'
  | 'failed-precondition'
  | 'conflict'
  | 'permission-denied'
  | 'unavailable'
  | 'canceled'
  | 'not-implemented'
  | 'internal';

/** A port of this machine that could not be published, and who has it as far as that can be known. */
export type PortInUse = {
  hostIp: string;
  port: number;
  protocol: 'tcp' | 'udp' | 'sctp';
  container?: { id: string; name: string };
  process?: { pid: number; name: string };
};

type Details = {
  cause?: unknown;
  /** What the user can do about it. */
  hint?: Phrase;
  /** Docker's exit code of `run` and `start` for this failure. Absent: the caller's own (125 for run, else 1). */
  exitCode?: number;
  /** The option of `run` that it is about, by its long name: `publish`. */
  option?: string;
  portInUse?: PortInUse;
};

/** The one error class of the helper. Messages are lower case and name the object; wording for people is made in cli and ui. */
export class SkiffError extends Error {
  readonly code: ErrorCode;
  readonly hint: Phrase | undefined;
  /** The message with its values apart; absent: it has no translation. */
  readonly phrase: Phrase | undefined;
  readonly exitCode: number | undefined;
  readonly option: string | undefined;
  readonly portInUse: PortInUse | undefined;

  constructor(code: ErrorCode, message: string | Phrase, details: Details = {}) {
    super(
      typeof message === 'string' ? message : inEnglish(message),
      details.cause === undefined ? undefined : { cause: details.cause },
    );
    this.name = 'SkiffError';
    this.code = code;
    this.hint = details.hint;
    this.phrase = typeof message === 'string' ? undefined : message;
    this.exitCode = details.exitCode;
    this.option = details.option;
    this.portInUse = details.portInUse;
  }
}

/** The one place where an unknown error gets a code. */
export function asSkiffError(error: unknown): SkiffError {
  if (error instanceof SkiffError) return error;
  if (error instanceof Error && error.name === 'AbortError')
    return new SkiffError('canceled', 'canceled', { cause: error });
  const errno = errnoOf(error);
  const message = error instanceof Error ? error.message : String(error);
  if (errno === 'EACCES' || errno === 'EPERM') return new SkiffError('permission-denied', message, { cause: error });
  if (errno === 'ENOSPC' || errno === 'EDQUOT')
    return new SkiffError('unavailable', phrase('no space left: {0}', message), { cause: error });
  return new SkiffError('internal', message, { cause: error });
}

/** The name of a failed system call's errno, as Node reports it; absent for anything else. */
export function errnoOf(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}

/** What `get` returns; undefined: there is no such thing. */
export function unlessMissing<T>(get: () => T): T | undefined {
  try {
    return get();
  } catch (error) {
    return absentIfMissing(error);
  }
}

/** The same for a promise's `catch`: what else went wrong is thrown on. */
export function absentIfMissing(error: unknown): undefined {
  if (error instanceof SkiffError && error.code === 'not-found') return undefined;
  throw error;
}
