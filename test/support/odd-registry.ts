import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What one request meets, before the usual answer; true: it has been answered. */
export type Oddity = (request: IncomingMessage, response: ServerResponse, registry: OddRegistry) => boolean;

type Stored = { mediaType: string; bytes: Buffer };

/** A small registry on loopback, of which a test says where it does not behave. Reads only. */
export class OddRegistry {
  readonly host: string;
  /** `GET /v2/…`, in order. */
  readonly requests: { line: string; authorization: string | undefined; range: string | undefined }[] = [];
  readonly blobs = new Map<string, Buffer>();
  /** By tag and by digest. */
  readonly manifests = new Map<string, Stored>();
  oddity: Oddity = () => false;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    this.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('request', (request: IncomingMessage, response: ServerResponse) => this.#answer(request, response));
  }

  static async start(): Promise<OddRegistry> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new OddRegistry(server);
  }

  /** Returns its digest. */
  addBlob(bytes: Buffer): string {
    const digest = digestOf(bytes);
    this.blobs.set(digest, bytes);
    return digest;
  }

  /** Returns its digest. */
  addManifest(
    document: object | Buffer,
    tag: string,
    mediaType = 'application/vnd.oci.image.manifest.v1+json',
  ): string {
    const bytes = Buffer.isBuffer(document) ? document : Buffer.from(JSON.stringify(document));
    const digest = digestOf(bytes);
    for (const name of [tag, digest]) this.manifests.set(name, { mediaType, bytes });
    return digest;
  }

  async dispose(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { method = '', url = '', headers } = request;
    this.requests.push({ line: `${method} ${url}`, authorization: headers.authorization, range: headers.range });
    if (this.oddity(request, response, this)) return;
    const [, kind = '', name = ''] = /\/(manifests|blobs)\/([^/]+)$/.exec(url) ?? [];
    const manifest = kind === 'manifests' ? this.manifests.get(name) : undefined;
    const blob = kind === 'blobs' ? this.blobs.get(name) : undefined;
    if (url === '/v2/') response.end('{}');
    else if (manifest) response.setHeader('content-type', manifest.mediaType).end(manifest.bytes);
    else if (blob) sendBlob(response, blob, headers.range);
    else refuse(response, 404, kind === 'manifests' ? 'MANIFEST_UNKNOWN' : 'BLOB_UNKNOWN');
  }
}

/** The whole, or what a Range of the form `bytes=N-` asks for. */
export function sendBlob(response: ServerResponse, blob: Buffer, range: string | undefined): void {
  const start = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0);
  if (start > 0) response.setHeader('content-range', `bytes ${start}-${blob.length - 1}/${blob.length}`);
  response.writeHead(start > 0 ? 206 : 200, { 'content-length': blob.length - start });
  response.end(blob.subarray(start));
}

/** An error as registries send it. */
export function refuse(response: ServerResponse, status: number, code: string): void {
  const message = code.toLowerCase().replaceAll('_', ' ');
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ errors: [{ code, message }] }));
}

/** Sends the first bytes of a blob, and breaks the connection. */
export function breakAfter(response: ServerResponse, blob: Buffer, count: number): void {
  response.writeHead(200, { 'content-length': blob.length });
  response.write(blob.subarray(0, count), () => response.destroy());
}

export const digestOf = (bytes: Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
