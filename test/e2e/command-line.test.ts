import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { repository } from '../support/paths.ts';
import { TestStore } from '../support/store.ts';

const { version } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')) as { version: string };

describe('the command line itself', () => {
  let store: TestStore;
  before(() => {
    store = new TestStore();
  });
  after(() => store.dispose());

  it('says its version', async () => {
    const line = await store.succeed(['--version']);
    assert.equal(line, `Skiff version ${version}, linux/${process.arch === 'x64' ? 'amd64' : process.arch}`);
    assert.match(await store.succeed(['version']), new RegExp(version.replaceAll('.', '\\.')));
  });

  it('says in JSON which store it works on', async () => {
    const info = JSON.parse(await store.succeed(['info', '--format', 'json'])) as Record<string, unknown>;
    assert.equal(info['SkiffRootDir'], store.root);
    assert.equal(info['SkiffRunDir'], store.runRoot);
    assert.equal(info['ID'], store.id);
    assert.equal(info['Containers'], 0);
    assert.equal(info['ServerVersion'], version);
  });

  it('lists its commands, and helps with each of them', async () => {
    const overview = await store.succeed(['--help']);
    assert.equal(await store.succeed([]), overview);
    assert.equal(await store.succeed(['help']), overview);
    const commands = [...overview.matchAll(/^ {2}([a-z]+)\*? {2,}\S/gm)].map(([, name = '']) => name);
    assert.ok(commands.length > 20, `only ${commands.join(' ')}`);
    for (const name of commands) {
      const help = await store.skiff([name, '--help']);
      assert.deepEqual([help.code, help.stderr], [0, ''], name);
      assert.match(help.stdout, new RegExp(`^\\n?Usage: +skiff ${name}\\b`, 'm'), name);
      assert.equal((await store.skiff(['help', name])).stdout, help.stdout);
    }
  });

  it("helps under every name of a command, and by -h where the letter is nobody's", async () => {
    const help = await store.succeed(['container', 'ls', '--help']);
    assert.match(
      help,
      /^Usage: {2}skiff container ls \[OPTIONS\]\n\nList containers\n\nAliases:\n {2}skiff container list, .*, skiff ps\n/,
    );
    assert.equal(await store.succeed(['container', 'ls', '-h']), help);
    assert.match(await store.succeed(['ps', '-h']), /^Usage: {2}skiff ps /);
    assert.match(await store.succeed(['attach', '--help']), /--sig-proxy .*\(default true\)$/m);
    const hostname = await store.skiff(['run', '-h']);
    assert.deepEqual(
      [hostname.code, hostname.stderr.split('\n')[0]],
      [125, "skiff: flag needs an argument: 'h' in -h"],
    );
  });

  it('takes an empty path of a store for none', async () => {
    assert.equal(
      await store.succeed(['--root=', '--runroot', '', 'info', '--format', '{{.SkiffRootDir}}']),
      store.root,
    );
  });

  it('knows levels of its log, and refuses others', async () => {
    for (const level of ['error', 'warn', 'info', 'debug'])
      assert.deepEqual(await store.skiff(['--log-level', level, 'ps', '-q']), { code: 0, stdout: '', stderr: '' });
    const refused = await store.skiff(['--log-level', 'loud', 'ps']);
    assert.deepEqual([refused.code, refused.stderr.split('\n')[0]], [125, 'skiff: invalid logging level: loud']);
    assert.deepEqual(await store.skiff(['-D', 'ps', '-q']), { code: 0, stdout: '', stderr: '' });
    assert.deepEqual(await store.skiff(['-l', 'info', 'ps', '-q']), { code: 0, stdout: '', stderr: '' });
  });

  it('refuses what is no command, no flag and no argument of its, and says where help is', async () => {
    for (const [args, code, message] of [
      [['network', '--bogus'], 125, "skiff: unknown flag: --bogus\nSee 'skiff network --help'.\n"],
      [['bogus'], 1, "skiff: 'bogus' is not a skiff command.\nSee 'skiff --help'.\n"],
      [
        ['search', 'nginx'],
        1,
        'skiff: search is not implemented: registries have no search that a client may ask: look at https://hub.docker.com/search, then skiff pull NAME\n',
      ],
      [['cp', 'x:', '/tmp'], 1, 'skiff: the path in the container cannot be empty\n'],
      [['ps', '--bogus'], 125, "skiff: unknown flag: --bogus\nSee 'skiff ps --help'.\n"],
    ] as const)
      assert.deepEqual(await store.skiff(args), { code, stdout: '', stderr: message });
    const lacking = await store.skiff(['rm']);
    assert.notEqual(lacking.code, 0);
    assert.match(lacking.stderr, /requires at least 1 argument/);
  });

  it('takes the store from its options before its environment', async () => {
    const other = new TestStore();
    try {
      const options = ['--root', other.root, '--runroot', other.runRoot];
      const info = JSON.parse(await store.succeed([...options, 'info', '--format', 'json'])) as Record<string, unknown>;
      assert.deepEqual([info['SkiffRootDir'], info['ID']], [other.root, other.id]);
      assert.notEqual(other.id, store.id);
    } finally {
      await other.dispose();
    }
  });
});
