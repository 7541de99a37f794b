import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { after, afterEach, before, describe, it } from 'node:test';
import { busyboxRootfs } from '../support/images.ts';
import { nftTables } from '../support/kernel-objects.ts';
import { HostNamespace } from '../support/host-namespace.ts';
import { Neighbour } from '../support/neighbour.ts';
import { TestStore } from '../support/store.ts';
import { freePort, server } from '../support/traffic.ts';
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
    assert.match(stderr, /no address left in 10\.213\.6\.0\/29/);
    await store.succeed(['rm', '-f', ...store.containerIds()]);
    await store.succeed(['network', 'rm', 'small']);
  });

  const rounds = Number(process.env['SKIFF_TEST_ROUNDS'] ?? 50);

  it(`keep nothing of a container that came and went ${rounds} times`, async () => {
    await store.succeed(['network', 'create', 'busy']);
    const id = await sleeper('worker', '--network', 'busy', '-p', '127.0.0.1::80', '-p', '127.0.0.1::53/udp');
    const left = (): string[] => [
      ...readdirSync('/sys/class/net').filter((name) => name.includes(id.slice(0, 12))),
      ...readdirSync(`${store.root}/networks/busy/leases`),
      ...readdirSync(`${store.root}/networks/busy/names`),
      ...store.processes().flatMap(({ command }) => (command.includes('helper.js') ? [] : [command])),
      ...readdirSync(`${store.runRoot}/${store.id}/containers`),
    ];
    const rules = (): string =>
      execFileSync('nft', ['list', 'table', 'inet', `skiff-${store.id}`], { encoding: 'utf8' });
    await store.succeed(['stop', '-t', '0', 'worker']);
    const atFirst = rules();
    for (let round = 0; round < rounds; round += 1) {
      await store.succeed(['start', 'worker']);
      await store.succeed(['stop', '-t', '0', 'worker']);
    }
    // The kernel takes its time with a namespace that ends. The helper's spawner stays, and the process that waits for its next request.
    await until('nothing is left', () => left().length <= 2 || Promise.reject(new Error(left().join())));
    assert.equal(rules(), atFirst);
    await store.succeed(['rm', 'worker']);
    await store.succeed(['network', 'rm', 'busy']);
  });

  it('have the MTU of the way out of this machine, and send nothing larger', async () => {
    const host = new HostNamespace('uplink');
    const behind = new TestStore({ through: host.through });
    try {
      host.run(['ip', 'link', 'set', 'eth0', 'mtu', '1400']);
      host.run(['ip', 'route', 'add', 'default', 'via', host.neighbour]);
      await behind.succeed(['import', busyboxRootfs(), 'busybox:1']);
      // Headers of IPv4 and ICMP take 28 bytes.
      const script = [
        ...[1372, 1373].flatMap((size) => [
          `ping -c 1 -W 5 -s ${size} ${host.neighbour} > /dev/null && echo arrived`,
          `awk '$1 == "Ip:" && $2 ~ /^[0-9]/ { print "fragments", $20 }' /proc/net/snmp`,
        ]),
        'cat /sys/class/net/eth0/mtu',
      ].join('; ');
      assert.equal(
        await behind.succeed(['run', '--rm', 'busybox:1', 'sh', '-c', script]),
        ['arrived', 'fragments 0', 'arrived', 'fragments 2', '1400'].join('\n'),
      );
    } finally {
      await behind.dispose();
      host.dispose();
    }
  });

  it('have their rules back at once when somebody takes them away', async () => {
    const port = await freePort();
    const host = new HostNamespace('flushed');
    const flushed = new TestStore({ through: host.through });
    try {
      await flushed.succeed(['import', busyboxRootfs(), 'busybox:1']);
      await flushed.succeed(['network', 'create', '--internal', 'shut']);
      const sleep = ['busybox:1', 'sleep', '1000'];
      for (const name of ['shut1', 'shut2'])
        await flushed.succeed(['run', '-d', '--name', name, '--network', 'shut', ...sleep]);
      await flushed.succeed(['run', '-d', '-p', `${port}:80`, 'busybox:1', ...server('web')]);
      await until('the neighbour is answered', () => host.askFromOutside(port) === 'web\n');
      const table = (): string => host.run(['sh', '-c', `nft list table inet skiff-${flushed.id} 2>&1 || true`]);
      // Elements have no order.
      const lines = (text: string): string[] =>
        text
          .split(/[\n,{}]/)
          .map((line) => line.trim())
          .sort();
      const atFirst = table();
      for (const command of ['flush ruleset', `delete table inet skiff-${flushed.id}`, 'flush ruleset']) {
        host.run(['nft', ...command.split(' ')]);
        await until('the table is as it was', () => lines(table()).join() === lines(atFirst).join());
      }
      await until('the neighbour is answered', () => host.askFromOutside(port) === 'web\n');
    } finally {
      await flushed.dispose();
      host.dispose();
    }
  });

  it('have a container again that starts while the kernel has not taken away its last interface', async () => {
    await store.succeed(['network', 'create', 'second']);
    const id = await sleeper('again');
    const links = (): string[] =>
      readdirSync('/sys/class/net').filter((name) => name.startsWith(`sv${id.slice(0, 12)}`));
    const inside = async (): Promise<string[]> =>
      (await store.succeed(['exec', 'again', 'ls', '/sys/class/net'])).split('\n');
    for (let round = 0; round < 8; round += 1) {
      await store.succeed(['restart', '-t', '0', 'again']);
      assert.deepEqual(await inside(), ['eth0', 'lo']);
      // What was its own once may still be there; it must not be taken for the one of now.
      await until('there is one interface', () => links().length === 1);
      await store.succeed(['network', 'connect', 'second', 'again']);
      assert.deepEqual(await inside(), ['eth0', 'eth1', 'lo']);
      await store.succeed(['network', 'disconnect', 'second', 'again']);
      assert.deepEqual(await inside(), ['eth0', 'lo']);
    }
    await store.succeed(['rm', '-f', 'again']);
    await store.succeed(['network', 'rm', 'second']);
    await until('no interface is left', () => links().length === 0);
  });
});
