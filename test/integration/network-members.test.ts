import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { question } from '../support/dns.ts';
import { TestStore } from '../support/store.ts';

describe('a network and its containers', () => {
  let store: TestStore;
  before(() => {
    store = new TestStore();
  });
  afterEach(async () => {
    const ids = store.containerIds();
    if (ids.length > 0) await store.succeed(['rm', '-f', ...ids]);
    await store.succeed(['network', 'prune', '-f']);
  });
  after(() => store.dispose());

  const refused = async (args: string[], why: RegExp): Promise<void> => {
    const { code, stderr } = await store.skiff(args);
    assert.equal(code, 1, args.join(' '));
    assert.match(stderr, why);
  };

  it('is not removed while one of them runs, and is when all have stopped', async () => {
    await store.succeed(['network', 'create', 'app']);
    await store.succeed(['run', '-d', '--name', 'web', '--network', 'app', '@host', 'sleep', '1000']);
    await refused(['network', 'rm', 'app'], /network app has active endpoints \(web\)/);
    await store.succeed(['stop', '-t', '0', 'web']);
    // Prune asks for less than that: what a container means to use stays.
    assert.equal(await store.succeed(['network', 'prune', '-f']), '');
    assert.equal(await store.succeed(['network', 'rm', 'app']), 'app');
    await refused(['start', 'web'], /network app not found/);
  });

  it('that is gone can be taken from one that does not run, which then starts', async () => {
    await store.succeed(['network', 'create', 'app']);
    await store.succeed(['create', '--name', 'web', '--network', 'app', '@host', 'sleep', '1000']);
    await store.succeed(['network', 'rm', 'app']);
    await store.succeed(['network', 'disconnect', 'app', 'web']);
    await refused(['network', 'disconnect', 'app', 'web'], /network app not found/);
    await store.succeed(['network', 'connect', 'bridge', 'web']);
    await store.succeed(['start', 'web']);
    assert.match(await store.succeed(['exec', 'web', 'ls', '/sys/class/net']), /^eth0\nlo$/);
    await refused(['network', 'disconnect', '-f', 'app', 'web'], /network app not found/);
  });

  it('is left and joined while they stand still, and they have it when they start', async () => {
    for (const name of ['one', 'two']) await store.succeed(['network', 'create', name]);
    await store.succeed(['create', '--name', 'web', '--network', 'one', '@host', 'sleep', '1000']);
    await store.succeed(['network', 'connect', '--alias', 'www', 'two', 'web']);
    await store.succeed(['network', 'disconnect', 'one', 'web']);
    await refused(['network', 'disconnect', 'one', 'web'], /container web is not connected to network one/);
    await store.succeed(['start', 'web']);
    const address = await store.succeed(['inspect', '-f', '{{.NetworkSettings.Networks.two.IPAddress}}', 'web']);
    assert.equal(await store.succeed(['exec', 'web', ...question('www')]), `0 ${address}`);
    assert.equal(await store.succeed(['network', 'rm', 'one']), 'one');
  });

  it('is shared with its names by who joins another’s namespace', async () => {
    await store.succeed(['network', 'create', 'app']);
    const options = ['--name', 'web', '--network', 'app', '--network-alias', 'www'];
    await store.succeed(['run', '-d', ...options, '@host', 'sleep', '1000']);
    const found = await store.succeed(['run', '--rm', '--network', 'container:web', '@host', 'getent', 'hosts', 'www']);
    assert.match(found, /^10\.\S+ +www$/);
  });

  it('is joined while others are, and while the container has interfaces of its own', async () => {
    const names = ['one', 'two', 'three', 'four'];
    for (const name of names) await store.succeed(['network', 'create', name]);
    await store.succeed(['run', '-d', '--name', 'web', '--cap-add', 'NET_ADMIN', '@host', 'sleep', '1000']);
    await store.succeed(['exec', 'web', 'ip', 'link', 'add', 'eth1', 'type', 'bridge']);
    await Promise.all(names.map((name) => store.succeed(['network', 'connect', name, 'web'])));
    const found = await store.succeed(['exec', 'web', 'ls', '/sys/class/net']);
    assert.deepEqual(found.split('\n'), ['eth0', 'eth1', 'eth2', 'eth3', 'eth4', 'eth5', 'lo']);
    for (const name of names) await store.succeed(['network', 'disconnect', name, 'web']);
    assert.equal(await store.succeed(['exec', 'web', 'ls', '/sys/class/net']), 'eth0\neth1\nlo');
  });
});
