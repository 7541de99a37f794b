import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { busyboxRootfs } from '../support/images.ts';
import { TestStore } from '../support/store.ts';

describe('ps --filter', () => {
  let store: TestStore;
  before(async () => {
    store = new TestStore();
    await store.succeed(['import', busyboxRootfs(), 'base']);
    await store.succeed(['network', 'create', 'back']);
    await start('first', 'base', '-p', '127.0.0.1::80', '--expose', '90/udp');
    await start('second', 'base', '--network', 'back', '-v', 'data:/data', '-v', '/tmp:/host');
    await store.succeed(['exec', 'first', 'touch', '/made']);
    await store.succeed(['commit', 'first', 'child']);
    await start('third', 'child', '--label', 'tier=web');
  });
  after(() => store.dispose());

  const start = (name: string, image: string, ...options: string[]): Promise<string> =>
    store.succeed(['run', '-d', '--name', name, ...options, image, 'sleep', '1000']);
  const names = async (...filters: string[]): Promise<string[]> => {
    const words = filters.flatMap((filter) => ['--filter', filter]);
    return (await store.succeed(['ps', ...words, '--format', '{{.Names}}'])).split('\n').filter(Boolean).toSorted();
  };

  it('finds by ports that are published on this machine, and by those of the container', async () => {
    const port = (await store.succeed(['port', 'first', '80'])).split(':')[1] ?? '';
    assert.deepEqual(await names(`publish=${port}`), ['first']);
    assert.deepEqual(await names(`publish=${port}/udp`), []);
    // A committed image exposes what its container did.
    assert.deepEqual(await names('expose=80'), ['first', 'third']);
    assert.deepEqual(await names('expose=85-95/udp'), ['first', 'third']);
    assert.deepEqual(await names('publish=80'), []);
    const { code, stderr } = await store.skiff(['ps', '--filter', 'publish=90-80']);
    assert.equal(code, 1);
    assert.match(stderr, /invalid filter 'publish=90-80'/);
  });

  it('finds by networks and volumes, by whatever they are called', async () => {
    const id = await store.succeed(['network', 'inspect', '-f', '{{.Id}}', 'back']);
    for (const network of ['back', id, id.slice(0, 12)])
      assert.deepEqual(await names(`network=${network}`), ['second']);
    for (const volume of ['data', '/data', '/tmp', '/host'])
      assert.deepEqual(await names(`volume=${volume}`), ['second']);
  });

  it('finds by an image, and by one that the container’s was made of', async () => {
    const id = await store.succeed(['inspect', '-f', '{{.Id}}', 'base']);
    for (const image of ['base', 'base:latest', id, id.slice(7, 19)])
      assert.deepEqual(await names(`ancestor=${image}`), ['first', 'second', 'third']);
    assert.deepEqual(await names('ancestor=child'), ['third']);
    assert.deepEqual(await names('ancestor=no-such'), []);
  });

  it('finds those that were made before one, after one, or between two', async () => {
    assert.deepEqual(await names('before=third'), ['first', 'second']);
    assert.deepEqual(await names('since=first'), ['second', 'third']);
    assert.deepEqual(await names('since=first', 'before=third'), ['second']);
    assert.deepEqual(await names('since=first', 'label=tier=web'), ['third']);
  });
});
