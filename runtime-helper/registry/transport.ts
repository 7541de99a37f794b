import * as http from 'node:http';
import * as https from 'node:https';
import type { Socket } from 'node:net';
import { pipeline, Readable } from 'node:stream';
import { createSecureContext, type SecureContext } from 'node:tls';
import { identityFor } from './certificates.ts';
import { connectionFailure, RegistryFailure } from './failure.ts';
import { connectThrough, isLoopback, isStrictBehindProxy, proxyAuthorization, proxyFor } from './proxy.ts';

export type HttpRequest = {
  method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';
  url: URL;
  headers?: Record<string, string>;
  body?: Uint8Array | { stream: AsyncIterable<Uint8Array>; size: number };
  signal: AbortSignal;
};

export type HttpResponse = {
  status: number;
  /** Names in lower case. */
  headers: http.IncomingHttpHeaders;
  /** Has to be read to its end, or destroyed. */
  body: http.IncomingMessage;
  /** Where the answer came from, redirects followed. */
  url: URL;
};

export type TransportOptions = {
  /** What proxies and certificates are read from: the user's, which need not be this process's. */
  env: Readonly<Record<string, string | undefined>>;
  certificateFolders: readonly string[];
  /** Whether a host (with its port) may be spoken to without checking who it is. */
  isInsecure: (host: string) => boolean;
  userAgent: string;
  /** Milliseconds without a byte after which a connection counts as broken. */
  idleMs: number;
};

const maxRedirects = 5;
const maxSockets = 8;
/** What must not follow a redirect to another host. */
const secretHeaders = ['authorization', 'cookie'];

/** HTTP over kept connections, proxies, and the authorities of each host. */
export class Transport {
  readonly #options: TransportOptions;
  readonly #agents = new Map<string, http.Agent>();

  constructor(options: TransportOptions) {
    this.#options = options;
  }

  isInsecure(host: string): boolean {
    return this.#options.isInsecure(host);
  }

  /** Follows redirects of GET and HEAD, without credentials to another host. Throws RegistryFailure when there is no answer. */
  async send(request: HttpRequest): Promise<HttpResponse> {
    let { url, headers = {} } = request;
    for (let redirects = 0; ; redirects += 1) {
      const response = await this.#once({ ...request, url, headers });
      const target = redirectOf(request.method, response);
      if (!target) return response;
      response.body.resume();
      if (redirects >= maxRedirects) throw new RegistryFailure('unavailable', `${url.origin}: too many redirects`);
      this.#checkRedirect(url, target);
      if (target.origin !== url.origin)
        headers = Object.fromEntries(Object.entries(headers).filter(([name]) => !secretHeaders.includes(name)));
      url = target;
    }
  }

  close(): void {
    for (const agent of this.#agents.values()) agent.destroy();
  }

  #checkRedirect(from: URL, to: URL): void {
    if (to.protocol !== 'https:' && to.protocol !== 'http:')
      throw new RegistryFailure('unavailable', `${from.origin}: redirects to ${to.protocol}`);
    const loses = from.protocol === 'https:' && to.protocol === 'http:';
    if (loses && !this.isInsecure(to.host))
      throw new RegistryFailure('unavailable', `${from.origin}: redirects from https to http (${to.host})`);
  }

  #once({ method, url, headers = {}, body, signal }: HttpRequest): Promise<HttpResponse> {
    const { promise, resolve, reject } = Promise.withResolvers<HttpResponse>();
    const target = `${method.charAt(0)}${method.slice(1).toLowerCase()} "${url.origin}${url.pathname}"`;
    const fail = (cause: unknown): void => reject(signal.aborted ? signal.reason : connectionFailure(cause, target));
    try {
      signal.throwIfAborted();
      const request = this.#open(url, { method, signal, headers: { ...headers, ...lengthOf(body) } });
      request.setTimeout(this.#options.idleMs, () => request.destroy(timeout()));
      request.once('response', (answer) => {
        // Who reads it hears of it; who doesn't has no use for it.
        answer.on('error', () => {});
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: answer, url });
      });
      request.on('error', fail);
      if (body === undefined || body instanceof Uint8Array) request.end(body);
      else pipeline(Readable.from(body.stream), request, (error) => error && fail(error));
    } catch (error) {
      fail(error);
    }
    return promise;
  }

  #open(url: URL, options: http.RequestOptions): http.ClientRequest {
    const headers = { 'user-agent': this.#options.userAgent, ...(options.headers as Record<string, string>) };
    const agent = this.#agent(url);
    if (url.protocol === 'https:') return https.request(url, { ...options, headers, agent });
    const proxy = proxyFor(url, this.#options.env);
    if (!proxy) return http.request(url, { ...options, headers, agent });
    const through = { host: proxy.hostname, port: proxy.port || '80', path: url.href };
    return http.request({
      ...options,
      ...through,
      agent,
      headers: { ...headers, host: url.host, ...proxyAuthorization(proxy) },
    });
  }

  #agent(url: URL): http.Agent {
    const known = this.#agents.get(url.origin);
    if (known) return known;
    const agent = url.protocol === 'https:' ? this.#secureAgent(url) : new http.Agent({ keepAlive: true, maxSockets });
    this.#agents.set(url.origin, agent);
    return agent;
  }

  #secureAgent(url: URL): https.Agent {
    const { env, certificateFolders } = this.#options;
    const secureContext: SecureContext = createSecureContext(identityFor(url.host, certificateFolders, env));
    const proxy = proxyFor(url, env);
    const rejectUnauthorized = !this.isInsecure(url.host) && (proxy === undefined || isStrictBehindProxy(env));
    const options = { keepAlive: true, maxSockets, secureContext, rejectUnauthorized };
    return proxy ? new ProxiedAgent(options, proxy, url) : new https.Agent(options);
  }
}

/** An https agent whose connections go through a proxy. */
class ProxiedAgent extends https.Agent {
  readonly #proxy: URL;
  readonly #target: URL;

  constructor(options: https.AgentOptions, proxy: URL, target: URL) {
    super(options);
    this.#proxy = proxy;
    this.#target = target;
  }

  override createConnection(
    options: https.RequestOptions,
    done?: (error: Error | null, socket: Socket) => void,
  ): undefined {
    if (done) void this.#connect(options.servername ?? '', done);
  }

  async #connect(servername: string, done: (error: Error | null, socket: Socket) => void): Promise<void> {
    const { secureContext, rejectUnauthorized = true } = this.options;
    const tls = { servername, rejectUnauthorized, ...(secureContext ? { secureContext } : {}) };
    try {
      done(null, await connectThrough(this.#proxy, this.#target, tls));
    } catch (error) {
      // Without a socket, as Node's own agents report it.
      done(error as Error, undefined as unknown as Socket);
    }
  }
}

/** Reads an answer of limited size to its end. */
export async function readBody({ body, url }: HttpResponse, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > limit)
        throw new RegistryFailure('invalid-argument', `${url.origin}${url.pathname}: more than ${limit} bytes`);
      chunks.push(chunk);
    }
  } catch (cause) {
    throw connectionFailure(cause, `Get "${url.origin}${url.pathname}"`);
  } finally {
    body.destroy();
  }
  return Buffer.concat(chunks, size);
}

function redirectOf(method: string, { status, headers, url }: HttpResponse): URL | undefined {
  if ((method !== 'GET' && method !== 'HEAD') || ![301, 302, 303, 307, 308].includes(status)) return undefined;
  const { location } = headers;
  if (location !== undefined && URL.canParse(location, url.href)) return new URL(location, url);
  throw new RegistryFailure('unavailable', `${url.origin}: redirects to nowhere`);
}

function lengthOf(body: HttpRequest['body']): Record<string, string> {
  if (body === undefined) return {};
  return { 'content-length': String(body instanceof Uint8Array ? body.length : body.size) };
}

const timeout = (): Error => Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' });

/** Hosts that Docker, too, trusts without a certificate. */
export const isLoopbackHost = (host: string): boolean => isLoopback(host.replace(/:\d+$/, ''));
