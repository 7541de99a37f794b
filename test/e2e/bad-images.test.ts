import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { dockerArchive, OciArchive } from '../support/image-archive.ts';
import { OddRegistry, refuse } from '../support/odd-registry.ts';
import { addImage, makeLayer } from '../support/remote-image.ts';
import { TestStore } from '../support/store.ts';
import { tar, type TestEntry } from '../support/tar.ts';
import { until } from '../support/wait.ts';

let store: TestStore;
before(() => {
  store = new TestStore();
});
after(() => store.dispose());

/** All that bringing an image in can leave in a store. */
function contents(): string[] {
  return ['images/blobs/sha256', 'images/unpacked', 'layers', 'pins'].flatMap((folder) => {
    const path = join(store.root, folder);
    return (existsSync(path) ? readdirSync(path) : []).map((name) => `${folder}/${name}`);
  });
}

/** One clear line (and what to do, where there is something), exit 1, nothing on stdout, and nothing left. */
async function refused(args: string[], line: RegExp, input?: Buffer, env: Record<string, string> = {}): Promise<void> {
  const result = await store.skiff(args, { env, ...(input === undefined ? {} : { input }) });
  const said = JSON.stringify(result);
  assert.equal(result.code, 1, said);
  assert.equal(result.stdout, '', said);
  const [first = '', ...hints] = result.stderr.trimEnd().split('\n');
  assert.match(first, line, said);
  assert.match(first, /^skiff: /, said);
  assert.ok(hints.length <= 1, said);
  assert.equal(await store.succeed(['images', '-aq']), '');
  // The files of what was removed go after the answer.
  await until('nothing is left', () => contents().length === 0).catch(() => assert.deepEqual(contents(), []));
}

const layer = (name: string): ReturnType<typeof makeLayer> =>
  makeLayer([
    { path: `${name}/`, type: '5' },
    { path: `${name}/file`, content: `this is ${name}`.repeat(500) },
  ]);
const [one, two] = [layer('one'), layer('two')];

/** The same bytes but for one. */
function changed(bytes: Buffer, at = bytes.length - 6): Buffer {
  const other = Buffer.from(bytes);
  other[at] = (other[at] ?? 0) ^ 1;
  return other;
}

describe('an OCI archive is refused:', () => {
  const bad = (what: string, line: RegExp, make: (archive: OciArchive) => void): void => {
    it(what, () => {
      const archive = new OciArchive();
      make(archive);
      return refused(['load'], line, archive.tar());
    });
  };
  const named = (archive: OciArchive, more: Parameters<OciArchive['addImage']>[1] = {}): OciArchive =>
    archive.name('docker.io/library/bad:1', archive.addImage([one, two], more));

  bad('a truncated blob', /: damaged gzip data: unexpected end of file$/, (archive) => {
    named(archive).spoil(two.digest, two.blob.subarray(0, 100));
  });
  bad('a blob with another digest', /verification failed: its digest is|damaged gzip data/, (archive) => {
    named(archive).spoil(two.digest, changed(two.blob));
  });
  bad('a whole other layer', /verification failed: its digest is sha256:\w+, not sha256:\w+$/, (archive) => {
    named(archive).spoil(two.digest, gzipSync(two.tar, { level: 1 }));
  });
  bad('a wrong diffID', /its content is sha256:\w+, not sha256:\w+$/, (archive) => {
    named(archive, { config: { rootfs: { diff_ids: [one.diffId, one.diffId] } } });
  });
  bad('fewer diffIDs than layers', /has 2 layers, its config has 1$/, (archive) => {
    named(archive, { config: { rootfs: { diff_ids: [one.diffId] } } });
  });
  bad('a missing layer', new RegExp(`has no blobs/sha256/${two.digest.slice(7)}$`), (archive) => {
    named(archive).spoil(two.digest);
  });
  bad('a layer of a wrong media type', /"text\/html" is no layer that can be unpacked$/, (archive) => {
    archive.name('bad:1', archive.addImage([{ ...one, mediaType: 'text/html' }]));
  });
  bad('a config of a wrong media type', /no image: its config is of type "application\/vnd.example"$/, (archive) => {
    named(archive, { manifest: { config: archive.add({}, 'application/vnd.example') } });
  });
  bad('a manifest that says it is something else', /media type "text\/html" is no image$/, (archive) => {
    named(archive, { manifest: { mediaType: 'text/html' } });
  });
  bad('a manifest that is an index, too', /neither an image nor an index$/, (archive) => {
    named(archive, { manifest: { manifests: [] } });
  });
  bad('a missing manifest', /has no blobs\/sha256\/0+$/, (archive) => {
    const digest = `sha256:${'0'.repeat(64)}`;
    archive.name('bad:1', { mediaType: 'application/vnd.oci.image.manifest.v1+json', digest, size: 100 });
  });
  bad('a manifest over the size limit', /is too long \(5\d+ bytes\)$/, (archive) => {
    named(archive, { manifest: { annotations: { much: 'x'.repeat(5_000_000) } } });
  });
  bad('a config over the size limit', /is too long \(5\d+ bytes\)$/, (archive) => {
    named(archive, { config: { much: 'x'.repeat(5_000_000) } });
  });
  bad('an index that leads back to itself', /its digest is sha256:\w+$/, (archive) => {
    const digest = `sha256:${'a'.repeat(64)}`;
    const entry = { mediaType: 'application/vnd.oci.image.index.v1+json', digest, size: 100 };
    archive.name('bad:1', entry).spoil(digest, Buffer.from(JSON.stringify({ schemaVersion: 2, manifests: [entry] })));
  });
  bad('indexes without end', /its indexes are nested too deep$/, (archive) => {
    let inner = archive.addImage([one]);
    for (let depth = 0; depth < 6; depth += 1) inner = archive.addIndex([inner]);
    archive.name('bad:1', inner);
  });
  bad('a name that is none', /invalid reference format/, (archive) => {
    archive.name('UPPER/..:1', archive.addImage([one]));
  });
});

describe('an archive of docker save is refused:', () => {
  const files = dockerArchive('bad:1', [one.tar, two.tar]);
  const bad = (what: string, line: RegExp, spoilt: readonly TestEntry[] | Buffer): void => {
    it(what, () => refused(['load'], line, Buffer.isBuffer(spoilt) ? spoilt : tar(spoilt)));
  };
  const without = (path: string): TestEntry[] => files.filter((entry) => entry.path !== path);
  const config = String(files[0]?.path);

  bad('one that is cut off', /the archive on stdin: ends in the middle/, tar(files).subarray(0, 12_000));
  bad('a missing layer', /has no 1\/layer\.tar$/, without('1/layer.tar'));
  bad('a missing config', /has no [0-9a-f]{64}\.json$/, without(config));
  bad('another config than its name says', /its digest is sha256:\w+$/, [
    ...without(config),
    { path: config, content: changed(Buffer.from(files[0]?.content ?? ''), 3) },
  ]);
  bad('a layer that is another one', /its content is sha256:\w+, not sha256:\w+$/, [
    ...without('1/layer.tar'),
    { path: '1/layer.tar', content: one.tar },
  ]);
  bad('a truncated layer', /1\/layer\.tar: .*ends/, [
    ...without('1/layer.tar'),
    { path: '1/layer.tar', content: two.tar.subarray(0, 3000) },
  ]);
  bad('links that lead round in a circle', /has no 1\/layer\.tar$/, [
    ...without('1/layer.tar'),
    { path: '1/layer.tar', type: '2', link: '../2/layer.tar' },
    { path: '2/layer.tar', type: '2', link: '../1/layer.tar' },
  ]);
  bad('a link that leads out of it', /has no 1\/layer\.tar$/, [
    ...without('1/layer.tar'),
    { path: '1/layer.tar', type: '2', link: '/etc/passwd' },
  ]);
  bad('a manifest over the size limit', /manifest\.json is too long \(5000000 bytes\)$/, [
    ...without('manifest.json'),
    { path: 'manifest.json', content: Buffer.alloc(5_000_000, ' ') },
  ]);
  bad('a manifest that is none', /manifest\.json: not valid JSON$/, [
    ...without('manifest.json'),
    { path: 'manifest.json', content: '[{' },
  ]);
  bad('a layer that climbs out', /invalid argument$/, dockerArchive('bad:1', [tar([{ path: 'a/../../b' }])]));
});

describe('an OCI layout in a folder', () => {
  it('is not left by a link in it', async () => {
    const archive = new OciArchive();
    archive.name('bad:1', archive.addImage([one]));
    const folder = join(dirname(store.root), 'layout');
    for (const { path, content = '' } of archive.files()) {
      mkdirSync(dirname(join(folder, String(path))), { recursive: true });
      writeFileSync(join(folder, String(path)), content);
    }
    const blob = join(folder, 'blobs/sha256', one.digest.slice(7));
    rmSync(blob);
    symlinkSync('/etc/passwd', blob);
    await refused(['load', '-i', folder], /layout: blobs\/sha256\/\w+: /);
    assert.equal(readlinkSync(blob), '/etc/passwd');
    rmSync(folder, { recursive: true });
  });
});

describe('a bomb ends at a limit, which the user can raise:', () => {
  const zeros = Buffer.alloc(8_000_000);
  const limit = { SKIFF_MAX_LAYER_BYTES: '1000000' };
  const line = /: has too many bytes$/;
  let own: TestStore;
  let usual: TestStore;
  // The limit is the helper's: it needs one of its own.
  before(async () => {
    usual = store;
    own = store = new TestStore();
    await own.succeed(['version'], { env: limit });
  });
  after(async () => {
    store = usual;
    await own.dispose();
  });
  for (const [name, pack] of [
    ['gzip', gzipSync],
    ['zstd', zstdCompressSync],
  ] as const) {
    it(`an archive that is packed by ${name} as a whole`, () =>
      refused(['load'], line, pack(tar([{ path: 'unknown', content: zeros }])), limit));
    it(`zeros behind the end of a layer that is packed by ${name}`, () =>
      refused(['import', '-', 'bad:1'], line, pack(Buffer.concat([one.tar, zeros])), limit));
    it(`a layer of an archive that is packed by ${name}`, () => {
      const archive = new OciArchive();
      const bomb = makeLayer([{ path: 'zeros', content: zeros }], name);
      return refused(['load'], line, archive.name('bad:1', archive.addImage([bomb])).tar(), limit);
    });
  }
});

describe('a pull ends with 1 and one clear line for', () => {
  let registry: OddRegistry;
  beforeEach(async () => {
    registry = await OddRegistry.start();
  });
  afterEach(() => registry.dispose());
  const bad = (what: string, line: RegExp, prepare: () => void): void => {
    it(what, () => {
      prepare();
      return refused(['pull', '-q', `${registry.host}/a:1`], line);
    });
  };
  bad('a missing layer', /^skiff: blob sha256:\w+ of .*: blob unknown: blob unknown$/, () => {
    addImage(registry, '1', [one, two]);
    registry.blobs.delete(two.digest);
  });
  bad('a wrong diffID', /its content is sha256:\w+, not sha256:\w+$/, () => {
    addImage(registry, '1', [one], ({ config }) => (config['rootfs'] = { diff_ids: [two.diffId] }));
  });
  bad('a blob with another digest', /verification failed: its digest is/, () => {
    addImage(registry, '1', [one]);
    registry.blobs.set(one.digest, Buffer.concat([one.blob.subarray(0, 9), Buffer.of(9), one.blob.subarray(10)]));
  });
  bad('a wrong media type', /"text\/html" is no layer that can be unpacked$/, () => {
    addImage(registry, '1', [{ ...one, mediaType: 'text/html' }]);
  });
  bad('a manifest over the size limit', /more than 4194304 bytes$/, () => {
    registry.addManifest(Buffer.alloc(5_000_000, ' '), '1');
  });
  bad('schema version 1', /: schema version 1, which registries have given up$/, () => {
    const type = 'application/vnd.docker.distribution.manifest.v1+prettyjws';
    registry.addManifest({ schemaVersion: 1, fsLayers: [{ blobSum: one.digest }], history: [] }, '1', type);
  });
  bad('a layer that lies elsewhere', /: blob unknown: blob unknown$/, () => {
    const mediaType = 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip';
    addImage(registry, '1', [{ ...one, mediaType }]);
    registry.blobs.delete(one.digest);
  });
  bad('redirects that lead round', /: too many redirects$/, () => {
    registry.oddity = ({ url = '' }, response) => url !== '/v2/' && !!response.writeHead(307, { location: url }).end();
  });
  bad('a limit for longer than anybody waits', /: toomanyrequests: toomanyrequests$/, () => {
    registry.oddity = ({ url }, response) => {
      if (url === '/v2/') return false;
      response.setHeader('retry-after', new Date(Date.now() + 3_600_000).toUTCString());
      return refuse(response, 429, 'TOOMANYREQUESTS') ?? true;
    };
  });
  for (const answer of ['<html>', '{}', 'null', '{"token":5}', '{"token":"a\\r\\nb: c"}'])
    bad(`a token service that says ${answer}`, /\/token: the answer holds no token$/, () => {
      const challenge = `Bearer realm="http://${registry.host}/token",service="s"`;
      registry.oddity = ({ url = '' }, response) => {
        if (url.startsWith('/token')) response.end(answer);
        else response.writeHead(401, { 'www-authenticate': challenge }).end();
        return true;
      };
    });
  bad('indexes without end', /its indexes are nested too deep$/, () => {
    const mediaType = 'application/vnd.oci.image.index.v1+json';
    let digest = addImage(registry, 'image', [one]);
    for (let depth = 0; depth < 6; depth += 1) {
      const manifests = [{ mediaType, digest, size: 100 }];
      digest = registry.addManifest({ schemaVersion: 2, mediaType, manifests }, '1', mediaType);
    }
  });
});
