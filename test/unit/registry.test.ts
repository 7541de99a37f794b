import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { parseChallenges } from '../../runtime-helper/registry/challenge.ts';
import { DockerConfig, type RunHelper } from '../../runtime-helper/registry/docker-config.ts';
import { proxyFor } from '../../runtime-helper/registry/proxy.ts';
import { isInsecure, readSettings } from '../../runtime-helper/registry/settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'skiff-config-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const noHelper: RunHelper = async (name) => Promise.reject(new Error(`docker-credential-${name} was not expected`));

function configWith(content: object, runHelper = noHelper): DockerConfig {
  const own = mkdtempSync(join(folder, 'docker-'));
  writeFileSync(join(own, 'config.json'), JSON.stringify(content));
  return new DockerConfig({ DOCKER_CONFIG: own }, runHelper);
}

test('a challenge is read with its quotes, commas and company', () => {
  const bearer =
    'Bearer realm="https://auth.example/token",service="a, b=c",scope="repository:x:pull,push registry:catalog:*"';
  const expected = {
    scheme: 'bearer',
    realm: 'https://auth.example/token',
    service: 'a, b=c',
    scopes: ['repository:x:pull,push', 'registry:catalog:*'],
  };
  assert.deepEqual(parseChallenges(bearer), [expected]);
  assert.deepEqual(parseChallenges(`Negotiate, basic realm=plain, ${bearer}`), [
    { scheme: 'basic', realm: 'plain' },
    expected,
  ]);
  assert.deepEqual(parseChallenges(''), []);
});

test('a proxy is chosen as Go chooses it', () => {
  const env = {
    https_proxy: 'proxy.corp:3128',
    HTTP_PROXY: 'http://p',
    NO_PROXY: 'internal, .example.com,10.0.0.0/8,other:5000',
  };
  const hostOf = (url: string): string | undefined => proxyFor(new URL(url), env)?.host;
  assert.equal(hostOf('https://ghcr.io/v2/'), 'proxy.corp:3128');
  assert.equal(hostOf('http://ghcr.io/v2/'), 'p');
  for (const exempt of [
    'https://internal/',
    'https://a.internal:1/',
    'https://x.example.com/',
    'https://10.2.3.4/',
    'https://other:5000/',
  ])
    assert.equal(hostOf(exempt), undefined, exempt);
  for (const through of ['https://example.com/', 'https://11.2.3.4/', 'https://other:5001/', 'https://notinternal/'])
    assert.equal(hostOf(through), 'proxy.corp:3128', through);
  for (const loopback of ['https://localhost:1/', 'https://127.1.2.3/', 'https://[::1]/'])
    assert.equal(hostOf(loopback), undefined);
  assert.throws(
    () => proxyFor(new URL('https://x/'), { HTTPS_PROXY: 'socks5://user:secret@x' }),
    (error: Error) => {
      assert.doesNotMatch(error.message, /secret/);
      return /not the URL of an http proxy/.test(error.message);
    },
  );
});

test('a registry is insecure on loopback, by name, and by network', () => {
  const path = join(folder, 'registries.json');
  writeFileSync(
    path,
    JSON.stringify({
      'insecure-registries': ['10.0.0.0/8', 'registry.lan:5000'],
      mirrors: { 'ghcr.io': ['https://m'] },
    }),
  );
  const settings = readSettings({ SKIFF_REGISTRIES: path }, ['given:1']);
  for (const host of ['localhost:5000', '127.0.0.1', '[::1]:5000', '10.1.2.3:443', 'registry.lan:5000', 'given:1'])
    assert.ok(isInsecure(settings, host), host);
  for (const host of ['registry.lan', 'docker.io', '11.1.2.3', 'localhost.evil:5000'])
    assert.ok(!isInsecure(settings, host), host);
  assert.equal(settings.mirrors.get('ghcr.io')?.[0]?.href, 'https://m/');
  writeFileSync(path, '{"insecure-registries": "x"}');
  assert.throws(() => readSettings({ SKIFF_REGISTRIES: path }, []), { code: 'failed-precondition' });
});

test('credentials are found as Docker writes them', async () => {
  const auth = Buffer.from('me:pa:ss').toString('base64');
  const config = configWith({
    auths: {
      'https://index.docker.io/v1/': { auth },
      'http://old.example/v1/': { auth },
      'token.example': { identitytoken: 'tok' },
      'empty.example': {},
    },
  });
  const expected = { type: 'password', username: 'me', password: 'pa:ss' };
  assert.deepEqual(await config.credentials('docker.io'), expected);
  assert.deepEqual(await config.credentials('old.example'), expected);
  assert.deepEqual(await config.credentials('token.example'), { type: 'identity', token: 'tok' });
  assert.equal(await config.credentials('empty.example'), undefined);
  assert.equal(await config.credentials('unknown.example'), undefined);
});

test('logging in and out keeps all else of the file, its link, and it from others', async () => {
  const config = configWith({ psFormat: 'table', auths: { 'a.example': { auth: 'eDp5' } } });
  const target = join(folder, 'dotfile.json');
  writeFileSync(target, readFileSync(config.path));
  rmSync(config.path);
  symlinkSync(target, config.path);
  await config.store('b.example', { type: 'password', username: 'me', password: 'secret' });
  assert.deepEqual(JSON.parse(readFileSync(target, 'utf8')), {
    psFormat: 'table',
    auths: { 'a.example': { auth: 'eDp5' }, 'b.example': { auth: Buffer.from('me:secret').toString('base64') } },
  });
  assert.equal(statSync(target).mode & 0o777, 0o600);
  assert.equal(await config.erase('b.example'), true);
  assert.equal(await config.erase('b.example'), false);
  assert.deepEqual(JSON.parse(readFileSync(target, 'utf8')), {
    psFormat: 'table',
    auths: { 'a.example': { auth: 'eDp5' } },
  });
});

test('a credential helper is asked, told and made to forget', async () => {
  const calls: string[] = [];
  const kept = new Map<string, string>();
  const helper: RunHelper = async (name, verb, input) => {
    calls.push(`${name} ${verb}`);
    if (verb === 'store') kept.set((JSON.parse(input) as { ServerURL: string }).ServerURL, input);
    else if (verb === 'erase') kept.delete(input);
    else if (!kept.has(input)) throw new Error('credentials not found in native keychain');
    return kept.get(input) ?? '';
  };
  const config = configWith({ credsStore: 'box', credHelpers: { 'special.example': 'other' } }, helper);
  assert.equal(await config.credentials('docker.io'), undefined);
  const login = { type: 'password' as const, username: 'me', password: 'secret' };
  assert.equal(await config.store('docker.io', login), undefined);
  assert.deepEqual(await config.credentials('docker.io'), login);
  assert.doesNotMatch(readFileSync(config.path, 'utf8'), /secret|bWU6/);
  assert.deepEqual((JSON.parse(readFileSync(config.path, 'utf8')) as { auths: object }).auths, {
    'https://index.docker.io/v1/': {},
  });
  assert.equal(await config.erase('docker.io'), true);
  assert.equal(await config.credentials('special.example'), undefined);
  assert.deepEqual(calls, ['box get', 'box store', 'box get', 'box erase', 'other get']);
  const odd = configWith({ credsStore: '../../bin/sh' }, helper);
  await assert.rejects(odd.credentials('docker.io'), { code: 'failed-precondition' });
});
