import type { Descriptor } from '../oci/image-config.ts';
import { answerFailure } from './answer-failure.ts';
import type { Call } from './client.ts';
import { RegistryFailure } from './failure.ts';
import { waited, type Patience } from './retry.ts';
import type { HttpRequest, HttpResponse } from './transport.ts';

/** What one request carries of a larger blob, and so what a broken connection may cost at most. */
const usualChunkBytes = 32 * 1024 * 1024;

type HttpBody = NonNullable<HttpRequest['body']>;

/** How an upload speaks to its registry. */
type Session = {
  call: (call: Omit<Call, 'scopes'>) => Promise<HttpResponse>;
  /** In the words of whoever pushes. */
  denied: (failure: RegistryFailure) => RegistryFailure;
};

/** The bytes of a blob from one offset up to another. */
export type OpenBlob = (from: number, to: number) => AsyncIterable<Uint8Array>;
export type UploadManner = { patience: Patience; chunkBytes?: number };

/** An upload that a registry has begun (distribution-spec, "Pushing blobs"). */
export class Upload {
  readonly #session: Session;
  readonly #leastChunk: number;
  #target: URL;

  /** `begun`: the answer to its POST. */
  constructor(session: Session, begun: HttpResponse) {
    this.#session = session;
    this.#target = locationOf(begun) ?? nowhere(begun);
    this.#leastChunk = Number(/^\d{1,12}$/.exec(String(begun.headers['oci-chunk-min-length'] ?? ''))?.[0] ?? 0);
  }

  /**
   * Sends a blob: a large one in pieces, of which only the one is sent again in which a connection broke, if the registry remembers
   * the others. Where it takes no pieces, all at once. Throws a transient failure where only another upload can go on.
   */
  async send(blob: Descriptor, open: OpenBlob, manner: UploadManner, signal: AbortSignal): Promise<void> {
    const chunkBytes = Math.max(manner.chunkBytes ?? usualChunkBytes, this.#leastChunk);
    const isSent = blob.size > chunkBytes && (await this.#sendPieces(blob, open, { ...manner, chunkBytes }, signal));
    await this.#put(blob, isSent ? blob.size : 0, open, signal);
  }

  /** False: the registry takes no pieces. */
  async #sendPieces(
    { size }: Descriptor,
    open: OpenBlob,
    { patience, chunkBytes }: Required<UploadManner>,
    signal: AbortSignal,
  ): Promise<boolean> {
    let failures = 0;
    for (let at = 0; at < size;) {
      try {
        const end = Math.min(size, at + chunkBytes);
        await this.#patch(at, end, open, signal);
        [at, failures] = [end, 0];
      } catch (error) {
        signal.throwIfAborted();
        if (at === 0 && isRefusal(error)) return false;
        failures += 1;
        if (failures >= patience.tries || !(await waited(error, failures, patience, signal))) throw error;
        at = await this.#received(size, error, signal);
      }
    }
    return true;
  }

  async #patch(at: number, end: number, open: OpenBlob, signal: AbortSignal): Promise<void> {
    const headers = { 'content-type': 'application/octet-stream', 'content-range': `${at}-${end - 1}` };
    const body = (): HttpBody => ({ stream: open(at, end), size: end - at });
    const response = await this.#session.call({ method: 'PATCH', path: this.#target, headers, body, signal });
    if (response.status !== 202) throw this.#session.denied(await answerFailure(response));
    response.body.resume();
    this.#target = locationOf(response) ?? this.#target;
  }

  /** Where to go on after `failure`, which is thrown when the registry doesn't know. */
  async #received(size: number, failure: unknown, signal: AbortSignal): Promise<number> {
    const response = await this.#session.call({ method: 'GET', path: this.#target, signal }).catch(() => undefined);
    response?.body.resume();
    const last = Number(/^(?:bytes=)?0-(\d{1,15})$/.exec(String(response?.headers.range ?? ''))?.[1] ?? Number.NaN);
    if (response?.status !== 204 || !(last < size)) throw failure;
    this.#target = locationOf(response) ?? this.#target;
    // Nothing at all has no range of its own: docker-registry says 0-0.
    return last === 0 ? 0 : last + 1;
  }

  /** The rest of the blob, and what all of it has to be. */
  async #put(blob: Descriptor, at: number, open: OpenBlob, signal: AbortSignal): Promise<void> {
    const path = new URL(this.#target);
    path.searchParams.set('digest', blob.digest);
    const headers = { 'content-type': 'application/octet-stream' };
    const size = blob.size - at;
    const body = (): HttpBody => (size === 0 ? new Uint8Array() : { stream: open(at, blob.size), size });
    const response = await this.#session.call({ method: 'PUT', path, headers, body, signal });
    if (response.status !== 201) throw this.#session.denied(await answerFailure(response));
    response.body.resume();
  }
}

function locationOf({ headers: { location = '' }, url }: HttpResponse): URL | undefined {
  return location !== '' && URL.canParse(location, url.href) ? new URL(location, url) : undefined;
}

function nowhere({ url }: HttpResponse): never {
  throw new RegistryFailure('unavailable', `${url.origin}: does not say where an upload goes`);
}

/** Of what was asked for, not of who asks, and not for the moment. */
function isRefusal(error: unknown): boolean {
  return (
    error instanceof RegistryFailure &&
    !error.transient &&
    error.status !== undefined &&
    [400, 404, 405, 411, 415, 416, 501].includes(error.status)
  );
}
