import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { dockerArchive } from '../support/image-archive.ts';
import { skiffBinary } from '../support/paths.ts';
import { makeCertificates } from '../support/registry.ts';
import { makeLayer } from '../support/remote-image.ts';
import { TestStore } from '../support/store.ts';
import { tar } from '../support/tar.ts';
import { until } from '../support/wait.ts';

let store: TestStore;
let folder: string;
before(() => {
  store = new TestStore();
  folder = mkdtempSync(join(tmpdir(), 'skiff-sources-'));
});
after(async () => {
  rmSync(folder, { recursive: true });
  await store.dispose();
});

const rootfs = makeLayer([{ path: 'file', content: 'x'.repeat(200_000) }]).tar;

function contents(): string[] {
  return ['images/blobs/sha256', 'images/unpacked', 'layers', 'pins'].flatMap((name) => {
    const path = join(store.root, name);
    return (existsSync(path) ? readdirSync(path) : []).map((one) => `${name}/${one}`);
  });
}

const nothingIsLeft = (): Promise<unknown> =>
  until('nothing is left', () => contents().length === 0).catch(() => assert.deepEqual(contents(), []));

/** One clear line, exit 1, nothing on stdout, and nothing left. */
async function refused(args: string[], line: RegExp): Promise<void> {
  const { code, stdout, stderr } = await store.skiff(args);
  assert.deepEqual([code, stdout], [1, ''], stderr);
  assert.match(stderr, line);
  assert.match(stderr, /^skiff: [^\n]+\n$/);
  await nothingIsLeft();
}

describe('a source', () => {
  it('without an end is given up, and does not fill the disk', async () => {
    for (const command of [['import'], ['load', '-i']]) {
      await refused([...command, '/dev/zero'], /: \/dev\/zero: goes on for more than 67108864 bytes after its end$/m);
      await refused([...command, '/dev/urandom'], /: not a tar archive, or damaged/);
    }
  });

  it('that nothing can be read from says so', async () => {
    await refused(['import', folder], /: is a directory$/m);
    await refused(['import', join(store.runRoot)], /: is a directory$/m);
    const [socket = ''] = readdirSync(store.runRoot);
    const path = join(store.runRoot, socket, 'cli.sock');
    for (const command of [['import'], ['load', '-i']])
      await refused([...command, path], /: nothing can be read there$/m);
  });

  it('that is a named pipe is waited for, by however many', async () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    // More than Node's pool has threads.
    const idle = Array.from({ length: 6 }, (_, index) => {
      const own = join(folder, `idle-${index}`);
      execFileSync('mkfifo', [own]);
      return spawn(skiffBinary, ['import', own], {
        env: { ...process.env, SKIFF_SOCKET: undefined, ...store.env },
        stdio: 'ignore',
      });
    });
    await until(
      'all have begun',
      () => readdirSync(join(store.root, 'pins')).filter((name) => name.endsWith('.json')).length === 6,
    );
    const imported = store.skiff(['import', pipe]);
    writeFileSync(pipe, rootfs);
    const { code, stdout } = await imported;
    assert.deepEqual([code, stdout.length], [0, 'sha256:'.length + 64 + 1]);
    const loaded = store.skiff(['load', '-i', pipe]);
    writeFileSync(pipe, tar(dockerArchive('piped:1', [rootfs])));
    assert.equal((await loaded).stdout, 'Loaded image: piped:1\n');
    const cut = store.skiff(['import', pipe]);
    writeFileSync(pipe, rootfs.subarray(0, 100_000));
    assert.match((await cut).stderr, /pipe: ends in the middle of an entry\n$/);
    const ended = idle.map((child) => new Promise((resolve) => child.once('exit', resolve)));
    for (const child of idle) child.kill('SIGINT');
    await Promise.all(ended);
    await until('nobody waits any more', () => readdirSync(join(store.root, 'pins')).length === 0);
    await store.succeed(['image', 'prune', '-af']);
    await nothingIsLeft();
  });

  it('that is a folder with a named pipe in it is no layout, and nobody waits', async () => {
    const layout = join(folder, 'layout');
    mkdirSync(layout);
    for (const name of ['index.json', 'manifest.json']) execFileSync('mkfifo', [join(layout, name)]);
    const { code, stderr } = await store.skiff(['load', '-i', layout]);
    assert.equal(code, 1);
    assert.match(stderr, /layout: has neither manifest\.json nor index\.json\n/);
  });
});

describe('an address', () => {
  const answers: Record<string, (response: ServerResponse) => void> = {
    '/good': (response) => response.end(rootfs),
    '/moved': (response) => response.writeHead(302, { location: '/good' }).end(),
    '/file': (response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end(),
    '/round': (response) => response.writeHead(302, { location: '/round' }).end(),
    '/nowhere': (response) => response.writeHead(302).end(),
    '/short': (response) => {
      response.writeHead(200, { 'content-length': rootfs.length });
      response.write(rootfs.subarray(0, 100_000), () => response.destroy());
    },
    '/zeros': (response) => {
      const more = (): void => void response.write(Buffer.alloc(1024 * 1024), (error) => (error ? undefined : more()));
      more();
    },
    '/stalls': (response) => {
      response.writeHead(200, { 'content-length': rootfs.length });
      response.write(rootfs.subarray(0, 100_000));
    },
    '/page': (response) => response.end('<html>'.repeat(500)),
    '/broken': (response) => response.writeHead(500).end(),
  };
  const answer = ({ url = '' }: IncomingMessage, response: ServerResponse): void =>
    (answers[url] ?? ((other) => other.writeHead(404).end()))(response);
  const servers: Server[] = [];
  let plain: string;
  let secure: string;
  let authority: string;

  before(async () => {
    const { certificate, key } = makeCertificates(folder);
    authority = join(folder, 'ca.crt');
    const identity = { cert: readFileSync(certificate), key: readFileSync(key) };
    servers.push(createServer(answer), createSecureServer(identity, answer));
    for (const server of servers) await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const [first = 0, second = 0] = servers.map((server) => (server.address() as AddressInfo).port);
    [plain, secure] = [`http://127.0.0.1:${first}`, `https://127.0.0.1:${second}`];
  });
  after(() => {
    for (const server of servers) server.closeAllConnections();
    for (const server of servers) server.close();
  });

  it('is fetched, through redirects, and over TLS from whom somebody vouches for', async () => {
    const env = { SSL_CERT_FILE: authority };
    for (const url of [`${plain}/good`, `${plain}/moved`, `${secure}/good`])
      assert.match(await store.succeed(['import', url], { env }), /^sha256:[0-9a-f]{64}$/);
    await store.succeed(['image', 'prune', '-af']);
    // Loopback needs no certificate as a registry, but here it does.
    await refused(['import', `${secure}/good`], /: failed to verify certificate: [a-z- ]+$/m);
  });

  for (const [path, line] of [
    ['/file', /: redirects to file:$/m],
    ['/round', /: too many redirects$/m],
    ['/nowhere', /: redirects to nowhere$/m],
    ['/short', /\/short: the connection was (lost|reset)$/m],
    ['/zeros', /\/zeros: goes on for more than 67108864 bytes after its end$/m],
    ['/page', /: not a tar archive, or damaged/],
    ['/broken', /\/broken: the server answers 500$/m],
    ['/absent', /\/absent: the server answers 404$/m],
  ] as const)
    it(`that answers so is refused: ${path}`, () => refused(['import', `${plain}${path}`], line));

  it('that stops sending is left at once by who gives up', async () => {
    const env = { ...process.env, SKIFF_SOCKET: undefined, ...store.env };
    const child = spawn(skiffBinary, ['import', `${plain}/stalls`], { env, stdio: 'ignore' });
    await until('some of it has come', () => contents().some((name) => name.endsWith('.tmp')));
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGINT');
    await ended;
    await nothingIsLeft();
  });
});
