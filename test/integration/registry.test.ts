import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Descriptor } from '../../runtime-helper/oci/image-config.ts';
import { parseReference } from '../../runtime-helper/oci/reference.ts';
import { streamBlob } from '../../runtime-helper/registry/blob-stream.ts';
import { Registries } from '../../runtime-helper/registry/registries.ts';
import type { Repository } from '../../runtime-helper/registry/repository.ts';
import type { OpenBlob } from '../../runtime-helper/registry/upload.ts';
import { runCredentialHelper } from '../../runtime-helper/sys/credential-helper.ts';
import { forwardingProxy } from '../support/forwarding-proxy.ts';
import { breakAfter, digestOf, OddRegistry, refuse, sendBlob } from '../support/odd-registry.ts';
import { TestRegistry } from '../support/registry.ts';

const patience = { tries: 4, baseMs: 1 };
const { signal } = new AbortController();
const folder = mkdtempSync(join(tmpdir(), 'skiff-registries-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function registries(
  more: { env?: Record<string, string>; insecure?: string[]; warn?: (text: string) => void; idleMs?: number } = {},
): Registries {
  const env = { HOME: folder, SKIFF_REGISTRIES: join(folder, 'none.json'), ...more.env };
  const runHelper = async (): Promise<string> => Promise.reject(new Error('there is no helper here'));
  return new Registries({
    // A machine that stands still for a moment is no registry that does.
    ...{ env, patience, runHelper, userAgent: 'skiff/test', idleMs: more.idleMs ?? 30_000 },
    insecure: more.insecure ?? [],
    warn: more.warn ?? (() => {}),
  });
}

function repositoryOf(all: Registries, text: string): Repository {
  const [repository] = all.forPull(parseReference(text));
  assert.ok(repository);
  return repository;
}

async function readAll(repository: Repository, blob: Descriptor): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of streamBlob(repository, blob, patience, signal)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const descriptorOf = (bytes: Buffer): Descriptor => ({
  mediaType: 'application/octet-stream',
  digest: digestOf(bytes),
  size: bytes.length,
});

/** Puts a blob and a manifest there, and reads them back. */
async function roundTrip(all: Registries, host: string): Promise<void> {
  const bytes = randomBytes(300_000);
  const blob = descriptorOf(bytes);
  const repository = all.forPush(parseReference(`${host}/team/app`));
  assert.equal(await repository.hasBlob(blob.digest, signal), false);
  const upload = await repository.beginUpload(blob.digest, undefined, signal);
  assert.ok(upload);
  await upload.send(blob, piecesOf(bytes), { patience }, signal);
  assert.equal(await repository.hasBlob(blob.digest, signal), true);
  const manifest = Buffer.from(
    JSON.stringify({ schemaVersion: 2, mediaType: ociManifest, config: blob, layers: [blob] }),
  );
  await repository.putManifest('1', { bytes: manifest, mediaType: ociManifest, digest: digestOf(manifest) }, signal);
  const pulled = repositoryOf(all, `${host}/team/app`);
  assert.deepEqual(await pulled.manifest('1', signal), {
    bytes: manifest,
    mediaType: ociManifest,
    digest: digestOf(manifest),
  });
  assert.ok((await readAll(pulled, blob)).equals(bytes));
  const other = all.forPush(parseReference(`${host}/team/other`));
  assert.equal(await other.beginUpload(blob.digest, 'team/app', signal), undefined, 'it is mounted from its neighbour');
  assert.equal(await other.hasBlob(blob.digest, signal), true);
}

const ociManifest = 'application/vnd.oci.image.manifest.v1+json';

const piecesOf = (bytes: Buffer): OpenBlob =>
  async function* pieces(from, to) {
    for (let at = from; at < to; at += 65_536) yield bytes.subarray(at, Math.min(to, at + 65_536));
  };

describe('a registry', () => {
  it('on loopback needs neither TLS nor a login', async () => {
    const registry = await TestRegistry.start();
    const all = registries();
    try {
      await roundTrip(all, registry.host);
      await assert.rejects(repositoryOf(all, `${registry.host}/team/app`).manifest('2', signal), {
        code: 'not-found',
        message: `manifest for ${registry.host}/team/app:2 not found: manifest unknown: manifest unknown`,
      });
    } finally {
      all.close();
      await registry.dispose();
    }
  });

  it('with htpasswd takes the credentials of config.json, and no others', async () => {
    const registry = await TestRegistry.start({ user: { name: 'me', password: 'pa:ss' } });
    const config = mkdtempSync(join(folder, 'docker-'));
    const all = registries({ env: { DOCKER_CONFIG: config } });
    try {
      const login = { type: 'password' as const, username: 'me', password: 'pa:ss' };
      await assert.rejects(all.login(registry.host, { ...login, password: 'wrong' }, signal), {
        code: 'permission-denied',
        message: `login attempt to http://${registry.host}/v2/ failed with status: 401 Unauthorized`,
      });
      await assert.rejects(repositoryOf(all, `${registry.host}/team/app`).manifest('1', signal), {
        code: 'permission-denied',
        message:
          /^pull access denied for 127\.0\.0\.1:\d+\/team\/app, repository does not exist or may require 'skiff login'/,
      });
      await all.login(registry.host, login, signal);
      assert.equal(await all.config.store(registry.host, login), join(config, 'config.json'));
      const withLogin = registries({ env: { DOCKER_CONFIG: config } });
      await roundTrip(withLogin, registry.host);
      withLogin.close();
    } finally {
      all.close();
      await registry.dispose();
    }
  });

  it('with TLS is trusted by its authority only', async () => {
    const registry = await TestRegistry.start({ tls: true });
    // Loopback would be trusted without.
    const host = registry.host.replace('127.0.0.1', 'registry.test');
    const proxy = await forwardingProxy(registry.host);
    const env = { HTTPS_PROXY: `http://user:secret@${proxy.host}` };
    try {
      const stranger = registries({ env });
      await assert.rejects(repositoryOf(stranger, `${host}/team/app`).manifest('1', signal), {
        code: 'unavailable',
        message: /failed to verify certificate/,
      });
      stranger.close();
      const told = registries({ env, insecure: [host] });
      await roundTrip(told, host);
      told.close();
      const known = registries({ env: { SSL_CERT_FILE: registry.caPath } });
      await roundTrip(known, registry.host);
      known.close();
    } finally {
      proxy.close();
      await registry.dispose();
    }
    assert.deepEqual(
      new Set(proxy.asked),
      new Set([`CONNECT ${host} Basic ${Buffer.from('user:secret').toString('base64')}`]),
    );
  });
});

describe('a blob', () => {
  let registry: OddRegistry;
  let all: Registries;
  let bytes: Buffer;
  let blob: Descriptor;
  const blobRequests = (): (string | undefined)[] =>
    registry.requests.filter(({ line }) => line.includes('/blobs/')).map(({ range }) => range);
  const read = (): Promise<Buffer> => readAll(repositoryOf(all, `${registry.host}/a`), blob);

  before(() => {
    bytes = randomBytes(200_000);
    blob = descriptorOf(bytes);
  });

  const withOddity = async (oddity: OddRegistry['oddity'], work: () => Promise<void>): Promise<void> => {
    registry = await OddRegistry.start();
    all = registries();
    registry.addBlob(bytes);
    registry.oddity = oddity;
    try {
      await work();
    } finally {
      all.close();
      await registry.dispose();
    }
  };

  it('is taken up where its connection broke', async () => {
    let breaks = 0;
    const oddity: OddRegistry['oddity'] = ({ url, headers }, response) => {
      if (!url?.includes('/blobs/') || headers.range !== undefined || breaks++ > 0) return false;
      breakAfter(response, bytes, 100_000);
      return true;
    };
    await withOddity(oddity, async () => {
      assert.ok((await read()).equals(bytes));
      const [first, second] = blobRequests();
      assert.deepEqual([first, /^bytes=[1-9]\d*-$/.test(second ?? '')], [undefined, true]);
    });
  });

  it('is begun again where the registry does not know Range, and comes once all the same', async () => {
    let breaks = 0;
    const oddity: OddRegistry['oddity'] = ({ url }, response) => {
      if (!url?.includes('/blobs/')) return false;
      if (breaks++ === 0) breakAfter(response, bytes, 100_000);
      else sendBlob(response, bytes, undefined);
      return true;
    };
    await withOddity(oddity, async () => assert.ok((await read()).equals(bytes)));
  });

  it('is given up when it breaks again and again', async () => {
    const oddity: OddRegistry['oddity'] = ({ url, headers }, response) => {
      if (!url?.includes('/blobs/')) return false;
      if (headers.range === undefined) breakAfter(response, bytes, 10);
      else response.destroy();
      return true;
    };
    await withOddity(oddity, async () => {
      await assert.rejects(read(), { code: 'unavailable' });
      assert.equal(blobRequests().length, patience.tries);
    });
  });

  it('is asked for again after a 5xx, and not after a 404', async () => {
    let fails = 2;
    const oddity: OddRegistry['oddity'] = ({ url }, response) => {
      if (!url?.includes('/blobs/') || fails-- <= 0) return false;
      refuse(response, 503, 'UNAVAILABLE');
      return true;
    };
    await withOddity(oddity, async () => {
      assert.ok((await read()).equals(bytes));
      registry.blobs.clear();
      registry.requests.length = 0;
      await assert.rejects(read(), { code: 'not-found', message: /blob unknown/ });
      assert.equal(blobRequests().length, 1);
    });
  });

  it('of another length than was said is refused', async () => {
    const cases: [OddRegistry['oddity'], RegExp][] = [
      [
        ({ url }, response) => !!url?.includes('/blobs/') && (sendBlob(response, bytes.subarray(1), undefined), true),
        /sends 199999 bytes/,
      ],
      [
        ({ url }, response) => !!url?.includes('/blobs/') && (response.end(Buffer.concat([bytes, bytes])), true),
        /longer than 200000|sends 400000/,
      ],
    ];
    for (const [oddity, message] of cases)
      await withOddity(oddity, async () => assert.rejects(read(), { code: 'invalid-argument', message }));
  });

  it('that stops coming is asked for again', async () => {
    let stalls = 1;
    const oddity: OddRegistry['oddity'] = ({ url }, response) => {
      if (!url?.includes('/blobs/') || stalls-- <= 0) return false;
      response.writeHead(200, { 'content-length': bytes.length });
      response.write(bytes.subarray(0, 1000));
      return true;
    };
    await withOddity(oddity, async () => {
      all.close();
      all = registries({ idleMs: 2000 });
      assert.ok((await read()).equals(bytes));
    });
  });

  it('comes from another host without our credentials', async () => {
    const elsewhere = await OddRegistry.start();
    elsewhere.addBlob(bytes);
    const config = mkdtempSync(join(folder, 'docker-'));
    const oddity: OddRegistry['oddity'] = ({ url, headers }, response) => {
      if (headers.authorization === undefined) {
        response.setHeader('www-authenticate', 'Basic realm="here"');
        refuse(response, 401, 'UNAUTHORIZED');
        return true;
      }
      if (!url?.includes('/blobs/')) return false;
      response.writeHead(307, { location: `http://${elsewhere.host}${url}` }).end();
      return true;
    };
    await withOddity(oddity, async () => {
      all.close();
      all = registries({ env: { DOCKER_CONFIG: config } });
      await all.config.store(registry.host, { type: 'password', username: 'me', password: 'secret' });
      assert.ok((await read()).equals(bytes));
      assert.deepEqual(
        elsewhere.requests.map(({ authorization }) => authorization),
        [undefined],
      );
    });
    await elsewhere.dispose();
  });
});

describe('tokens', () => {
  const withTokens = async (
    work: (parts: { registry: OddRegistry; auth: OddRegistry; config: string }) => Promise<void>,
    realm = (auth: string): string => `http://${auth}/token`,
  ): Promise<void> => {
    const [registry, auth] = await Promise.all([OddRegistry.start(), OddRegistry.start()]);
    registry.addManifest({ schemaVersion: 2 }, '1');
    auth.oddity = ({ headers, url = '' }, response) => {
      const query = new URL(url, 'http://here').searchParams;
      const token = Buffer.from(`${query.getAll('scope').join(' ')}|${headers.authorization ?? 'nobody'}`).toString(
        'base64url',
      );
      response.end(JSON.stringify({ token, expires_in: 300 }));
      return true;
    };
    registry.oddity = ({ headers }, response) => {
      const token = headers.authorization?.replace('Bearer ', '');
      if (token !== undefined && Buffer.from(token, 'base64url').toString().includes('repository:team/app:pull'))
        return false;
      const challenge = `Bearer realm="${realm(auth.host)}",service="the, service",scope="repository:team/app:pull"`;
      response.setHeader('www-authenticate', challenge);
      refuse(response, 401, 'UNAUTHORIZED');
      return true;
    };
    const config = mkdtempSync(join(folder, 'docker-'));
    try {
      await work({ registry, auth, config });
    } finally {
      await Promise.all([registry.dispose(), auth.dispose()]);
    }
  };

  it('are fetched for a scope, once, by nobody or by the one who logged in', async () => {
    await withTokens(async ({ registry, auth, config }) => {
      const all = registries({ env: { DOCKER_CONFIG: config } });
      const repository = repositoryOf(all, `${registry.host}/team/app`);
      await Promise.all([repository.manifest('1', signal), repository.manifest('1', signal)]);
      await repository.manifest('1', signal);
      assert.ok(auth.requests.length <= 2, 'requests at the same time may each ask');
      assert.equal(auth.requests[0]?.line, 'GET /token?service=the%2C+service&scope=repository%3Ateam%2Fapp%3Apull');
      await all.config.store(registry.host, { type: 'password', username: 'me', password: 'secret' });
      auth.requests.length = 0;
      const named = registries({ env: { DOCKER_CONFIG: config } });
      await repositoryOf(named, `${registry.host}/team/app`).manifest('1', signal);
      assert.deepEqual(
        auth.requests.map(({ authorization }) => authorization),
        [`Basic ${Buffer.from('me:secret').toString('base64')}`],
      );
      all.close();
      named.close();
    });
  });

  it('are not asked for where a password would travel in the clear', async () => {
    await withTokens(
      async ({ registry, auth, config }) => {
        const all = registries({ env: { DOCKER_CONFIG: config } });
        await all.config.store(registry.host, { type: 'password', username: 'me', password: 'secret' });
        await assert.rejects(repositoryOf(all, `${registry.host}/team/app`).manifest('1', signal), {
          code: 'permission-denied',
          message: /where a password would not be safe/,
        });
        assert.deepEqual(auth.requests, []);
        all.close();
      },
      () => 'http://192.0.2.1/token',
    );
  });
});

describe('a manifest', () => {
  it('that is too large, or not what its digest says, is refused', async () => {
    const registry = await OddRegistry.start();
    const all = registries();
    try {
      const repository = repositoryOf(all, `${registry.host}/a`);
      registry.addManifest(Buffer.alloc(5 * 1024 * 1024, ' '), 'huge');
      await assert.rejects(repository.manifest('huge', signal), {
        code: 'invalid-argument',
        message: /more than 4194304 bytes/,
      });
      const digest = digestOf(Buffer.from('something else'));
      registry.manifests.set(digest, { mediaType: ociManifest, bytes: Buffer.from('{}') });
      await assert.rejects(repository.manifest(digest, signal), { code: 'invalid-argument', message: /its digest is/ });
    } finally {
      all.close();
      await registry.dispose();
    }
  });

  it('comes from a mirror where one is set, and from its home where that fails', async () => {
    const mirror = await OddRegistry.start();
    mirror.addManifest({ schemaVersion: 2 }, '1');
    const settings = join(folder, 'registries.json');
    writeFileSync(settings, JSON.stringify({ 'registry-mirrors': [`http://${mirror.host}`] }));
    const all = registries({ env: { SKIFF_REGISTRIES: settings } });
    const [first, second] = all.forPull(parseReference('alpine'));
    assert.ok(first && second);
    assert.equal((await first.manifest('1', signal)).bytes.toString(), '{"schemaVersion":2}');
    assert.equal(mirror.requests.at(-1)?.line, 'GET /v2/library/alpine/manifests/1');
    all.close();
    await mirror.dispose();
  });

  it('is not waited for when nobody listens, or the caller has given up', async () => {
    const all = registries();
    await assert.rejects(repositoryOf(all, '127.0.0.1:1/a').manifest('1', signal), {
      code: 'unavailable',
      message: 'Get "https://127.0.0.1:1/v2/": connection refused',
    });
    const registry = await OddRegistry.start();
    registry.oddity = ({ url }) => url !== '/v2/';
    const aborter = new AbortController();
    const waiting = repositoryOf(all, `${registry.host}/a`).manifest('1', aborter.signal);
    setTimeout(() => aborter.abort(), 20);
    await assert.rejects(waiting, { name: 'AbortError' });
    all.close();
    await registry.dispose();
  });
});

describe('a credential helper', () => {
  const run = (verb: string, input: string): Promise<string> =>
    runCredentialHelper('box', verb, input, { PATH: `${folder}:${process.env['PATH']}` });

  before(() => {
    const script =
      '#!/bin/sh\nread -r input\ncase $1:$input in\nget:known) echo \'{"Username":"me","Secret":"s"}\';;\n' +
      'get:*) echo "credentials not found in native keychain"; exit 1;;\nesac\n';
    writeFileSync(join(folder, 'docker-credential-box'), script, { mode: 0o755 });
  });

  it('is a program that is asked on its stdin, and whose words are told when it fails', async () => {
    assert.equal(await run('get', 'known\n'), '{"Username":"me","Secret":"s"}\n');
    await assert.rejects(run('get', 'unknown\n'), {
      code: 'unavailable',
      message: /credentials not found in native keychain$/,
    });
    const timers = (): number => process.getActiveResourcesInfo().filter((one) => one === 'Timeout').length;
    const some = timers();
    await assert.rejects(runCredentialHelper('absent', 'get', '', { PATH: folder }), {
      message: 'error getting credentials - docker-credential-absent get: executable file not found in $PATH',
    });
    assert.ok(timers() <= some, 'nothing waits for what never began');
  });
});
