import { asSkiffError, SkiffError } from '../lib/errors.ts';
import { answerFailure } from './answer-failure.ts';
import { Authorizer } from './authorizer.ts';
import type { Credentials } from './docker-config.ts';
import { isNoTls, RegistryFailure } from './failure.ts';
import type { HttpRequest, HttpResponse, Transport } from './transport.ts';
import { phrase } from '../lib/phrase.ts';

/** One request below `/v2/`. A body is made anew for each try. */
export type Call = {
  method: HttpRequest['method'];
  /** `<name>/blobs/sha256:…`, or a whole URL that the registry gave. */
  path: string | URL;
  scopes: readonly string[];
  headers?: Record<string, string>;
  body?: () => NonNullable<HttpRequest['body']>;
  signal: AbortSignal;
};

/** The API of one host (OCI distribution-spec 1.1; distribution, docs/spec/api.md), with its tokens and kept connections. */
export class RegistryClient {
  readonly #transport: Transport;
  readonly #authorizer: Authorizer;
  readonly #origins: readonly string[];
  #base: Promise<string> | undefined;

  /** `origins`: where to look for it, in this order, while what answers is not even a server of its kind. */
  constructor(transport: Transport, origins: readonly string[], credentials: () => Promise<Credentials | undefined>) {
    this.#transport = transport;
    this.#origins = origins;
    this.#authorizer = new Authorizer(transport, credentials);
  }

  /** Answers a 401 once, with what the user has. Throws RegistryFailure when there is no answer at all. */
  async call({ method, path, scopes, headers = {}, body, signal }: Call): Promise<HttpResponse> {
    const base = await this.#origin(signal);
    const url = path instanceof URL ? path : new URL(`${base}/v2/${path}`);
    const mayKnow = url.origin === base;
    for (let asked = false; ; asked = true) {
      const known = mayKnow ? await this.#authorizer.header(scopes, signal) : {};
      const content = body?.();
      const response = await this.#transport.send({
        ...{ method, url, signal },
        headers: { ...headers, ...known },
        ...(content === undefined ? {} : { body: content }),
      });
      if (response.status !== 401 || asked || !mayKnow) return response;
      if (!(await this.#authorizer.challenged(response, known['authorization'], scopes))) return response;
      response.body.resume();
    }
  }

  /** Throws permission-denied unless the credentials are good. */
  async login(signal: AbortSignal): Promise<void> {
    const response = await this.call({ method: 'GET', path: '', scopes: [], signal });
    const { status, url } = response;
    if (status === 200) return void response.body.resume();
    const failure = await answerFailure(response);
    if (status !== 401) throw failure;
    throw new RegistryFailure(
      'permission-denied',
      phrase('login attempt to {0} failed with status: 401 Unauthorized', url.href),
      {
        cause: failure,
        status,
      },
    );
  }

  /** https, unless the host may be spoken to without: then what answers. */
  #origin(signal: AbortSignal): Promise<string> {
    const [only] = this.#origins;
    if (only !== undefined && this.#origins.length === 1) return Promise.resolve(only);
    this.#base ??= this.#probe(signal).catch((error: unknown) => {
      this.#base = undefined;
      throw error;
    });
    return this.#base;
  }

  async #probe(signal: AbortSignal): Promise<string> {
    let first = new SkiffError('internal', 'a registry without an address');
    for (const origin of this.#origins) {
      try {
        const response = await this.#transport.send({ method: 'GET', url: new URL(`${origin}/v2/`), signal });
        response.body.resume();
        return origin;
      } catch (error) {
        signal.throwIfAborted();
        // A server without TLS is the reason to go on; any other failure of the first is the better thing to tell.
        if (first.code === 'internal' || isNoTls(first)) first = asSkiffError(error);
      }
    }
    throw first;
  }
}
