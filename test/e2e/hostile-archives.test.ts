import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, statfsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { TestStore } from '../support/store.ts';
import { tar, type TestEntry } from '../support/tar.ts';
import { until } from '../support/wait.ts';

let store: TestStore;
before(() => {
  store = new TestStore();
});
after(() => store.dispose());

/** All that bringing an image in can leave in a store; what was removed is swept when nobody waits. */
function contents(root: string): string[] {
  return ['images/blobs/sha256', 'images/unpacked', 'layers', 'pins'].flatMap((folder) => {
    const path = join(root, folder);
    const names = existsSync(path) ? readdirSync(path) : [];
    return names.filter((name) => !name.startsWith('.gone-')).map((name) => `${folder}/${name}`);
  });
}

/** One clear line, exit 1, nothing on stdout and nothing left. */
async function refused(archive: Buffer, line: RegExp, of = store): Promise<void> {
  const result = await of.skiff(['import', '-', 'bad:1'], { input: archive });
  const said = JSON.stringify(result);
  assert.equal(result.code, 1, said);
  assert.equal(result.stdout, '', said);
  assert.match(result.stderr, /^skiff: [^\n]+\n$/, said);
  assert.match(result.stderr, line, said);
  assert.deepEqual(contents(of.root), []);
}

/** A pax or GNU header that says it is of `size` bytes, with a few of them. */
const claiming = (type: string, size: number): Buffer => tar([{ path: 'header', type, size, content: 'x' }]);

describe('an archive that lies about sizes is refused:', () => {
  for (const [what, type] of [
    ['a pax header', 'x'],
    ['a global pax header', 'g'],
    ['a long name', 'L'],
    ['a long link', 'K'],
  ] as const)
    it(`${what} of 1 GB`, () => refused(claiming(type, 1_000_000_000), /an extended header of \d+ bytes is too long/));
  it('a negative size', () => refused(negative(tar([{ path: 'a', content: 'x' }])), /negative size/));
  it('more than there is', () =>
    refused(tar([{ path: 'a', size: 8_000_000_000, content: 'x' }]), /ends in the middle/));
  it('a pax record longer than its header', () => {
    const archive = tar([{ path: 'a', pax: { comment: 'x'.repeat(50) } }]);
    archive.write('999', 512, 'latin1');
    return refused(archive, /a pax record is damaged/);
  });
});

/** The first header's size as -1 in GNU's base-256, with a checksum that fits. */
function negative(archive: Buffer): Buffer {
  archive.fill(0xff, 124, 136);
  archive.fill(' ', 148, 156);
  const sum = archive.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  archive.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return archive;
}

describe('a sparse file whose map lies is refused:', () => {
  const mapped = (map: string, realsize = 100_000, content = 'x'.repeat(512)): TestEntry[] => [
    {
      path: 'GNUSparseFile/f',
      content: Buffer.concat([Buffer.from(map.padEnd(512, '\0')), Buffer.from(content)]),
      pax: {
        'GNU.sparse.major': '1',
        'GNU.sparse.minor': '0',
        'GNU.sparse.name': 'f',
        'GNU.sparse.realsize': String(realsize),
      },
    },
  ];
  const cases: [string, string, number?][] = [
    ['pieces out of order', '2\n4096\n256\n0\n256\n'],
    ['pieces that overlap', '2\n0\n512\n100\n0\n'],
    ['a piece behind the end', '1\n99999\n512\n'],
    ['more content than there is', '1\n0\n4096\n'],
    ['less content than there is', '1\n0\n16\n'],
    ['a million pieces', '1000000\n0\n1\n'],
    ['a map without numbers', 'many\n'],
    ['a map without end', '3\n0\n1\n'],
    ['negative numbers', '1\n-1\n512\n'],
    ['a size beyond numbers', '1\n0\n512\n', 1e30],
  ];
  for (const [what, map, size] of cases)
    it(what, () => refused(tar(mapped(map, size)), /the map of a sparse file|pax .* is not a number/));
});

describe('names that are meant to break something are refused:', () => {
  it('a path of 10,000 folders', () =>
    refused(tar([{ path: `${'d/'.repeat(10_000)}f` }]), /a name of \d+ bytes is too long/));
  it('a whiteout of . and of ..', async () => {
    await refused(tar([{ path: 'd/.wh..' }]), /d\/\.wh\.\.: invalid argument/);
    await refused(tar([{ path: 'd/.wh../', type: '5' }]), /d\/\.wh\.\.: invalid argument/);
    await refused(tar([{ path: 'd/.wh...' }]), /d\/\.wh\.\.\.: invalid argument/);
    await refused(tar([{ path: 'd/.wh.../', type: '5' }]), /d\/\.wh\.\.\.: invalid argument/);
  });
  it('an opaque mark on a file', () =>
    refused(tar([{ path: 'a', content: 'x' }, { path: 'a/.wh..wh..opq' }]), /not a directory/));
  it('a name of 300 bytes', () => refused(tar([{ path: 'n'.repeat(300) }]), /name too long/));
});

describe('folders within folders', () => {
  /** Each entry is as deep as a path may be, from a link on that leads to the end of the one before. */
  const chain = (links: number): TestEntry[] => {
    const deep = 'd/'.repeat(1000);
    return Array.from({ length: links }, (_, at): TestEntry[] => [
      { path: `${at === 0 ? '' : `l${at}/`}${deep}`, type: '5' },
      { path: `l${at + 1}`, type: '2', link: `${at === 0 ? '' : `l${at}/`}${deep.slice(0, -1)}` },
    ]).flat();
  };
  it('are made as deep as a path can be', async () => {
    await store.succeed(['import', '-', 'deep:1'], { input: tar([{ path: `${'d/'.repeat(2000)}f`, content: 'x' }]) });
    await store.succeed(['rmi', 'deep:1']);
    await swept();
  });
  it('are removed even when they are 10,000 deep', async () => {
    await store.succeed(['import', '-', 'deep:2'], { input: tar(chain(10)) });
    await store.succeed(['rmi', 'deep:2']);
    await swept();
  });
  const swept = (): Promise<unknown> =>
    until('the layer is swept', () => readdirSync(join(store.root, 'layers')).length === 0);
});

describe('a bomb', () => {
  const bomb = tar([{ path: 'zeros', content: Buffer.alloc(8_000_000) }]);
  const limit = (bytes: string): Record<string, string> => ({ SKIFF_MAX_LAYER_BYTES: bytes });
  for (const [name, packed] of [
    ['gzip', gzipSync(bomb)],
    ['zstd', zstdCompressSync(bomb)],
  ] as const)
    it(`of ${name} ends at a limit, which the user can raise`, async () => {
      // The limit is the helper's: each needs one of its own.
      await withStore(limit('1000000'), async (limited) => {
        const { code, stderr } = await limited.skiff(['import', '-', 'bomb:1'], {
          input: packed,
          env: limit('1000000'),
        });
        assert.equal(code, 1);
        assert.match(stderr, /^skiff: [^\n]*has too many bytes\n.*raise SKIFF_MAX_LAYER_BYTES/);
        assert.deepEqual(contents(limited.root), []);
      });
      await withStore(limit('9000000'), async (raised) => {
        await raised.succeed(['import', '-', 'bomb:1'], { input: packed, env: limit('9000000') });
      });
    });
});

async function withStore(env: Record<string, string>, work: (own: TestStore) => Promise<void>): Promise<void> {
  const own = new TestStore();
  try {
    await own.succeed(['version'], { env });
    await work(own);
  } finally {
    await own.dispose();
  }
}

describe('a disk that is full', () => {
  it('while a layer is unpacked or its blob is written leaves nothing, and the store works on', async () => {
    const small = new TestStore();
    mkdirSync(small.root, { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16m,mode=700', 'skiff-test', small.root]);
    try {
      const large = (content: Buffer): Buffer => tar([{ path: 'large', content }]);
      await refused(gzipSync(large(Buffer.alloc(40_000_000, 'x'))), /no space left on device/i, small);
      await refused(large(randomBytes(40_000_000)), /no space left on device/i, small);
      await until('what was begun is swept', () => statfsSync(small.root).bfree * 4096 > 15_000_000);
      await small.succeed(['import', '-', 'good:1'], { input: large(randomBytes(4_000_000)) });
      await small.succeed(['rmi', 'good:1']);
    } finally {
      execFileSync('umount', ['--lazy', small.root]);
      await small.dispose();
    }
  });
});

describe('an import from a URL', () => {
  const archive = gzipSync(tar([{ path: 'from-afar', content: 'hello' }]));
  let server: Server;
  let address: string;
  before(async () => {
    server = createServer((request, response) => {
      if (request.url === '/root.tar.gz') response.end(archive);
      else if (request.url === '/moved') response.writeHead(302, { location: '/root.tar.gz' }).end();
      else if (request.url === '/cut')
        response
          .writeHead(200, { 'content-length': archive.length })
          .write(archive.subarray(0, 50), () => response.destroy());
      else response.writeHead(404).end('<html>not here</html>');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  for (const path of ['/root.tar.gz', '/moved'])
    it(`takes what is at ${path}`, async () => {
      const id = await store.succeed(['import', '-c', 'CMD ["/x"]', `${address}${path}`, 'afar:1']);
      assert.match(id, /^sha256:[0-9a-f]{64}$/);
      assert.match(await store.succeed(['history', 'afar:1']), new RegExp(`Imported from ${address}`));
      await store.succeed(['rmi', 'afar:1']);
    });

  it('is refused in one line when it is not there, breaks off, or nobody listens', async () => {
    const refusedUrl = async (url: string, line: RegExp): Promise<void> => {
      const { code, stdout, stderr } = await store.skiff(['import', url, 'bad:1']);
      assert.deepEqual([code, stdout], [1, '']);
      assert.match(stderr, line);
      assert.deepEqual(contents(store.root), []);
    };
    await refusedUrl(`${address}/nosuch`, /^skiff: http:[^\n]*\/nosuch: the server answers 404\n$/);
    await refusedUrl(`${address}/cut`, /^skiff: http:[^\n]*\/cut: [^\n]+\n$/);
    await refusedUrl('http://127.0.0.1:1/x', /^skiff: [^\n]*127\.0\.0\.1:1\/x[^\n]*connection refused\n$/);
    await refusedUrl('https://', /^skiff: [^\n]+\n$/);
  });
});
