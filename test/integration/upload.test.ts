import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import type { Descriptor } from '../../runtime-helper/oci/image-config.ts';
import { parseReference } from '../../runtime-helper/oci/reference.ts';
import { streamBlob } from '../../runtime-helper/registry/blob-stream.ts';
import { Registries } from '../../runtime-helper/registry/registries.ts';
import type { Repository } from '../../runtime-helper/registry/repository.ts';
import { digestOf } from '../support/odd-registry.ts';
import { TestRegistry } from '../support/registry.ts';

const patience = { tries: 4, baseMs: 1 };
const manner = { patience, chunkBytes: 300_000 };
const { signal } = new AbortController();
const bytes = randomBytes(1_000_000);
const blob: Descriptor = { mediaType: 'application/octet-stream', digest: digestOf(bytes), size: bytes.length };

/** In small pieces; remembers what was asked for. */
function opened(): { open: (from: number, to: number) => AsyncIterable<Buffer>; ranges: string[] } {
  const ranges: string[] = [];
  async function* open(from: number, to: number): AsyncGenerator<Buffer> {
    ranges.push(`${from}-${to}`);
    for (let at = from; at < to; at += 50_000) yield bytes.subarray(at, Math.min(to, at + 50_000));
  }
  return { open, ranges };
}

async function withRepository(host: string, work: (repository: Repository) => Promise<void>): Promise<void> {
  const runHelper = async (): Promise<string> => Promise.reject(new Error('there is no helper here'));
  const env = { HOME: '/nowhere', SKIFF_REGISTRIES: '/nowhere/registries.json' };
  const options = { env, patience, runHelper, userAgent: 'skiff/test', idleMs: 30_000, insecure: [], warn: () => {} };
  const all = new Registries(options);
  try {
    await work(all.forPush(parseReference(`${host}/team/app`)));
  } finally {
    all.close();
  }
}

async function send(repository: Repository): Promise<string[]> {
  const { open, ranges } = opened();
  const upload = await repository.beginUpload(blob.digest, undefined, signal);
  assert.ok(upload);
  await upload.send(blob, open, manner, signal);
  return ranges;
}

describe('a large blob goes to docker-registry', () => {
  let registry: TestRegistry;
  before(async () => {
    registry = await TestRegistry.start();
  });
  after(() => registry.dispose());

  it('in pieces, and is whole there', () =>
    withRepository(registry.host, async (repository) => {
      assert.deepEqual(await send(repository), ['0-300000', '300000-600000', '600000-900000', '900000-1000000']);
      const chunks: Buffer[] = [];
      for await (const chunk of streamBlob(repository, blob, patience, signal)) chunks.push(chunk);
      assert.ok(Buffer.concat(chunks).equals(bytes));
    }));

  it('and is refused when its bytes are not what they were said to be', () =>
    withRepository(registry.host, async (repository) => {
      const upload = await repository.beginUpload(blob.digest, undefined, signal);
      const other = async function* other(from: number, to: number): AsyncGenerator<Buffer> {
        yield Buffer.alloc(to - from);
      };
      const wrong = { ...blob, digest: digestOf(Buffer.from('another')) };
      await assert.rejects(async () => upload?.send(wrong, other, manner, signal), /digest invalid/);
    }));
});

/** What a registry does with uploads: by request, how many bytes of a piece it takes before the connection breaks. */
type Manners = {
  takes?: (piece: number) => number | undefined;
  forgets?: boolean;
  takesPieces?: boolean;
  least?: number;
};

/** A registry that takes one upload, and nothing else. */
async function withUploads(
  { takes = () => undefined, forgets = false, takesPieces = true, least = 0 }: Manners,
  work: (host: string, received: () => Buffer, methods: string[]) => Promise<void>,
): Promise<void> {
  const methods: string[] = [];
  let kept: Buffer = Buffer.alloc(0);
  let pieces = 0;
  const server = createServer((request, response) => {
    const { method = '' } = request;
    if (!request.url?.includes('/uploads/')) return void response.writeHead(200).end();
    methods.push(method);
    const location = `/v2/team/app/blobs/uploads/${methods.length}`;
    const headers = { location, range: `0-${kept.length - 1}`, 'oci-chunk-min-length': least };
    const answer = (status: number): unknown => response.writeHead(status, headers).end();
    if (method === 'POST') return void answer(202);
    if (method === 'GET') return void answer(forgets ? 404 : 204);
    if (method === 'PATCH' && !takesPieces) return void answer(405);
    const most = method === 'PATCH' ? takes((pieces += 1)) : undefined;
    void read(request, most).then((body) => {
      if (method === 'PATCH') assert.equal(request.headers['content-range']?.split('-')[0], String(kept.length));
      kept = Buffer.concat([kept, body]);
      headers.range = `0-${kept.length - 1}`;
      return most === undefined ? answer(method === 'PUT' ? 201 : 202) : request.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await work(`127.0.0.1:${(server.address() as AddressInfo).port}`, () => kept, methods);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

async function read(request: IncomingMessage, most = Number.POSITIVE_INFINITY): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  if (most > 0)
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= most) break;
    }
  return Buffer.concat(chunks).subarray(0, most);
}

describe('an upload whose connection breaks', () => {
  it('goes on where the registry has got to', () =>
    withUploads({ takes: (piece) => (piece === 2 ? 120_000 : undefined) }, (host, received, methods) =>
      withRepository(host, async (repository) => {
        const ranges = await send(repository);
        assert.deepEqual(ranges, ['0-300000', '300000-600000', '420000-720000', '720000-1000000']);
        assert.deepEqual(methods, ['POST', 'PATCH', 'PATCH', 'GET', 'PATCH', 'PATCH', 'PUT']);
        assert.ok(received().equals(bytes));
      }),
    ));

  it('begins its piece again where nothing of it came', () =>
    withUploads({ takes: (piece) => (piece === 2 ? 0 : undefined) }, (host, received) =>
      withRepository(host, async (repository) => {
        await send(repository);
        assert.ok(received().equals(bytes));
      }),
    ));

  it('is given up when it breaks again and again', () =>
    withUploads({ takes: (piece) => (piece > 1 ? 0 : undefined) }, (host, _, methods) =>
      withRepository(host, async (repository) => {
        await assert.rejects(send(repository), { code: 'unavailable', transient: true });
        assert.equal(methods.filter((method) => method === 'PATCH').length, 1 + patience.tries);
      }),
    ));

  it('is for another one to begin where the registry has forgotten it', () =>
    withUploads({ takes: (piece) => (piece === 2 ? 0 : undefined), forgets: true }, (host) =>
      withRepository(host, async (repository) => {
        await assert.rejects(send(repository), { code: 'unavailable', transient: true });
      }),
    ));
});

describe('a registry that wants it otherwise', () => {
  it('gets a blob all at once when it takes no pieces', () =>
    withUploads({ takesPieces: false }, (host, received, methods) =>
      withRepository(host, async (repository) => {
        await send(repository);
        assert.deepEqual(methods, ['POST', 'PATCH', 'PUT']);
        assert.ok(received().equals(bytes));
      }),
    ));

  it('gets pieces that are as large as it says', () =>
    withUploads({ least: 700_000 }, (host, received) =>
      withRepository(host, async (repository) => {
        assert.deepEqual(await send(repository), ['0-700000', '700000-1000000']);
        assert.ok(received().equals(bytes));
      }),
    ));
});
