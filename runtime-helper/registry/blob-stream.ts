import type { Descriptor } from '../oci/image-config.ts';
import { connectionFailure, RegistryFailure } from './failure.ts';
import { waited, type Patience } from './retry.ts';
import type { Repository } from './repository.ts';
import type { HttpResponse } from './transport.ts';
import { phrase } from '../lib/phrase.ts';

/** Progress that makes up for a failure. */
const goodBytes = 1024 * 1024;

/**
 * The bytes of a blob, `size` of them. A connection that breaks is taken up where it broke (Range), or from the start where the
 * registry doesn't know how: whoever reads sees nothing of that. The digest is the reader's to check.
 */
export async function* streamBlob(
  repository: Repository,
  blob: Descriptor,
  patience: Patience,
  signal: AbortSignal,
): AsyncGenerator<Buffer, void, undefined> {
  const what = `blob ${blob.digest} of ${repository.name}`;
  let at = 0;
  let failures = 0;
  let failedAt = 0;
  while (at < blob.size) {
    try {
      const response = await repository.openBlob(blob.digest, at, signal);
      for await (const chunk of bytesFrom(response, at, blob.size, what)) {
        at += chunk.length;
        yield chunk;
      }
      if (at < blob.size)
        throw new RegistryFailure('unavailable', phrase('{0}: ends after {1} of {2} bytes', what, at, blob.size), {
          transient: true,
        });
    } catch (error) {
      signal.throwIfAborted();
      failures = at - failedAt >= goodBytes ? 1 : failures + 1;
      failedAt = at;
      const failure = connectionFailure(error, what);
      const again = at > 0 && failure instanceof RegistryFailure && failure.status === undefined && !isFinal(failure);
      const passing = again
        ? new RegistryFailure('unavailable', failure.phrase ?? failure.message, { transient: true, cause: error })
        : failure;
      if (failures >= patience.tries || !(await waited(passing, failures, patience, signal))) throw failure;
    }
  }
}

/** What stays wrong however often one asks. */
const isFinal = ({ code }: RegistryFailure): boolean => code === 'invalid-argument' || code === 'permission-denied';

/** What of the answer comes after `at`; never more than belongs to the blob. */
async function* bytesFrom(
  { status, headers, body }: HttpResponse,
  at: number,
  size: number,
  what: string,
): AsyncGenerator<Buffer, void, undefined> {
  try {
    const start = status === 206 ? rangeStart(headers['content-range']) : 0;
    const length = headers['content-length'];
    if (length !== undefined && start + Number(length) !== size)
      throw new RegistryFailure(
        'invalid-argument',
        `${what}: the registry sends ${start + Number(length)} bytes, not ${size}`,
      );
    if (start > at)
      throw new RegistryFailure('invalid-argument', `${what}: the registry goes on at ${start}, not at ${at}`);
    let skip = at - start;
    let left = size - at;
    for await (const piece of body as AsyncIterable<Buffer>) {
      const chunk = skip > 0 ? piece.subarray(skip) : piece;
      skip = Math.max(0, skip - piece.length);
      if (chunk.length > left) throw new RegistryFailure('invalid-argument', `${what}: is longer than ${size} bytes`);
      left -= chunk.length;
      if (chunk.length > 0) yield chunk;
    }
  } finally {
    body.destroy();
  }
}

/** `bytes 100-199/200` → 100; what says nothing begins at 0. */
function rangeStart(header: string | undefined): number {
  return Number(/^bytes (\d{1,15})-/.exec(header ?? '')?.[1] ?? 0);
}
