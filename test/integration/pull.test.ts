import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { PulledImage } from '../../runtime-helper/engine/index.ts';
import type { Progress } from '../../runtime-helper/lib/operation.ts';
import { operation, testEngine, type TestEngine } from '../support/engine.ts';
import { breakAfter, OddRegistry, sendBlob, type Oddity } from '../support/odd-registry.ts';
import { addImage, makeLayer, type RemoteLayer } from '../support/remote-image.ts';
import { until } from '../support/wait.ts';

let test: TestEngine;
let registry: OddRegistry;

before(async () => {
  test = await testEngine();
});
after(() => test.dispose());
beforeEach(async () => {
  registry = await OddRegistry.start();
});
afterEach(async () => {
  for (const { id } of test.engine.listImages()) await test.engine.removeImage(id, { force: true }, operation);
  await registry.dispose();
  assert.deepEqual(contents(), [], 'the store is as empty as before');
});

const access = { env: { HOME: '/nonexistent', SKIFF_REGISTRIES: '/nonexistent' }, insecure: [] };

/** Blobs, layers, pins and locks: all that a pull can leave. */
function contents(): string[] {
  return ['images/blobs/sha256', 'layers', 'pins', 'images/unpacked'].flatMap((folder) => {
    const path = join(test.root, folder);
    const names = existsSync(path) ? readdirSync(path) : [];
    // What was removed is swept when nobody waits.
    return names.filter((name) => !name.startsWith('.gone-')).map((name) => `${folder}/${name}`);
  });
}

const pull = (
  name = 'a:1',
  more: { signal?: AbortSignal; report?: (progress: Progress) => void; platform?: string } = {},
): Promise<PulledImage> => {
  const { platform, ...own } = more;
  return test.engine.pullImage(
    `${registry.host}/${name}`,
    { access, ...(platform === undefined ? {} : { platform }) },
    { ...operation, ...own },
  );
};

const layer = (name: string, size = 100_000, compression: 'gzip' | 'zstd' | 'none' = 'gzip'): RemoteLayer =>
  makeLayer(
    [
      { path: `${name}/`, type: '5' },
      { path: `${name}/file`, content: randomBytes(size).toString('hex') },
    ],
    compression,
  );

const fileOf = ({ diffId }: RemoteLayer, path: string): string =>
  readFileSync(join(test.root, 'layers', diffId.slice(7), 'diff', path), 'latin1');

const fetches = ({ digest }: RemoteLayer): number =>
  registry.requests.filter(({ line }) => line.endsWith(digest)).length;

describe('a pull', () => {
  it("brings layers in all compressions, and says so in Docker's words", async () => {
    const layers = [layer('one'), layer('two', 100_000, 'zstd'), layer('three', 100_000, 'none')];
    const digest = addImage(registry, '1', layers);
    const said: string[] = [];
    const pulled = await pull('a:1', {
      report: ({ id, status }) => said.push(`${id}: ${status}`),
    });
    assert.deepEqual(
      { ...pulled, id: '' },
      { id: '', reference: `${registry.host}/a:1`, name: `${registry.host}/a:1`, digest, isNew: true },
    );
    for (const [index, one] of layers.entries())
      assert.equal(
        fileOf(one, `${['one', 'two', 'three'][index]}/file`),
        one.tar.toString('latin1', 1024, 1024 + 200_000),
      );
    assert.equal(said[0], '1: Pulling from a');
    for (const one of layers)
      assert.deepEqual(
        [...new Set(said.filter((line) => line.startsWith(one.digest.slice(7, 19))))],
        ['Pulling fs layer', 'Downloading', 'Download complete', 'Pull complete'].map(
          (status) => `${one.digest.slice(7, 19)}: ${status}`,
        ),
      );
    const again = await pull();
    assert.equal(again.isNew, false);
    assert.deepEqual(layers.map(fetches), [1, 1, 1]);
    const [image] = test.engine.listImages();
    assert.deepEqual(image?.references, [`${registry.host}/a:1`]);
    assert.deepEqual(image?.digests, [`${registry.host}/a@${digest}`]);
  });

  it('takes a layer that two images share, and one that comes twice, once', async () => {
    const [base, top] = [layer('base'), layer('top')];
    addImage(registry, '1', [base, base]);
    addImage(registry, '2', [base, top]);
    await Promise.all([pull('a:1'), pull('b:2')]);
    assert.deepEqual([fetches(base), fetches(top)], [1, 1]);
  });

  it('goes on where a connection broke, in the middle of an unpacked file', async () => {
    const one = layer('one', 2_000_000);
    addImage(registry, '1', [one]);
    let breaks = 2;
    registry.oddity = ({ url, headers }, response) => {
      if (!url?.endsWith(one.digest) || breaks-- <= 0) return false;
      const start = Number(/\d+/.exec(headers.range ?? '0')?.[0]);
      if (start === 0) breakAfter(response, one.blob, 700_000);
      else {
        response.writeHead(206, { 'content-range': `bytes ${start}-${one.blob.length - 1}/${one.blob.length}` });
        response.write(one.blob.subarray(start, start + 100_000), () => response.destroy());
      }
      return true;
    };
    await pull();
    assert.equal(fetches(one), 3);
    assert.equal(fileOf(one, 'one/file').length, 4_000_000);
  });

  it('chooses an image by platform, and says what there is when none fits', async () => {
    const [arm, other] = [layer('arm'), layer('other')];
    const entries = [
      {
        architecture: 'arm64',
        os: 'linux',
        variant: 'v8',
        digest: addImage(registry, 'x', [arm], ({ config }) => (config['architecture'] = 'arm64')),
      },
      {
        architecture: 's390x',
        os: 'linux',
        digest: addImage(registry, 'y', [other], ({ config }) => (config['architecture'] = 's390x')),
      },
      { architecture: 'unknown', os: 'unknown', digest: addImage(registry, 'z', []) },
    ];
    const manifests = entries.map(({ digest, ...platform }) => ({
      ...{ mediaType: 'application/vnd.oci.image.manifest.v1+json', digest, platform },
      size: registry.manifests.get(digest)?.bytes.length,
    }));
    const mediaType = 'application/vnd.oci.image.index.v1+json';
    const index = registry.addManifest({ schemaVersion: 2, mediaType, manifests }, '1', mediaType);
    const pulled = await pull('a:1', { platform: 'linux/arm64' });
    assert.equal(pulled.digest, index);
    assert.equal(fetches(other), 0);
    await assert.rejects(pull('a:1', { platform: 'linux/ppc64le' }), {
      code: 'not-found',
      message: `no matching manifest for linux/ppc64le in the manifest list entries of ${registry.host}/a`,
      hint: {
        message: 'There is: {0}. Choose with --platform.',
        values: ['linux/arm64/v8, linux/s390x, unknown/unknown'],
      },
    });
    await assert.rejects(pull('a:x', { platform: 'linux/s390x' }), {
      code: 'not-found',
      message: /wanted linux\/s390x, actual: linux\/arm64/,
    });
  });

  it('by digest has no tag, and is found by that digest', async () => {
    const digest = addImage(registry, '1', [layer('one')]);
    await pull(`a:ignored@${digest}`);
    const [image] = test.engine.listImages();
    assert.deepEqual([image?.references, image?.digests], [[], [`${registry.host}/a@${digest}`]]);
    const created = {
      tty: false,
      openStdin: false,
      stdinOnce: false,
      autoRemove: false,
      env: [],
      network: 'none' as const,
      labels: {},
    };
    const container = await test.engine.createContainer(
      { ...created, image: `${registry.host}/a@${digest}`, command: ['x'] },
      operation,
    );
    assert.equal(container.imageId, image?.id);
    await test.engine.removeContainer(container.id, { force: true }, operation);
  });

  it('of a newer image takes the name from the old one, which keeps its digest', async () => {
    const old = addImage(registry, '1', [layer('old')]);
    await pull();
    const fresh = addImage(registry, '1', [layer('new')]);
    const pulled = await pull();
    assert.equal(pulled.isNew, true);
    const names = test.engine.listImages().map(({ references, digests }) => [references, digests]);
    assert.deepEqual(names, [
      [[], [`${registry.host}/a@${old}`]],
      [[`${registry.host}/a:1`], [`${registry.host}/a@${fresh}`]],
    ]);
  });
});

describe('a bad image is refused with one line, and leaves nothing', () => {
  const cases: { what: string; prepare: () => void; message: RegExp; name?: string }[] = [
    {
      what: 'a truncated blob',
      prepare: () => {
        const one = layer('one');
        addImage(registry, '1', [one]);
        registry.oddity = only(one, (_, response) => sendBlob(response, one.blob.subarray(0, 5000), undefined));
      },
      message: /: the registry sends 5000 bytes, not \d+$/,
    },
    {
      what: 'a blob with another digest',
      prepare: () => {
        const one = layer('one');
        addImage(registry, '1', [one]);
        const other = Buffer.from(one.blob);
        other[other.length - 6] = (other.at(-6) ?? 0) ^ 1;
        registry.oddity = only(one, (_, response) => sendBlob(response, other, undefined));
      },
      message: /^layer sha256:\w+ of .*: (verification failed: its digest is|damaged gzip data)/,
    },
    {
      what: 'a plain blob with another digest',
      prepare: () => {
        const one = layer('one', 1000, 'none');
        addImage(registry, '1', [one]);
        const other = Buffer.from(one.blob);
        other[1100] = (other.at(1100) ?? 0) ^ 1;
        registry.oddity = only(one, (_, response) => sendBlob(response, other, undefined));
      },
      message: /verification failed: its digest is/,
    },
    {
      what: 'a wrong diffID',
      prepare: () =>
        addImage(
          registry,
          '1',
          [layer('one')],
          ({ config }) => (config['rootfs'] = { diff_ids: [layer('two').diffId] }),
        ),
      message: /its content is sha256:\w+, not sha256:\w+$/,
    },
    {
      what: 'a missing layer',
      prepare: () => {
        const [one, two] = [layer('one'), layer('two')];
        addImage(registry, '1', [one, two]);
        registry.blobs.delete(two.digest);
      },
      message: /^blob sha256:\w+ of .*: blob unknown: blob unknown$/,
    },
    {
      what: 'more diffIDs than layers',
      prepare: () => addImage(registry, '1', [layer('one')], ({ config }) => (config['rootfs'] = { diff_ids: [] })),
      message: /has 1 layers, its config has 0$/,
    },
    {
      what: 'a layer of a wrong media type',
      prepare: () => addImage(registry, '1', [{ ...layer('one'), mediaType: 'text/html' }]),
      message: /"text\/html" is no layer that can be unpacked$/,
    },
    {
      what: 'an artifact that is no image',
      prepare: () =>
        addImage(registry, '1', [], ({ manifest }) => {
          const config = Buffer.from('{}');
          manifest['config'] = {
            mediaType: 'application/vnd.oci.empty.v1+json',
            digest: registry.addBlob(config),
            size: 2,
          };
        }),
      message: /no image: its config is of type "application\/vnd.oci.empty.v1\+json"$/,
    },
    {
      what: 'a manifest that is something else',
      prepare: () => registry.addManifest(Buffer.from('<html>'), '1'),
      message: /^manifest sha256:\w+ of .*: not valid JSON$/,
    },
    {
      what: 'a manifest of schema version 1',
      prepare: () =>
        registry.addManifest({ schemaVersion: 1 }, '1', 'application/vnd.docker.distribution.manifest.v1+json'),
      message: /schema version 1/,
    },
    {
      what: 'a manifest over the limit',
      prepare: () => registry.addManifest(Buffer.alloc(5_000_000, ' '), '1'),
      message: /more than 4194304 bytes$/,
    },
    {
      what: 'an index that leads round in a circle',
      prepare: () => {
        const mediaType = 'application/vnd.oci.image.index.v1+json';
        const entry = { mediaType, digest: `sha256:${'a'.repeat(64)}`, size: 100 };
        registry.addManifest({ schemaVersion: 2, mediaType, manifests: [entry] }, '1', mediaType);
        registry.oddity = ({ url }, response) => {
          if (!url?.endsWith(entry.digest)) return false;
          response.setHeader('content-type', mediaType).end(registry.manifests.get('1')?.bytes);
          return true;
        };
      },
      message: /its digest is sha256:\w+, not sha256:a+$/,
    },
    {
      what: 'indexes without end',
      prepare: () => {
        const mediaType = 'application/vnd.oci.image.index.v1+json';
        let digest = addImage(registry, 'image', [layer('one')]);
        for (let depth = 0; depth < 6; depth += 1)
          digest = registry.addManifest(
            { schemaVersion: 2, mediaType, manifests: [{ mediaType, digest, size: 100 }] },
            '1',
            mediaType,
          );
      },
      message: /its indexes are nested too deep$/,
    },
    {
      what: 'an entry that climbs out',
      prepare: () => addImage(registry, '1', [makeLayer([{ path: '../../../../evil', content: 'x' }])]),
      message: /./,
    },
    {
      what: 'a layer that is no archive',
      prepare: () => addImage(registry, '1', [makeLayer(Buffer.from('hello, this is no tar at all'.repeat(100)))]),
      message: /./,
    },
    {
      what: 'gzip that ends too early',
      prepare: () => {
        const whole = layer('one');
        const blob = gzipSync(whole.tar).subarray(0, 3000);
        const cut = { ...whole, blob, digest: `sha256:${''}` };
        addImage(registry, '1', [{ ...cut, digest: registry.addBlob(blob) }]);
      },
      message: /damaged gzip data: unexpected end of file$/,
    },
  ];
  for (const { what, prepare, message } of cases) {
    it(what, async () => {
      prepare();
      await assert.rejects(pull(), (error: Error) => {
        assert.match(error.message, message);
        assert.doesNotMatch(error.message, /\n/);
        return true;
      });
      assert.deepEqual(test.engine.listImages(), []);
      assert.deepEqual(contents(), []);
    });
  }
});

const only = (layerOf: RemoteLayer, answer: (...args: Parameters<Oddity>) => void): Oddity => {
  return (request, response, own) => {
    if (!request.url?.endsWith(layerOf.digest)) return false;
    answer(request, response, own);
    return true;
  };
};

describe('a pull that is given up', () => {
  it('before, while and after bytes come leaves nothing', async () => {
    const [one, two] = [layer('one', 500_000), layer('two', 500_000)];
    const stops: { at: string; oddity: Oddity }[] = [
      { at: 'the manifest', oddity: ({ url }) => url?.includes('/manifests/') ?? false },
      { at: 'a layer', oddity: only(one, () => {}) },
      {
        at: 'the middle of a layer',
        oddity: only(two, (_, response) => {
          response.writeHead(200, { 'content-length': two.blob.length });
          response.write(two.blob.subarray(0, 300_000));
        }),
      },
    ];
    for (const { at, oddity } of stops) {
      addImage(registry, '1', [one, two]);
      registry.requests.length = 0;
      let met = false;
      registry.oddity = (...args) => {
        const stopped = oddity(...args);
        met ||= stopped;
        return stopped;
      };
      const aborter = new AbortController();
      const pulling = pull('a:1', { signal: aborter.signal });
      await until(`the registry is asked for ${at}`, () => met);
      aborter.abort();
      await assert.rejects(pulling, { name: 'AbortError' });
      assert.deepEqual(contents(), [], at);
    }
    registry.oddity = () => false;
    await pull();
  });

  it('does not take away what another one has found', async () => {
    const [shared, slow] = [layer('shared'), layer('slow', 500_000)];
    addImage(registry, '1', [shared, slow]);
    addImage(registry, '2', [shared]);
    let asked = 0;
    registry.oddity = only(slow, () => asked++);
    const aborter = new AbortController();
    const first = pull('a:1', { signal: aborter.signal });
    await until(
      'the slow layer is asked for and the other one is here',
      () => asked > 0 && existsSync(join(test.root, 'layers', shared.diffId.slice(7))),
    );
    await pull('b:2');
    aborter.abort();
    await assert.rejects(first, { name: 'AbortError' });
    assert.equal(test.engine.listImages().length, 1);
    assert.ok(existsSync(join(test.root, 'layers', shared.diffId.slice(7))));
  });

  it('has its layers spared by the removal of an image that shares them', async () => {
    const [shared, slow] = [layer('shared'), layer('slow', 500_000)];
    addImage(registry, '1', [shared]);
    addImage(registry, '2', [shared, slow]);
    await pull('a:1');
    const held: (() => void)[] = [];
    registry.oddity = only(slow, (_, response) => held.push(() => sendBlob(response, slow.blob, undefined)));
    const second = pull('b:2');
    await until('the slow layer is asked for', () => held.length > 0);
    await test.engine.removeImage(`${registry.host}/a:1`, { force: false }, operation);
    for (const go of held) go();
    await second;
    assert.equal(fetches(shared), 1);
  });
});
