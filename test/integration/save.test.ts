import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { writeFile } from '../../runtime-helper/cli/output.ts';
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
  await writeFile(test.engine.saveImages(references, {}, operation), path);
  return path;
}

const layersOf = (image: string): string[] => test.engine.inspectImage(image).layers.map(({ diffId }) => diffId);
const namesIn = (path: string): string[] => execFileSync('tar', ['-tf', path], { encoding: 'utf8' }).trim().split('\n');
const skopeo = (...args: string[]): string =>
  execFileSync('skopeo', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

describe('save', () => {
  it('takes what could be an id or a name for a name', async () => {
    await test.engine.tagImage('base:1', 'cafe:1');
    const list = execFileSync('tar', ['-xOf', await saved(['cafe'], 'cafe.tar'), 'manifest.json'], {
      encoding: 'utf8',
    });
    assert.deepEqual(
      (JSON.parse(list) as { RepoTags: string[] }[]).map(({ RepoTags }) => RepoTags),
      [['cafe:1']],
    );
    await test.engine.removeImage('cafe:1', { force: false }, operation);
  });

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
      const loaded = (await other.engine.loadImages({ path }, {}, operation)).map(({ name }) => name);
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
        assert.deepEqual(await test.engine.loadImages({ path: copy }, {}, operation), [{ name: `copied:${kind}` }]);
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
    assert.throws(
      () => test.engine.saveImages(['base:1', 'nothing:1'], {}, operation),
      /Unable to find image 'nothing:1'/,
    );
    assert.throws(() => test.engine.saveImages(['@host'], {}, operation), /can not be saved/);
  });

  it('keeps what is under way from being collected, and lets go of it', async () => {
    const bytes = test.engine.saveImages(['base:1'], {}, operation)[Symbol.asyncIterator]();
    await bytes.next();
    assert.equal(readdirSync(join(test.root, 'pins')).length, 1);
    await bytes.return?.();
    assert.deepEqual(readdirSync(join(test.root, 'pins')), []);
  });
});

describe('an image for another platform', () => {
  const foreign = process.arch === 'arm64' ? 'linux/amd64' : 'linux/arm64';
  const here = process.arch === 'arm64' ? 'linux/arm64' : 'linux/amd64';
  before(async () => {
    const options = { reference: 'foreign:1', platform: foreign };
    await test.engine.importImage({ path: busyboxRootfs() }, options, operation);
  });

  it('is saved when it is asked for, and refused when it is not the one that was asked for', async () => {
    const path = join(folder, 'foreign.tar');
    await writeFile(test.engine.saveImages(['foreign:1'], { platform: foreign }, operation), path);
    assert.throws(() => test.engine.saveImages(['foreign:1'], { platform: here }, operation), {
      code: 'not-found',
      message: new RegExp(`^docker.io/library/foreign:1: wanted ${here}(/v8)?, actual: ${foreign}(/v8)?$`),
    });
    await assert.rejects(test.engine.loadImages({ path }, { platform: here }, operation), /wanted .* actual: /);
    assert.deepEqual(await test.engine.loadImages({ path }, { platform: foreign }, operation), [{ name: 'foreign:1' }]);
  });

  it('is told of and removed when it is asked for, and only then', async () => {
    const other = { code: 'not-found', message: new RegExp(`wanted ${here}(/v8)?, actual: ${foreign}(/v8)?$`) };
    const { engine } = test;
    assert.throws(() => engine.inspectImage('foreign:1', { platform: here }), other);
    assert.throws(() => engine.imageHistory('foreign:1', { platform: here }), other);
    await assert.rejects(engine.removeImage('foreign:1', { force: false, platform: here }, operation), other);
    assert.equal(engine.inspectImage('foreign:1', { platform: foreign }).architecture, foreign.split('/')[1]);
    assert.equal(engine.imageHistory('foreign:1', { platform: foreign }).length, 1);
    await engine.tagImage('foreign:1', 'foreign:2');
    await engine.removeImage('foreign:2', { force: false, platform: foreign }, operation);
    assert.throws(() => engine.inspectImage('foreign:2'), /Unable to find image/);
  });

  it('is chosen of an index that has several', async () => {
    const layout = await layoutOf(['base:1', 'foreign:1']);
    const load = async (options: { platform?: string }): Promise<[string, string | undefined][]> => {
      const loaded = await test.engine.loadImages({ path: layout }, options, operation);
      return loaded.map(({ name, takenFrom }) => [name, takenFrom]);
    };
    assert.deepEqual(await load({}), [['several:1', undefined]]);
    assert.equal(test.engine.inspectImage('several:1').id, test.engine.inspectImage('base:1').id);
    const holder = test.engine.inspectImage('base:1').id;
    assert.deepEqual(await load({ platform: foreign }), [['several:1', holder]], 'whose name it was is told');
    assert.equal(test.engine.inspectImage('several:1').id, test.engine.inspectImage('foreign:1').id);
    await assert.rejects(load({ platform: 'linux/s390x' }), {
      code: 'not-found',
      message: /no image for linux\/s390x/,
    });
  });
});

/** An OCI layout with one name, of an index of all these images. */
async function layoutOf(images: string[]): Promise<string> {
  const layout = mkdtempSync(join(folder, 'layout-'));
  execFileSync('tar', ['-xf', await saved(images), '-C', layout]);
  const { manifests } = JSON.parse(readFileSync(join(layout, 'index.json'), 'utf8')) as { manifests: object[] };
  const inner = JSON.stringify({ schemaVersion: 2, manifests });
  const hex = createHash('sha256').update(inner).digest('hex');
  writeFileSync(join(layout, 'blobs/sha256', hex), inner);
  const entry = {
    mediaType: 'application/vnd.oci.image.index.v1+json',
    digest: `sha256:${hex}`,
    size: inner.length,
    annotations: { 'org.opencontainers.image.ref.name': 'docker.io/library/several:1' },
  };
  writeFileSync(join(layout, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [entry] }));
  rmSync(join(layout, 'manifest.json'));
  return layout;
}
