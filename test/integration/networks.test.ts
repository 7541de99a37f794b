import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { after, afterEach, before, describe, it } from 'node:test';
import { busyboxRootfs } from '../support/images.ts';
import { nftTables } from '../support/kernel-objects.ts';
import { Neighbour } from '../support/neighbour.ts';
import { TestStore } from '../support/store.ts';
import { until } from '../support/wait.ts';

/** What the kernel has of a store's networks. */
const traces = (store: TestStore): string[] => [
  ...readdirSync('/sys/class/net').filter((name) => name.startsWith(`sk${store.id}`)),
  ...nftTables(new RegExp(`skiff-${store.id}`)),
];

describe('networks', () => {
  let store: TestStore;
  before(async () => {
    store = new TestStore();
    await store.succeed(['import', busyboxRootfs(), 'busybox:1']);
  });
  afterEach(async () => {
    const ids = store.containerIds();
    if (ids.length > 0) await store.succeed(['rm', '-f', ...ids]);
  });
  after(() => store.dispose());

  const sleeper = async (name: string, ...options: string[]): Promise<string> =>
    store.succeed(['run', '-d', '--name', name, ...options, 'busybox:1', 'sleep', '1000']);

  it('leave no trace after `system prune --network`, which waits for containers, and are there again with the next start', async () => {
    await store.succeed(['network', 'create', 'lab']);
    await sleeper('busy', '--network', 'lab');
    const { code, stderr } = await store.skiff(['system', 'prune', '--network', '-f']);
    assert.equal(code, 1);
    assert.match(stderr, /still run: busy/);
    await store.succeed(['stop', '-t', '0', 'busy']);
    assert.match(await store.succeed(['system', 'prune', '--network', '-f']), /^Deleted Bridges:\nsk[0-9a-f]+$/);
    assert.deepEqual(traces(store), []);
    await store.succeed(['start', 'busy']);
    assert.match(await store.succeed(['exec', 'busy', 'ip', 'address', 'show', 'eth0']), /inet 10\./);
    await store.succeed(['rm', '-f', 'busy']);
    await store.succeed(['network', 'rm', 'lab']);
  });

  const addressOn = async (network: string, name: string): Promise<string> =>
    store.succeed(['inspect', '-f', `{{(index .NetworkSettings.Networks "${network}").IPAddress}}`, name]);
  const reaches = async (name: string, address: string): Promise<boolean> =>
    (await store.skiff(['exec', name, 'ping', '-c', '1', '-W', '2', address])).code === 0;

  it('are kept apart, and let those through who are on both', async () => {
    for (const network of ['red', 'blue']) {
      await store.succeed(['network', 'create', network]);
      await sleeper(`${network}1`, '--network', network);
    }
    await sleeper('red2', '--network', 'red');
    const [red1, blue1] = [await addressOn('red', 'red1'), await addressOn('blue', 'blue1')];
    assert.equal(await reaches('red2', red1), true);
    assert.equal(await reaches('red2', blue1), false);
    assert.equal(await reaches('blue1', red1), false);
    await store.succeed(['network', 'connect', 'blue', 'red2']);
    assert.equal(await reaches('red2', blue1), true);
    await store.succeed(['rm', '-f', 'red1', 'red2', 'blue1']);
    await store.succeed(['network', 'rm', 'red', 'blue']);
  });

  it('lead out under the address of this host, unless they are internal', async () => {
    const neighbour = new Neighbour();
    try {
      // It knows no way back to any container: answers arrive only at an address of ours.
      neighbour.run('ip', 'route', 'delete', 'default');
      await store.succeed(['network', 'create', 'open']);
      await store.succeed(['network', 'create', '--internal', 'shut']);
      for (const network of ['open', 'shut']) await sleeper(network, '--network', network);
      await sleeper('shut2', '--network', 'shut');
      assert.equal(await reaches('open', neighbour.address), true);
      assert.equal(await reaches('shut', neighbour.address), false);
      assert.equal(await reaches('shut', await addressOn('shut', 'shut2')), true);
      // Neither does somebody inside who makes himself a route.
      const route = ['--network', 'shut', '--cap-add', 'NET_ADMIN', 'busybox:1', 'sh', '-c'];
      const own = (await addressOn('shut', 'shut')).replace(/\d+$/, '1');
      const script = `ip route add default via ${own} && ! ping -c 1 -W 2 ${neighbour.address} > /dev/null && echo shut`;
      assert.equal(await store.succeed(['run', '--rm', ...route, script]), 'shut');
    } finally {
      neighbour.dispose();
    }
    await store.succeed(['rm', '-f', 'open', 'shut', 'shut2']);
    await store.succeed(['network', 'rm', 'open', 'shut']);
  });

  it('have as many addresses as they hold, and say which network has none left', async () => {
    await store.succeed(['network', 'create', '--subnet', '10.213.6.0/29', 'small']);
    const names = ['one', 'two', 'three', 'four', 'five'];
    await Promise.all(names.map((name) => sleeper(name, '--network', 'small')));
    const addresses = await Promise.all(names.map((name) => addressOn('small', name)));
    assert.equal(new Set(addresses).size, 5);
    const { code, stderr } = await store.skiff(['run', '--network', 'small', 'busybox:1', 'true']);
    assert.equal(code, 125);
    assert.match(stderr, /no address is left in 10\.213\.6\.0\/29/);
    await store.succeed(['rm', '-f', ...store.containerIds()]);
    await store.succeed(['network', 'rm', 'small']);
  });

  it('keep nothing of containers that came and went, thirty times', async () => {
    await store.succeed(['network', 'create', 'busy']);
    const state = (): string[] => [
      ...readdirSync('/sys/class/net').filter((name) =>
        store.containerIds().some((id) => name.includes(id.slice(0, 12))),
      ),
      ...readdirSync(`${store.root}/networks/busy/leases`),
      ...readdirSync(`${store.root}/networks/busy/names`),
    ];
    const rules = (): string =>
      execFileSync('nft', ['list', 'table', 'inet', `skiff-${store.id}`], { encoding: 'utf8' });
    const atFirst = rules();
    await sleeper('worker', '--network', 'busy', '-p', '127.0.0.1::80');
    for (let round = 0; round < 30; round += 1) await store.succeed(['restart', '-t', '0', 'worker']);
    await store.succeed(['stop', '-t', '0', 'worker']);
    // The kernel takes its time with a namespace that ends.
    await until('nothing is left', () => state().length === 0);
    assert.equal(rules(), atFirst);
    await store.succeed(['rm', 'worker']);
    await store.succeed(['network', 'rm', 'busy']);
  });

  it('have their rules again with a later start when somebody took them away', async () => {
    await sleeper('before', '-p', '127.0.0.1::80');
    execFileSync('nft', ['delete', 'table', 'inet', `skiff-${store.id}`]);
    await until('a start makes them again', async () => {
      await store.skiff(['run', '--rm', '-p', '127.0.0.1::80', 'busybox:1', 'true']);
      return nftTables(new RegExp(`skiff-${store.id}`)).length === 1;
    });
    const guarded = execFileSync('nft', ['list', 'table', 'inet', `skiff-${store.id}`], { encoding: 'utf8' });
    assert.match(guarded, new RegExp(`set bridges {\\s+type ifname\\s+elements = { "sk${store.id}`));
  });
});
