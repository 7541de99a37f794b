import { errnoOf, SkiffError, type ErrorCode } from '../lib/errors.ts';

type Details = { cause?: unknown; hint?: string; status?: number; transient?: boolean; retryAfterMs?: number };

/** What a registry, or the way to it, did not do. `transient`: the same request may well succeed in a moment. */
export class RegistryFailure extends SkiffError {
  /** Of HTTP; absent: there was no answer. */
  readonly status: number | undefined;
  readonly transient: boolean;
  /** What the registry asked for (Retry-After). */
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, message: string, details: Details = {}) {
    const { cause, hint } = details;
    super(code, message, { ...(cause === undefined ? {} : { cause }), ...(hint === undefined ? {} : { hint }) });
    this.status = details.status;
    this.transient = details.transient ?? false;
    this.retryAfterMs = details.retryAfterMs;
  }
}

const passing = new Set([
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'ECONNABORTED',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'the connection was reset',
  EPIPE: 'the connection was reset',
  ETIMEDOUT: 'no answer in time',
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'the name could not be resolved',
  EHOSTUNREACH: 'no route to host',
  ENETUNREACH: 'network is unreachable',
};

/** Of a request that brought no whole answer. `target` is what it went to: `Get "https://host/v2/"`. */
export function connectionFailure(cause: unknown, target: string): SkiffError {
  if (cause instanceof SkiffError) return cause;
  const code = errnoOf(cause) ?? '';
  const message = cause instanceof Error ? cause.message : String(cause);
  if (isCertificateError(code))
    return new RegistryFailure('unavailable', `${target}: failed to verify certificate: ${message}`, {
      cause,
      hint: "Put the registry's CA in /etc/docker/certs.d/HOST:PORT/ca.crt or name it in SSL_CERT_FILE; --insecure-registry HOST:PORT checks nothing.",
    });
  const transient = passing.has(code) || message === 'aborted';
  return new RegistryFailure('unavailable', `${target}: ${reasons[code] ?? message}`, { cause, transient });
}

/** Whether the peer does not speak TLS at all. */
export function isNoTls(error: unknown): boolean {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = errnoOf(cause) ?? '';
  return code === 'EPROTO' || code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG';
}

function isCertificateError(code: string): boolean {
  return (
    /^(CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|ERR_TLS_CERT|CRL_|HOSTNAME_MISMATCH|INVALID_CA|PATH_LENGTH)/.test(
      code,
    ) || code === 'INVALID_PURPOSE'
  );
}
