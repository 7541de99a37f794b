/** What `network create` and `run` may be told of networks, and what they have to know by themselves. */
import assert from 'node:assert/strict';
import { readdirSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { after, afterEach, before, describe, it } from 'node:test';
import { HostNamespace } from '../support/host-namespace.ts';
import { busyboxRootfs } from '../support/images.ts';
import { TestStore } from '../support/store.ts';

describe('a network', () => {
  let store: TestStore;
  before(async () => {
    store = new TestStore();
    await store.succeed(['import', busyboxRootfs(), 'busybox:1']);
  });
  afterEach(async () => {
    const ids = store.containerIds();
    if (ids.length > 0) await store.succeed(['rm', '-f', ...ids]);
    await store.succeed(['network', 'prune', '-f']);
  });
  after(() => store.dispose());

  const inspect = (what: string, name: string): Promise<string> => store.succeed(['inspect', '-f', what, name]);
  const sleeper = (name: string, ...options: string[]): Promise<string> =>
    store.succeed(['run', '-d', '--name', name, ...options, 'busybox:1', 'sleep', '1000']);

  it('of the host lends its name', async () => {
    const look = ['@host', 'sh', '-c', 'hostname; cat /etc/hostname; echo $HOSTNAME'];
    const own = await store.succeed(['run', '--rm', '--network', 'host', ...look]);
    assert.deepEqual(own.split('\n'), [hostname(), hostname(), hostname()]);
    const given = await store.succeed(['run', '--rm', '--network', 'host', '-h', 'mine', ...look]);
    assert.deepEqual(given.split('\n'), ['mine', 'mine', 'mine']);
  });

  it('takes options of its resolver, under both of Docker’s names', async () => {
    const options = ['--dns', '192.0.2.1', '--dns-opt', 'ndots:2', '--dns-option', 'attempts:1'];
    const file = await store.succeed(['run', '--rm', ...options, '@host', 'cat', '/etc/resolv.conf']);
    assert.match(file, /^options ndots:2 attempts:1$/m);
  });

  it('has the subnet, gateway, range and labels that it is given, in both families', async () => {
    const subnets = ['--subnet', '10.213.16.0/20', '--subnet', 'fd5a:213::/64'];
    const gateways = ['--gateway', '10.213.31.254', '--gateway', 'fd5a:213::fe'];
    const labels = ['--label', 'plain', '--label', 'tier=front'];
    const range = ['--ip-range', '10.213.20.0/30', '--ipv6'];
    await store.succeed(['network', 'create', ...subnets, ...gateways, ...range, ...labels, 'given']);
    const config = await inspect('{{json .IPAM.Config}} {{json .Labels}} {{.EnableIPv6}}', 'given');
    assert.equal(
      config,
      '[{"Subnet":"10.213.16.0/20","IPRange":"10.213.20.0/30","Gateway":"10.213.31.254"},' +
        '{"Subnet":"fd5a:213::/64","Gateway":"fd5a:213::fe"}] {"plain":"","tier":"front"} true',
    );
    const found = await store.succeed(['network', 'ls', '--filter', 'label=tier=front', '--format', '{{.Name}}']);
    assert.equal(found, 'given');
    await sleeper('one', '--network', 'given');
    assert.match(await inspect('{{.NetworkSettings.Networks.given.IPAddress}}', 'one'), /^10\.213\.20\.[0-3]$/);
    const routes = await store.succeed(['exec', 'one', 'sh', '-c', 'ip route; ip -6 route']);
    assert.match(routes, /^default via 10\.213\.31\.254 dev eth0/m);
    assert.match(routes, /^default via fd5a:213::fe dev eth0/m);
    await sleeper('two', '--network', 'given', '--ip', '10.213.17.9', '--ip6', 'fd5a:213::99');
    for (const address of ['10.213.17.9', 'fd5a:213::99'])
      await store.succeed(['exec', 'one', 'ping', '-c', '1', '-W', '5', address]);
  });

  it('is none, the host’s or another container’s where that is wanted', async () => {
    assert.equal(await store.succeed(['run', '--rm', '--network', 'none', 'busybox:1', 'ls', '/sys/class/net']), 'lo');
    const space = ['busybox:1', 'readlink', '/proc/self/ns/net'];
    const host = await store.succeed(['run', '--rm', '--network', 'host', ...space]);
    assert.equal(host, readlinkSync('/proc/self/ns/net'));
    await sleeper('web');
    const other = await store.succeed(['run', '--rm', '--network', 'container:web', ...space]);
    assert.equal(other, await store.succeed(['exec', 'web', ...space.slice(1)]));
  });

  it('that is the default has the names of links in /etc/hosts, as they are at each start', async () => {
    await sleeper('db');
    await sleeper('web', '--link', 'db:data');
    const linked = async (): Promise<string | undefined> =>
      /^(\S+)\tdata \w{12} db$/m.exec(await store.succeed(['exec', 'web', 'cat', '/etc/hosts']))?.[1];
    const address = '{{.NetworkSettings.IPAddress}}';
    assert.equal(await linked(), await inspect(address, 'db'));
    await store.succeed(['exec', 'web', 'ping', '-c', '1', '-W', '5', 'data']);
    await store.succeed(['stop', '-t', '0', 'web', 'db']);
    const { code, stderr } = await store.skiff(['start', 'web']);
    assert.equal(code, 1);
    assert.match(stderr, /Cannot link to a non running container: db AS data/);
    await sleeper('another');
    await store.succeed(['start', 'db', 'web']);
    assert.equal(await linked(), await inspect(address, 'db'));
  });

  it('publishes with -P what its image exposes', async () => {
    await store.succeed(['create', '--name', 'base', 'busybox:1', 'true']);
    const changes = ['EXPOSE 80', 'EXPOSE 53/udp'].flatMap((change) => ['--change', change]);
    await store.succeed(['commit', ...changes, 'base', 'exposing:1']);
    await store.succeed(['run', '-d', '--name', 'all', '-P', 'exposing:1', 'sleep', '1000']);
    const ports = await store.succeed(['port', 'all']);
    assert.match(
      ports,
      /^53\/udp -> 0\.0\.0\.0:(\d+)\n53\/udp -> \[::\]:\1\n80\/tcp -> 0\.0\.0\.0:(\d+)\n80\/tcp -> \[::\]:\2$/,
    );
    await store.succeed(['rmi', '-f', 'exposing:1']);
  });
});

describe('a network whose subnet nobody names', () => {
  const routed = async (routes: string[][], check: (host: HostNamespace, store: TestStore) => Promise<void>) => {
    const host = new HostNamespace('routes');
    const store = new TestStore({ through: host.through });
    try {
      for (const route of routes) host.run(['ip', 'route', 'add', ...route, 'via', host.neighbour]);
      await check(host, store);
    } finally {
      await store.dispose();
      host.dispose();
    }
  };
  const subnetOf = (store: TestStore, name: string): Promise<string> =>
    store.succeed(['network', 'inspect', '-f', '{{(index .IPAM.Config 0).Subnet}}', name]);

  it('has one that this host has no route to, in any of its tables', async () => {
    // All of 10.64.0.0/10 but 10.99.7.0/24 and 10.99.8.0/24.
    const around = ['10.64.0.0/11', '10.112.0.0/12', '10.104.0.0/13', '10.100.0.0/14', '10.96.0.0/15', '10.98.0.0/16'];
    const within = ['10.99.0.0/22', '10.99.4.0/23', '10.99.6.0/24', '10.99.9.0/24', '10.99.10.0/23', '10.99.12.0/22'];
    const above = ['10.99.16.0/20', '10.99.32.0/19', '10.99.64.0/18'].map((route) => [route]);
    const routes = [...around, ...within].map((route) => [route]);
    await routed([...routes, ...above, ['10.99.128.0/17', 'table', '100']], async (_host, store) => {
      await store.succeed(['run', '--rm', '@host', 'true']);
      await store.succeed(['network', 'create', 'app']);
      const subnets = [await subnetOf(store, 'bridge'), await subnetOf(store, 'app')];
      assert.deepEqual(subnets.toSorted(), ['10.99.7.0/24', '10.99.8.0/24']);
      await store.succeed(['network', 'create', 'more']);
      assert.match(await subnetOf(store, 'more'), /^172\.(1[6-9]|2\d|3[01])\.\d+\.0\/24$/);
    });
  });

  it('is not made when all of them are the host’s, which is said', async () => {
    await routed([['10.0.0.0/8'], ['172.16.0.0/12'], ['192.168.0.0/16']], async (_host, store) => {
      const { code, stderr } = await store.skiff(['run', '--rm', '@host', 'true']);
      assert.equal(code, 125);
      assert.match(stderr, /no free network is left in 10\.64\.0\.0\/10, 172\.16\.0\.0\/12, 192\.168\.0\.0\/16/);
      assert.deepEqual(
        readdirSync(`${store.root}/networks`).filter((name) => !name.startsWith('.')),
        [],
      );
    });
  });
});
