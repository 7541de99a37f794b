import { errnoOf, SkiffError, type ErrorCode } from '../lib/errors.ts';
import { phrase, type Phrase } from '../lib/phrase.ts';

type Details = { cause?: unknown; hint?: Phrase; status?: number; transient?: boolean; retryAfterMs?: number };

/** What a registry, or the way to it, did not do. `transient`: the same request may well succeed in a moment. */
export class RegistryFailure extends SkiffError {
  /** Of HTTP; absent: there was no answer. */
  readonly status: number | undefined;
  readonly transient: boolean;
  /** What the registry asked for (Retry-After). */
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, message: string | Phrase, details: Details = {}) {
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

const reasons: Readonly<Record<string, (target: string) => Phrase>> = {
  ECONNREFUSED: (target) => phrase('{0}: connection refused', target),
  ECONNRESET: (target) => phrase('{0}: the connection was reset', target),
  EPIPE: (target) => phrase('{0}: the connection was reset', target),
  ETIMEDOUT: (target) => phrase('{0}: no answer in time', target),
  ENOTFOUND: (target) => phrase('{0}: no such host', target),
  EAI_AGAIN: (target) => phrase('{0}: the name could not be resolved', target),
  EHOSTUNREACH: (target) => phrase('{0}: no route to host', target),
  ENETUNREACH: (target) => phrase('{0}: network is unreachable', target),
  // Node's words for an answer that ends before its length.
  aborted: (target) => phrase('{0}: the connection was lost', target),
};

/** Node goes on with options of its own command line, which nobody here can give it. */
const withoutAdvice = (message: string): string => message.replace(/; if the root CA is installed locally.*$/, '');

/** Of a request that brought no whole answer. `target` is what it went to: `Get "https://host/v2/"`. */
export function connectionFailure(cause: unknown, target: string): SkiffError {
  if (cause instanceof SkiffError) return cause;
  const code = errnoOf(cause) ?? '';
  const message = cause instanceof Error ? cause.message : String(cause);
  if (isCertificateError(code))
    return new RegistryFailure(
      'unavailable',
      phrase('{0}: failed to verify certificate: {1}', target, withoutAdvice(message)),
      {
        cause,
        hint: phrase(
          "Put the registry's CA in /etc/docker/certs.d/HOST:PORT/ca.crt or name it in SSL_CERT_FILE; --insecure-registry HOST:PORT checks nothing.",
        ),
      },
    );
  const transient = passing.has(code) || message === 'aborted';
  const reason = reasons[code] ?? reasons[message];
  return new RegistryFailure('unavailable', reason?.(target) ?? `${target}: ${message}`, { cause, transient });
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
