import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { dockerArchive, OciArchive } from '../support/image-archive.ts';
import { busyboxRootfs } from '../support/images.ts';
import { makeLayer, type RemoteLayer } from '../support/remote-image.ts';
import type { RunResult } from '../support/run.ts';
import { TestStore } from '../support/store.ts';
import { tar } from '../support/tar.ts';

/** Deepest image that overlayfs makes a root of, by one mount(2). */
const deepest = 127;

describe('an image runs', () => {
  let store: TestStore;
  const base = makeLayer(readFileSync(busyboxRootfs()));
  const file = (content: string): RemoteLayer => makeLayer([{ path: 'file', content }]);
  const gone = makeLayer([{ path: '.wh.file' }]);
  const load = (layers: readonly RemoteLayer[]): Promise<RunResult> => {
    const archive = new OciArchive();
    archive.name('docker.io/library/deep:1', archive.addImage(layers));
    return store.skiff(['load'], { input: archive.tar() });
  };
  const run = (...command: string[]): Promise<string> =>
    store.succeed(['run', '--rm', '--network', 'none', 'deep:1', ...command]);

  before(() => {
    store = new TestStore();
  });
  after(() => store.dispose());

  it('that has the same layer several times: the uppermost counts', async () => {
    const [first, second] = [file('first'), file('second')];
    await load([base, first, second, first]);
    assert.equal(await run('cat', '/file'), 'first');
    await load([base, first, gone, second, gone]);
    assert.equal(await run('sh', '-c', 'ls /file 2>&1 || true'), 'ls: /file: No such file or directory');
    await load([base, first, base]);
    assert.equal(await run('cat', '/file'), 'first');
  });

  it('that has the empty layer several times, as a WORKDIR leaves it, or one of no bytes at all', async () => {
    const [empty, nothing] = [makeLayer(Buffer.alloc(1024)), makeLayer(Buffer.alloc(0), 'none')];
    await load([base, empty, file('x'), empty, nothing, empty, makeLayer(Buffer.alloc(0))]);
    assert.equal(await run('cat', '/file'), 'x');
    const docker = tar(dockerArchive('deep:1', [base.tar, nothing.tar, nothing.tar]));
    assert.equal((await store.skiff(['load'], { input: docker })).code, 0);
    assert.equal(await run('echo', 'up'), 'up');
  });

  it('that was committed again and again without a change', async () => {
    await load([base]);
    for (let time = 0; time < 3; time += 1) {
      await store.succeed(['create', '--name', 'same', 'deep:1', 'sh']);
      await store.succeed(['commit', 'same', 'deep:1']);
      await store.succeed(['rm', 'same']);
    }
    assert.equal(await run('echo', 'up'), 'up');
  });

  it('up to a depth, beyond which it is refused before it is here', async () => {
    const layers = Array.from({ length: deepest }, (_, index) => (index === 0 ? base : file(`layer ${index}`)));
    await load([...layers, ...layers.slice(1)]);
    assert.equal(await run('cat', '/file'), `layer ${deepest - 1}`);
    await store.succeed(['create', '--name', 'full', 'deep:1', 'sh']);
    await store.succeed(['cp', busyboxRootfs(), 'full:/rootfs.tar']);
    const line = new RegExp(`max depth exceeded: ${deepest + 1} layers, ${deepest} are possible\n$`);
    const committed = await store.skiff(['commit', 'full']);
    assert.equal(committed.code, 1);
    assert.match(committed.stderr, line);
    await store.succeed(['rm', 'full']);
    const listed = await store.succeed(['images', '-q', '--no-trunc']);
    const deeper = await load([...layers, file('one more')]);
    assert.deepEqual([deeper.code, deeper.stdout], [1, '']);
    assert.match(deeper.stderr, line);
    assert.equal(await store.succeed(['images', '-q', '--no-trunc']), listed);
  });
});
