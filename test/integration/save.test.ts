import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createWriteStream, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { after, before, describe, it } from 'node:test';
import { containerOptions, operation, runToEnd, testEngine, type TestEngine } from '../support/engine.ts';
import { busyboxRootfs } from '../support/images.ts';

let test: TestEngine;
let folder: string;
before(async () => {
  test = await testEngine();
  folder = mkdtempSync(join(tmpdir(), 'skiff-save-'));
  await test.engine.importImage({ path: busyboxRootfs() }, { reference: 'base:1' }, operation);
  const made = await runToEnd(
    test.engine,
    containerOptions({ image: 'base:1', command: ['sh', '-c', 'echo two > /file; rm /etc/group'], network: 'none' }),
  );
  const options = { reference: 'made:2', changes: ['CMD ["cat", "/file"]'], message: 'second', pause: false };
  await test.engine.commitContainer(made.container.id, options, operation);
  await test.engine.tagImage('made:2', 'localhost:5000/team/made:latest');
  await test.engine.removeContainer(made.container.id, { force: true }, operation);
});
after(async () => {
  await test.dispose();
  rmSync(folder, { recursive: true, force: true });
});

async function saved(references: string[], name = 'saved.tar'): Promise<string> {
  const path = join(folder, name);
  await pipeline(test.engine.saveImages(references, operation), createWriteStream(path));
  return path;
}

const layersOf = (image: string): string[] => test.engine.inspectImage(image).layers.map(({ diffId }) => diffId);
const namesIn = (path: string): string[] => execFileSync('tar', ['-tf', path], { encoding: 'utf8' }).trim().split('\n');
const skopeo = (...args: string[]): string =>
  execFileSync('skopeo', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

describe('save', () => {
  it('has each blob once, and gives the same bytes each time', async () => {
    const path = await saved(['base:1', 'made:2', 'localhost:5000/team/made']);
    const blobs = namesIn(path).filter((name) => /^blobs\/sha256\/./.test(name));
    // Two layers, two configs, two manifests.
    assert.equal(blobs.length, 6);
    assert.equal(new Set(blobs).size, 6);
    const again = await saved(['base:1', 'made:2', 'localhost:5000/team/made'], 'again.tar');
    assert.ok(readFileSync(again).equals(readFileSync(path)));
  });

  it('is read back with the same ids, names and history', async () => {
    const path = await saved(['made:2', 'localhost:5000/team/made', 'base:1']);
    const { id } = test.engine.inspectImage('made:2');
    const history = test.engine.imageHistory('made:2');
    const other = await testEngine();
    try {
      const loaded = await other.engine.loadImages({ path }, operation);
      assert.deepEqual(loaded.toSorted(), ['base:1', 'localhost:5000/team/made:latest', 'made:2']);
      assert.equal(other.engine.inspectImage('localhost:5000/team/made').id, id);
      assert.deepEqual(other.engine.imageHistory('made:2'), history);
      const { stdout } = await runToEnd(
        other.engine,
        containerOptions({ image: 'made:2', command: [], network: 'none' }),
      );
      assert.equal(stdout, 'two\n');
    } finally {
      await other.dispose();
    }
  });

  it('is an archive of docker save and an OCI archive to skopeo, whose own are read', async () => {
    const path = await saved(['made:2', 'base:1']);
    const tags = JSON.parse(skopeo('list-tags', `docker-archive:${path}`)) as { Tags: string[] };
    assert.deepEqual(tags.Tags.toSorted(), ['base:1', 'made:2']);
    const layers = layersOf('made:2');
    for (const [kind, source] of Object.entries({
      docker: `docker-archive:${path}:made:2`,
      oci: `oci-archive:${path}:docker.io/library/made:2`,
    })) {
      for (const target of ['docker-archive', 'oci-archive'] as const) {
        const copy = join(folder, `${kind}-${target}.tar`);
        skopeo('copy', '--insecure-policy', source, `${target}:${copy}:docker.io/library/copied:${kind}`);
        assert.deepEqual(await test.engine.loadImages({ path: copy }, operation), [`copied:${kind}`]);
        // skopeo writes configs anew when it changes their format.
        assert.deepEqual(layersOf(`copied:${kind}`), layers);
        await test.engine.removeImage(`copied:${kind}`, { force: false }, operation);
      }
    }
  });

  it('of an id brings no name', async () => {
    const path = await saved([test.engine.inspectImage('made:2').id]);
    const manifest = JSON.parse(execFileSync('tar', ['-xOf', path, 'manifest.json'], { encoding: 'utf8' })) as object[];
    assert.deepEqual(
      manifest.map((image) => (image as { RepoTags: string[] }).RepoTags),
      [[]],
    );
  });

  it('of an image that is not there, or of @host, fails before anything is written', () => {
    assert.throws(() => test.engine.saveImages(['base:1', 'nothing:1'], operation), /Unable to find image 'nothing:1'/);
    assert.throws(() => test.engine.saveImages(['@host'], operation), /can not be saved/);
  });

  it('keeps what is under way from being collected, and lets go of it', async () => {
    const bytes = test.engine.saveImages(['base:1'], operation)[Symbol.asyncIterator]();
    await bytes.next();
    assert.equal(readdirSync(join(test.root, 'pins')).length, 1);
    await bytes.return?.();
    assert.deepEqual(readdirSync(join(test.root, 'pins')), []);
  });
});
