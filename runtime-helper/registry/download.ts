import { SkiffError } from '../lib/errors.ts';
import { connectionFailure } from './failure.ts';
import { Transport } from './transport.ts';
import { phrase } from '../lib/phrase.ts';

const idleMs = 60_000;

/** The bytes that are at an http or https URL, through the user's proxies. Throws when the server says anything but that they are there. */
export async function* download(
  address: string,
  env: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  // Loopback is trusted for registries only.
  const isInsecure = (): boolean => false;
  const transport = new Transport({ env, certificateFolders: [], isInsecure, userAgent: 'skiff', idleMs });
  try {
    const { status, body } = await transport.send({ method: 'GET', url: new URL(address), signal });
    if (status !== 200) {
      body.destroy();
      throw new SkiffError(
        status === 404 ? 'not-found' : 'unavailable',
        phrase('{0}: the server answers {1}', address, status),
      );
    }
    yield* body as AsyncIterable<Uint8Array>;
    if (!body.complete) throw new SkiffError('unavailable', phrase('{0}: the connection was lost', address));
  } catch (cause) {
    // Its hint speaks of registries.
    if (cause instanceof SkiffError && cause.hint !== undefined)
      throw new SkiffError(cause.code, cause.phrase ?? cause.message, { cause });
    if (cause instanceof SkiffError || signal.aborted) throw cause;
    throw connectionFailure(cause, address);
  } finally {
    transport.close();
  }
}
