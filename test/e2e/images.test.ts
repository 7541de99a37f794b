import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { HelperWindow } from '../support/helper-window.ts';
import { busyboxRootfs } from '../support/images.ts';
import { OddRegistry } from '../support/odd-registry.ts';
import { skiffBinary } from '../support/paths.ts';
import { TestRegistry } from '../support/registry.ts';
import { addImage, makeLayer } from '../support/remote-image.ts';
import { TestStore } from '../support/store.ts';
import { until } from '../support/wait.ts';

/** Ids, digests, ports and times change with each run. */
function masked(text: string): string {
  return text
    .replaceAll(/127\.0\.0\.1:\d+/g, 'HOST')
    .replaceAll(/sha256:[0-9a-f]{64}/g, 'DIGEST')
    .replaceAll(/\b[0-9a-f]{12}\b/g, 'ID')
    .replaceAll(/size: \d+/g, 'size: N');
}

const lines = (text: string): string[] => masked(text).trimEnd().split('\n');

describe('images from a registry, on the command line', () => {
  let store: TestStore;
  let registry: TestRegistry;
  let home: string;
  const skiff = (...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> =>
    store.skiff(args, { env: { HOME: home } });

  before(async () => {
    home = mkdtempSync(join(tmpdir(), 'skiff-home-'));
    store = new TestStore();
    registry = await TestRegistry.start();
    const imported = await store.skiff(['import', '-', `${registry.host}/box:1`], {
      input: gzipSync(readFileSync(busyboxRootfs())),
    });
    assert.equal(imported.code, 0, imported.stderr);
  });

  after(async () => {
    await store.dispose();
    await registry.dispose();
    rmSync(home, { recursive: true, force: true });
  });

  it('are pushed, removed, and pulled again, in the words of Docker', async () => {
    const name = `${registry.host}/box`;
    const pushed = await skiff('push', `${name}:1`);
    assert.deepEqual(lines(pushed.stdout), [
      'The push refers to repository [HOST/box]',
      'ID: Preparing',
      'ID: Pushed',
      '1: digest: DIGEST size: N',
    ]);
    assert.equal((await skiff('tag', `${name}:1`, `${registry.host}/team/box`)).code, 0);
    const mounted = await skiff('push', `${registry.host}/team/box`);
    assert.deepEqual(lines(mounted.stdout), [
      'Using default tag: latest',
      'The push refers to repository [HOST/team/box]',
      'ID: Preparing',
      'ID: Mounted from box',
      'latest: digest: DIGEST size: N',
    ]);
    const untagged = await skiff('rmi', '--no-prune', `${registry.host}/team/box`);
    assert.deepEqual(lines(untagged.stdout), ['Untagged: HOST/team/box:latest', 'Untagged: HOST/team/box@DIGEST']);
    const removed = await skiff('rmi', '--no-prune', `${name}:1`);
    assert.deepEqual(lines(removed.stdout), [
      'Untagged: HOST/box:1',
      'Untagged: HOST/box@DIGEST',
      'Deleted: DIGEST',
      'Deleted: DIGEST',
    ]);
    const pulled = await skiff('pull', `${name}:1`);
    assert.deepEqual(lines(pulled.stdout), [
      '1: Pulling from box',
      'ID: Pulling fs layer',
      'ID: Download complete',
      'ID: Pull complete',
      'Digest: DIGEST',
      'Status: Downloaded newer image for HOST/box:1',
      'HOST/box:1',
    ]);
    const again = await skiff('pull', `${name}:1`);
    assert.deepEqual(lines(again.stdout), [
      '1: Pulling from box',
      'Digest: DIGEST',
      'Status: Image is up to date for HOST/box:1',
      'HOST/box:1',
    ]);
    assert.equal((await skiff('pull', '-q', `${name}:1`)).stdout, `${name}:1\n`);
    const all = await skiff('pull', '-a', '-q', name);
    assert.deepEqual([all.code, all.stdout], [0, `${name}:1\n`]);
    assert.equal((await skiff('tag', `${name}:1`, `${name}:2`)).code, 0);
    const both = await skiff('push', '-a', name);
    assert.deepEqual(
      lines(both.stdout).filter((line) => line.includes('digest')),
      ['1: digest: DIGEST size: N', '2: digest: DIGEST size: N'],
    );
    assert.equal((await skiff('rmi', `${name}:2`)).code, 0);
  });

  it('are pulled by run when they are missing, on stderr, or with --pull always', async () => {
    const name = `${registry.host}/team/box:latest`;
    const ran = await skiff('run', '--rm', '--network', 'none', name, '/bin/echo', 'hello');
    assert.deepEqual([ran.code, ran.stdout], [0, 'hello\n']);
    assert.deepEqual(lines(ran.stderr), [
      "Unable to find image 'HOST/team/box:latest' locally",
      'latest: Pulling from team/box',
      'Digest: DIGEST',
      'Status: Downloaded newer image for HOST/team/box:latest',
    ]);
    const always = await skiff('run', '--rm', '--network', 'none', '--pull', 'always', name, '/bin/true');
    assert.match(always.stderr, /Status: Image is up to date/);
    const quiet = await skiff('run', '--rm', '-q', '--network', 'none', '--pull', 'always', name, '/bin/true');
    assert.deepEqual([quiet.code, quiet.stderr], [0, '']);
    const never = await skiff('run', '--pull', 'never', `${registry.host}/other`, 'true');
    assert.equal(never.code, 125);
    assert.match(never.stderr, /^skiff: Unable to find image '127\.0\.0\.1:\d+\/other:latest' locally\n/);
    const unknown = await skiff('run', `${registry.host}/other`, 'true');
    assert.equal(unknown.code, 125);
    assert.deepEqual(lines(unknown.stderr), [
      "Unable to find image 'HOST/other:latest' locally",
      'skiff: manifest for HOST/other:latest not found: manifest unknown: manifest unknown',
    ]);
  });

  it('are listed, filtered, inspected and told the history of', async () => {
    const name = `${registry.host}/box`;
    const table = lines((await skiff('images', '--digests', name)).stdout);
    assert.match(table[0] ?? '', /^REPOSITORY +TAG +DIGEST +IMAGE ID +CREATED +SIZE$/);
    assert.match(table[1] ?? '', /^HOST\/box +1 +DIGEST +ID +\S.* ago +[\d.]+MB$/);
    assert.equal(table.length, 2);
    const rows = async (...args: string[]): Promise<string> =>
      masked((await skiff('images', '--format', '{{.Repository}}:{{.Tag}}', ...args)).stdout);
    assert.equal(await rows('-f', 'reference=*/box'), 'HOST/box:1\n');
    assert.equal(await rows('-f', 'reference=*/box:2'), '');
    assert.equal(await rows('-f', 'dangling=true'), '');
    assert.equal(await rows('-f', 'label=none'), '');
    assert.equal(await rows('-f', 'until=1h'), '');
    assert.match((await skiff('images', '-f', 'what=1')).stderr, /^skiff: invalid filter 'what'\n$/);
    const [image] = JSON.parse((await skiff('image', 'inspect', `${name}:1`)).stdout) as [Record<string, unknown>];
    assert.deepEqual(image['RepoTags'], [`${name}:1`, `${registry.host}/team/box:latest`]);
    assert.equal(image['Os'], 'linux');
    assert.equal((image['RootFS'] as { Layers: string[] }).Layers.length, 1);
    assert.equal(
      (await skiff('image', 'inspect', '-f', '{{.Os}} {{len .RepoDigests}}', `${name}:1`)).stdout,
      'linux 2\n',
    );
    const missing = await skiff('image', 'inspect', 'nope');
    assert.deepEqual([missing.code, missing.stdout, missing.stderr], [1, '[]\n', 'skiff: no such image: nope\n']);
    const history = lines((await skiff('history', `${name}:1`)).stdout);
    assert.match(history[0] ?? '', /^IMAGE +CREATED +CREATED BY +SIZE +COMMENT$/);
    assert.match(history[1] ?? '', /^ID +\S.* ago +.*import.* +[\d.]+MB/);
    assert.equal((await skiff('history', '-q', '--no-trunc', `${name}:1`)).stdout, `${String(image['Id'])}\n`);
  });

  it('are read by skopeo and umoci where they lie, and read from where skopeo put them', async () => {
    const layout = join(store.root, 'images');
    const name = `${registry.host}/box:1`;
    const seen = JSON.parse(execFileSync('skopeo', ['inspect', `oci:${layout}:${name}`], { encoding: 'utf8' })) as {
      Layers: string[];
    };
    assert.equal(seen.Layers.length, 1);
    assert.match(execFileSync('umoci', ['ls', '--layout', layout], { encoding: 'utf8' }), new RegExp(`^${name}$`, 'm'));
    const copy = [
      'copy',
      '--quiet',
      '--dest-tls-verify=false',
      `oci:${layout}:${name}`,
      `docker://${registry.host}/copied:1`,
    ];
    // skopeo compresses anew, and makes Docker's manifest of it.
    execFileSync('skopeo', [...copy, '--format', 'v2s2']);
    const pulled = await skiff('run', '--rm', '--network', 'none', `${registry.host}/copied:1`, 'echo', 'from skopeo');
    assert.deepEqual([pulled.code, pulled.stdout], [0, 'from skopeo\n']);
    assert.equal((await skiff('rmi', `${registry.host}/copied:1`)).code, 0);
  });

  it('that a container was made of are not removed, and are named in the refusal', async () => {
    const name = `${registry.host}/box:1`;
    assert.equal((await skiff('rmi', `${registry.host}/team/box`)).code, 0);
    assert.equal((await skiff('create', '--name', 'user', name)).code, 1, 'it has no command');
    assert.equal((await skiff('create', '--name', 'user', name, 'sh')).code, 0);
    const refused = await skiff('rmi', name);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /container user \([0-9a-f]{12}\) is using its image/);
    const kept = await skiff('image', 'prune', '-a', '-f');
    assert.deepEqual([kept.code, kept.stdout], [0, 'Total reclaimed space: 0B\n']);
    assert.equal((await skiff('rm', 'user')).code, 0);
    const asked = await store.skiff(['image', 'prune', '-a'], { input: 'n\n' });
    assert.equal(
      asked.stdout,
      'WARNING! This will remove all images without at least one container associated to them.\nAre you sure you want to continue? [y/N] ',
    );
    const pruned = await store.skiff(['image', 'prune', '-a'], { input: 'y\n' });
    assert.match(
      masked(pruned.stdout),
      /Deleted Images:\nuntagged: HOST\/box:1\nuntagged: HOST\/box@DIGEST\ndeleted: DIGEST\ndeleted: DIGEST\n\nTotal reclaimed space: [\d.]+MB\n$/,
    );
    assert.equal((await skiff('images', '-q')).stdout, '');
  });

  it('that are not there, and registries that are none, get one clear line', async () => {
    const said = async (...args: string[]): Promise<string> => {
      const { code, stderr } = await skiff(...args);
      assert.equal(code, 1);
      return masked(stderr);
    };
    assert.equal(
      await said('push', `${registry.host}/nope`),
      'skiff: An image does not exist locally with the tag: HOST/nope\n',
    );
    assert.match(await said('pull', '127.0.0.1:1/a'), /^skiff: Get "https:\/\/HOST\/v2\/": connection refused\n$/);
    assert.match(
      await said('pull', 'upper/Case'),
      /^skiff: invalid reference format: repository name \(upper\/Case\) must be lowercase\n$/,
    );
    assert.match(await said('tag', 'nope', 'other'), /^skiff: Unable to find image 'nope:latest' locally\n/);
    assert.match(await said('tag', 'nope', `sha256:${'0'.repeat(64)}`), /^skiff: refusing to create an ambiguous tag/);
    assert.match(await said('tag', 'nope', `other@sha256:${'0'.repeat(64)}`), /^skiff: refusing to create a tag with/);
    assert.match(
      await said('pull', '--platform', 'a/b/c/d', `${registry.host}/box`),
      /is an invalid OS component or platform/,
    );
  });
});

describe('a registry that wants to know who it is', () => {
  it('is logged in to, pushed to, and out of', async () => {
    const store = new TestStore();
    const home = mkdtempSync(join(tmpdir(), 'skiff-home-'));
    const registry = await TestRegistry.start({ tls: true, user: { name: 'me', password: 'secret' } });
    const env = { HOME: home, SSL_CERT_FILE: registry.caPath };
    const skiff = (args: string[], input?: string): Promise<{ code: number; stdout: string; stderr: string }> =>
      store.skiff(args, { env, ...(input === undefined ? {} : { input }) });
    try {
      const name = `${registry.host}/private:1`;
      assert.equal((await skiff(['import', busyboxRootfs(), name])).code, 0);
      const denied = await skiff(['push', name]);
      assert.equal(denied.code, 1);
      assert.match(denied.stderr, /^skiff: push access denied for .*\/private, it may require 'skiff login'/);
      const wrong = await skiff(['login', '-u', 'me', '--password-stdin', registry.host], 'wrong\n');
      assert.deepEqual(
        [wrong.code, masked(wrong.stderr)],
        [1, 'skiff: login attempt to https://HOST/v2/ failed with status: 401 Unauthorized\n'],
      );
      const login = await skiff(['login', '-u', 'me', '--password-stdin', registry.host], 'secret\n');
      assert.deepEqual([login.code, login.stdout], [0, 'Login Succeeded\n']);
      assert.match(login.stderr, /WARNING! Your credentials are stored unencrypted in '.*\.docker\/config\.json'/);
      assert.equal((await skiff(['push', '-q', name])).stdout, `${name}\n`);
      assert.equal((await skiff(['rmi', name])).code, 0);
      assert.equal((await skiff(['pull', '-q', name])).stdout, `${name}\n`);
      assert.equal(
        (await skiff(['logout', registry.host])).stdout,
        `Removing login credentials for ${registry.host}\n`,
      );
      assert.equal((await skiff(['logout', registry.host])).stdout, `Not logged in to ${registry.host}\n`);
      const out = await skiff(['pull', name]);
      assert.match(out.stderr, /^skiff: pull access denied for /);
      const prompt = await skiff(['login', registry.host], '');
      assert.equal(prompt.stderr, 'skiff: cannot perform an interactive login from a non-TTY device\n');
    } finally {
      await store.dispose();
      await registry.dispose();
      rmSync(home, { recursive: true, force: true });
    }
  });
});

describe('helpers of one store', () => {
  const store = new TestStore();
  let registry: OddRegistry;
  const layer = makeLayer([
    { path: 'bin/', type: '5' },
    { path: 'bin/file', content: randomBytes(500_000).toString('hex') },
  ]);
  /** Lets the rest of the blob go. */
  let release: () => void;
  let asked = 0;

  beforeEach(async () => {
    registry = await OddRegistry.start();
    addImage(registry, '1', [layer]);
    const released = new Promise<void>((resolve) => (release = resolve));
    asked = 0;
    registry.oddity = ({ url }, response) => {
      if (!url?.endsWith(layer.digest)) return false;
      asked += 1;
      response.writeHead(200, { 'content-length': layer.blob.length });
      response.write(layer.blob.subarray(0, 300_000));
      void released.then(() => response.end(layer.blob.subarray(300_000)));
      return true;
    };
  });
  afterEach(async () => {
    release();
    await registry.dispose();
  });
  after(() => store.dispose());

  /** A helper of its own, which pulls. */
  const puller = async (): Promise<{ window: HelperWindow; pulled: Promise<unknown> }> => {
    const window = await HelperWindow.open(store);
    return { window, pulled: window.client.pullImage({ reference: `${registry.host}/a:1` }) };
  };

  it('fetch a layer once that both want', async () => {
    const first = await puller();
    await until('the first one fetches', () => asked === 1);
    const second = await puller();
    await until('the second one has said what it needs', () => readdirSync(join(store.root, 'pins')).length >= 3);
    release();
    await Promise.all([first.pulled, second.pulled]);
    assert.equal(asked, 1);
    await Promise.all([first.window.close(), second.window.close()]);
    assert.equal((await store.skiff(['rmi', `${registry.host}/a:1`])).code, 0);
  });

  it('go on where another one was killed, and sweep what it left', async () => {
    const first = await puller();
    const failed = assert.rejects(first.pulled);
    const scraps = (): string[] =>
      readdirSync(join(store.root, 'images/blobs/sha256')).filter((name) => name.endsWith('.tmp'));
    // It may have asked, and not yet written: then it leaves nothing.
    await until('the first one fetches and writes', () => asked === 1 && scraps().length === 1);
    const second = await puller();
    await until('the second one waits', () => readdirSync(join(store.root, 'pins')).length >= 3);
    first.window.helper.child.kill('SIGKILL');
    await first.window.helper.exited;
    first.window.connection.dispose();
    await failed;
    release();
    await second.pulled;
    assert.equal(asked, 2);
    // Whichever helper sweeps first takes what the killed one left.
    assert.equal((await store.skiff(['image', 'prune', '-a', '-f'])).code, 0);
    assert.deepEqual(readdirSync(join(store.root, 'images/blobs/sha256')), []);
    assert.deepEqual(readdirSync(join(store.root, 'pins')), []);
    await second.window.close();
  });

  it("take nothing that another one's pull has brought or found", async () => {
    const [brought, found] = ['brought', 'found'].map((name) => makeLayer([{ path: name, content: name }]));
    assert.ok(brought && found);
    addImage(registry, '1', [found, brought, layer]);
    addImage(registry, 'before', [found]);
    const old = `${registry.host}/a:before`;
    await store.succeed(['pull', '-q', old]);
    const { window, pulled } = await puller();
    const has = ({ diffId }: { diffId: string }): boolean =>
      existsSync(join(store.root, 'layers', diffId.replace('sha256:', '')));
    await until('one layer is here, and another one on its way', () => asked === 1 && has(brought));
    // By the command line's helper: as an image that nobody needs, and by its name.
    assert.match(await store.succeed(['image', 'prune', '-a', '-f']), /Deleted Images:/);
    assert.match((await store.skiff(['rmi', old])).stderr, /Unable to find image/);
    assert.deepEqual([has(brought), has(found)], [true, true]);
    release();
    await pulled;
    const fetched = ({ digest }: { digest: string }): number =>
      registry.requests.filter(({ line }) => line.endsWith(digest)).length;
    assert.deepEqual([fetched(brought), fetched(found)], [1, 1]);
    await window.close();
    await store.succeed(['image', 'prune', '-a', '-f']);
    assert.deepEqual(readdirSync(join(store.root, 'images/blobs/sha256')), []);
  });

  it('leave nothing when the front of a pull is killed', async () => {
    const env = { ...process.env, SKIFF_SOCKET: undefined, ...store.env };
    const front = spawn(skiffBinary, ['pull', `${registry.host}/a:1`], { env, stdio: 'ignore' });
    await until('the layer is fetched', () => asked === 1);
    front.kill('SIGKILL');
    const left = (): string[] =>
      ['images/blobs/sha256', 'layers', 'pins'].flatMap((folder) => readdirSync(join(store.root, folder)));
    await until('nothing is left', () => left().every((name) => name.startsWith('.gone-')));
    assert.equal((await store.skiff(['images', '-q'])).stdout, '');
  });
});
