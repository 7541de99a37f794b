import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { CancellationTokenSource } from 'vscode-jsonrpc/node';
import { mountPoints } from '../../runtime-helper/container/record.ts';
import type { ProgressStep } from '../../runtime-helper/protocol/index.ts';
import { forwardingProxy } from '../support/forwarding-proxy.ts';
import { HelperWindow } from '../support/helper-window.ts';
import { busyboxRootfs } from '../support/images.ts';
import { OddRegistry } from '../support/odd-registry.ts';
import { TestRegistry } from '../support/registry.ts';
import { addImage, makeLayer } from '../support/remote-image.ts';
import { TestStore } from '../support/store.ts';
import { until } from '../support/wait.ts';

describe('a window', () => {
  const store = new TestStore();
  const home = mkdtempSync(join(tmpdir(), 'skiff-home-'));
  let window: HelperWindow;
  let registry: TestRegistry;
  let odd: OddRegistry;
  const steps = new Map<string, ProgressStep[]>();
  const statuses = (operation: string): string[] => [
    ...new Set((steps.get(operation) ?? []).map(({ status }) => status)),
  ];

  before(async () => {
    [registry, odd] = await Promise.all([TestRegistry.start(), OddRegistry.start()]);
    window = await HelperWindow.open(store, { HOME: home });
    window.client.onProgressed(({ operation, steps: more }) => {
      steps.set(operation, [...(steps.get(operation) ?? []), ...more]);
    });
  });
  after(async () => {
    await window.close();
    await store.dispose();
    await Promise.all([registry.dispose(), odd.dispose()]);
    rmSync(home, { recursive: true, force: true });
  });

  it('imports, tags, pushes, removes and pulls an image, and sees how far it is', async () => {
    const { client } = window;
    const reference = `${registry.host}/box:1`;
    await client.importImage({ path: busyboxRootfs(), reference: 'box' });
    await client.tagImage({ source: 'box', target: reference });
    const pushed = await client.pushImage({ reference, progress: 'push' });
    assert.ok(statuses('push').includes('Pushed'), JSON.stringify(statuses('push')));
    for (const name of ['box', reference]) await client.removeImage({ reference: name });
    const pulled = await client.pullImage({ reference, progress: 'pull' });
    assert.deepEqual([pulled.reference, pulled.digest, pulled.isNew], [reference, pushed.digest, true]);
    assert.ok(statuses('pull').includes('Pull complete'), JSON.stringify(statuses('pull')));
    const { images } = await client.listImages();
    assert.deepEqual(
      images.map(({ references }) => references),
      [[reference]],
    );
    const { steps: history } = await client.imageHistory({ reference });
    assert.equal(history[0]?.id, pulled.id);
    const { document } = await client.inspectImage({ reference });
    assert.equal((document as { Id: string }).Id, pulled.id);
  });

  it("goes through VS Code's proxy, but for what needs none", async () => {
    const asked: string[] = [];
    const proxy = createServer().on('connect', (request, socket) => {
      asked.push(String(request.url));
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const address = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const other = await HelperWindow.open(store, { HOME: home }, { proxy: address, noProxy: ['direct.invalid'] });
    try {
      await assert.rejects(other.client.pullImage({ reference: 'registry.invalid/box:1' }));
      assert.deepEqual([...new Set(asked)], ['registry.invalid:443']);
      await assert.rejects(other.client.pullImage({ reference: 'direct.invalid/box:1' }));
      assert.deepEqual([...new Set(asked)], ['registry.invalid:443']);
    } finally {
      await other.close();
      proxy.closeAllConnections();
      proxy.close();
    }
  });

  it("checks no certificates behind VS Code's proxy when http.proxyStrictSSL is off", async () => {
    const secure = await TestRegistry.start({ tls: true });
    const proxy = await forwardingProxy(secure.host);
    const reference = `${secure.host.replace('127.0.0.1', 'registry.test')}/box:1`;
    const failure = async (proxyStrictSSL?: boolean): Promise<string> => {
      const settings = { proxy: `http://${proxy.host}`, ...(proxyStrictSSL === undefined ? {} : { proxyStrictSSL }) };
      const other = await HelperWindow.open(store, { HOME: home }, settings);
      const failed = await other.client.pullImage({ reference }).catch((error: unknown) => error);
      await other.close();
      return String(failed);
    };
    try {
      assert.match(await failure(), /failed to verify certificate/);
      assert.match(await failure(true), /failed to verify certificate/);
      assert.match(await failure(false), /manifest unknown/);
    } finally {
      proxy.close();
      await secure.dispose();
    }
  });

  it('runs what is not here', async () => {
    const { client } = window;
    const reference = `${registry.host}/box:1`;
    await client.removeImage({ reference });
    const { id } = await client.runContainer({ image: reference, command: ['true'], network: 'none', progress: 'run' });
    assert.ok(statuses('run').includes('Pull complete'));
    await client.removeContainer({ id, force: true });
    const { deleted, reclaimedBytes } = await client.pruneImages({ all: true });
    assert.equal(deleted.length, 2);
    assert.ok(reclaimedBytes > 1_000_000);
  });

  it('cancels a pull, which leaves nothing', async () => {
    const layer = makeLayer([{ path: 'file', content: randomBytes(1_000_000).toString('hex') }]);
    addImage(odd, '1', [layer]);
    odd.oddity = ({ url }, response) => {
      if (!url?.endsWith(layer.digest)) return false;
      response.writeHead(200, { 'content-length': layer.blob.length });
      response.write(layer.blob.subarray(0, 500_000));
      return true;
    };
    const source = new CancellationTokenSource();
    const pulling = window.client.pullImage({ reference: `${odd.host}/a:1`, progress: 'slow' }, source.token);
    await until('bytes have come', () => (steps.get('slow') ?? []).some(({ current = 0 }) => current > 0));
    source.cancel();
    await assert.rejects(pulling, { code: 'canceled' });
    const left = ['images/blobs/sha256', 'layers', 'pins'].flatMap((folder) => readdirSync(join(store.root, folder)));
    assert.deepEqual(
      left.filter((name) => !name.startsWith('.gone-') && name !== mountPoints),
      [],
    );
  });

  it('logs in where Docker would, and hears why it may not', async () => {
    const guarded = await TestRegistry.start({ user: { name: 'me', password: 'secret' } });
    try {
      const login = { registry: guarded.host, username: 'me' };
      await assert.rejects(window.client.login({ ...login, password: 'wrong' }), { code: 'permission-denied' });
      const { file = '' } = await window.client.login({ ...login, password: 'secret' });
      assert.equal(file, join(home, '.docker/config.json'));
      assert.ok(existsSync(file));
      assert.deepEqual(await window.client.logout({ registry: guarded.host }), { wasLoggedIn: true });
    } finally {
      await guarded.dispose();
    }
  });

  it('brings a login along with a request, which nobody keeps', async () => {
    const { client } = window;
    const guarded = await TestRegistry.start({ user: { name: 'me', password: 'secret' } });
    try {
      const login = { registry: guarded.host, username: 'me', password: 'secret' };
      const reference = `${guarded.host}/box:1`;
      await assert.rejects(client.login({ ...login, password: 'wrong', keep: false }), { code: 'permission-denied' });
      assert.deepEqual(await client.login({ ...login, keep: false }), {});
      await client.importImage({ path: busyboxRootfs(), reference });
      await assert.rejects(client.pushImage({ reference }), { code: 'permission-denied', message: /'skiff login'/ });
      const another = { ...login, registry: 'docker.io' };
      await assert.rejects(client.pushImage({ reference, login: another }), { code: 'permission-denied' });
      await client.pushImage({ reference, login });
      await client.removeImage({ reference });
      await assert.rejects(client.pullImage({ reference }), { code: 'permission-denied', message: /'skiff login'/ });
      assert.equal((await client.pullImage({ reference, login })).reference, reference);
      await client.removeImage({ reference });
      assert.equal(readFileSync(join(home, '.docker/config.json'), 'utf8').includes(guarded.host), false);
    } finally {
      await guarded.dispose();
    }
  });

  it('saves images to a file, and sees how far it is', async () => {
    const { client } = window;
    const path = join(home, 'saved.tar');
    await client.importImage({ path: busyboxRootfs(), reference: 'box' });
    await client.saveImages({ references: ['box'], path, progress: 'save' });
    const { current, total } = steps.get('save')?.at(-1) ?? {};
    assert.ok(current !== undefined && current > 1_000_000 && current === total, `${current} of ${total}`);
    await client.removeImage({ reference: 'box' });
    assert.deepEqual(await client.loadImages({ path }), { references: ['box:latest'] });
    await assert.rejects(client.saveImages({ references: ['nosuch'], path: join(home, 'no.tar') }), {
      code: 'not-found',
    });
    assert.equal(existsSync(join(home, 'no.tar')), false);
    await client.removeImage({ reference: 'box' });
  });
});
