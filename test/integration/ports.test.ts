import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { after, afterEach, before, describe, it } from 'node:test';
import { HostNamespace } from '../support/host-namespace.ts';
import { busyboxRootfs } from '../support/images.ts';
import { Neighbour } from '../support/neighbour.ts';
import { TestStore } from '../support/store.ts';
import { ask, exchange, freePort, server, shouter } from '../support/traffic.ts';
import { until } from '../support/wait.ts';

describe('published ports', () => {
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

  const serve = async (name: string, publish: string[], more: string[] = []): Promise<void> => {
    await store.succeed(['run', '-d', '--name', name, ...publish, ...more, 'busybox:1', ...server(name)]);
  };
  const answers = (host: string, port: number, word: string): Promise<unknown> =>
    until(`${host}:${port} answers`, async () => (await ask(host, port)) === `${word}\n`);
  const gateway = (name: string): Promise<string> =>
    store.succeed(['inspect', '-f', '{{.NetworkSettings.Networks.bridge.Gateway}}', name]);
  const monitorOf = async (name: string): Promise<number> => {
    const id = await store.succeed(['inspect', '-f', '{{.Id}}', name]);
    const state = `${store.runRoot}/${readdirSync(store.runRoot)[0]}/state/${id}`;
    return Number(readFileSync(state, 'utf8').split(' ')[2]);
  };

  it('answer on 127.0.0.1, on the own addresses of this machine, and to the container itself', async () => {
    const port = await freePort();
    await serve('loop', ['-p', `${port}:80`]);
    await answers('127.0.0.1', port, 'loop');
    const own = await gateway('loop');
    assert.equal(await ask(own, port), 'loop\n');
    for (const inside of [
      ['exec', 'loop'],
      ['run', '--rm', 'busybox:1'],
    ])
      assert.equal(await store.succeed([...inside, 'sh', '-c', `nc -w 60 ${own} ${port} < /dev/null`]), 'loop');
    assert.equal(await store.succeed(['port', 'loop']), `80/tcp -> 0.0.0.0:${port}\n80/tcp -> [::]:${port}`);
    assert.equal(
      await store.succeed(['ps', '--format', '{{.Ports}}']),
      `0.0.0.0:${port}->80/tcp, [::]:${port}->80/tcp`,
    );
    await store.succeed(['rm', '-f', 'loop']);
    await assert.rejects(ask('127.0.0.1', port), { code: 'ECONNREFUSED' });
  });

  it('answer another host, unless they are published on 127.0.0.1 or not at all', async () => {
    const [open, closed] = [await freePort(), await freePort()];
    const neighbour = new Neighbour();
    try {
      await serve('open', ['-p', `${open}:80`]);
      await serve('closed', ['-p', `127.0.0.1:${closed}:80`]);
      await answers('127.0.0.1', open, 'open');
      await answers('127.0.0.1', closed, 'closed');
      await until('the neighbour is answered', () => neighbour.ask(neighbour.us, open) === 'open\n');
      assert.equal(neighbour.ask(neighbour.us, closed), '');
      neighbour.run('sysctl', '-qw', 'net.ipv4.conf.all.route_localnet=1');
      neighbour.run('ip', 'route', 'add', '127.0.0.0/8', 'via', neighbour.us);
      assert.equal(neighbour.ask('127.0.0.1', closed), '');
      const address = await store.succeed(['inspect', '-f', '{{.NetworkSettings.Networks.bridge.IPAddress}}', 'open']);
      assert.equal(neighbour.ask(address, 80), '');
    } finally {
      neighbour.dispose();
    }
  });

  it('lead no container to what listens on 127.0.0.1 of this machine', async () => {
    await serve('spy', ['-p', '80']);
    const secret = createServer((socket) => socket.end('secret\n')).listen(0, '127.0.0.1');
    try {
      await once(secret, 'listening');
      const { port } = secret.address() as AddressInfo;
      const own = await gateway('spy');
      const script = [
        'ip link set lo down',
        `ip route add 127.0.0.0/8 via ${own}`,
        'ip address del 127.0.0.1/8 dev lo',
        `nc -w 2 127.0.0.1 ${port} < /dev/null`,
      ].join('; ');
      const options = ['--rm', '--cap-add', 'NET_ADMIN', '--sysctl', 'net.ipv4.conf.all.route_localnet=1'];
      const { stdout, stderr } = await store.skiff(['run', ...options, 'busybox:1', 'sh', '-c', script]);
      assert.match(stderr, /^nc: .*timed out\n$/);
      assert.equal(stdout, '');
    } finally {
      secret.close();
    }
  });

  it('carry datagrams', async () => {
    const port = await freePort();
    await store.succeed(['run', '-d', '--name', 'udp', '-p', `${port}:53/udp`, '@host', 'perl', '-e', shouter]);
    await until('a datagram comes back', async () => (await exchange('127.0.0.1', port, 'hello')) === 'HELLO');
    assert.equal(await store.succeed(['port', 'udp', '53/udp']), `0.0.0.0:${port}\n[::]:${port}`);
  });

  it('are refused at once when another has them, and nothing is left of the container', async () => {
    const port = await freePort();
    const other = createServer().listen(port, '127.0.0.1');
    await once(other, 'listening');
    const refused = async (by: string): Promise<void> => {
      const { code, stderr } = await store.skiff(['run', '--rm', '-p', '80', '-p', `${port}:80`, 'busybox:1', 'true']);
      assert.equal(code, 125);
      assert.match(stderr, new RegExp(`Bind for 0\\.0\\.0\\.0:${port} failed: port is already allocated: `));
      assert.match(stderr, new RegExp(`: port ${port} is in use by ${by}\n`));
    };
    try {
      await refused(`node \\(process ${process.pid}\\)`);
    } finally {
      other.close();
    }
    await serve('first', ['-p', `${port}:80`]);
    await refused('container first');
    await store.succeed(['rm', '-f', 'first']);
    await store.succeed(['run', '--rm', '-p', `${port}:80`, 'busybox:1', 'true']);
    assert.deepEqual(store.containerIds(), []);
    assert.equal(mapped(), '');
  });

  it('take the first free one of a range, and of the kernel’s choice with -P', async () => {
    const other = createServer().listen(0, '0.0.0.0');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    await serve('range', ['-p', `127.0.0.1:${port}-${port + 20}:80`]);
    const [, chosen] = /^127\.0\.0\.1:(\d+)$/.exec(await store.succeed(['port', 'range', '80'])) ?? [];
    assert.ok(Number(chosen) > port, chosen);
    await answers('127.0.0.1', Number(chosen), 'range');
    other.close();
    await serve('all', ['-P', '--expose', '80']);
    const [, any] = /^0\.0\.0\.0:(\d+)\n\[::\]:\1$/.exec(await store.succeed(['port', 'all', '80'])) ?? [];
    await answers('127.0.0.1', Number(any), 'all');
  });

  it('are free again when the monitor was killed, and lead to who has them next', async () => {
    const port = await freePort();
    await serve('killed', ['-p', `${port}:80`]);
    await answers('127.0.0.1', port, 'killed');
    process.kill(await monitorOf('killed'), 'SIGKILL');
    await until('it is seen to have ended', async () => !(await store.succeed(['ps'])).includes('killed'));
    await serve('next', ['-p', `${port}:80`]);
    await answers('127.0.0.1', port, 'next');
    await store.succeed(['rm', '-f', 'next']);
    await store.succeed(['start', 'killed']);
    await answers('127.0.0.1', port, 'killed');
    await store.succeed(['rm', '-f', 'killed']);
    assert.equal(mapped(), '');
  });

  it('stay through a restart, and answer on both families where the network has both', async () => {
    const port = await freePort();
    await store.succeed(['network', 'create', '--ipv6', 'both']);
    await serve('dual', ['-p', `${port}:80`], ['--network', 'both']);
    const own = await store.succeed(['inspect', '-f', '{{.NetworkSettings.Networks.both.IPv6Gateway}}', 'dual']);
    for (const restart of [false, true]) {
      if (restart) await store.succeed(['restart', '-t', '0', 'dual']);
      await answers('127.0.0.1', port, 'dual');
      await answers(own, port, 'dual');
      await answers('::1', port, 'dual');
    }
    await store.succeed(['rm', '-f', 'dual']);
    await store.succeed(['network', 'rm', 'both']);
  });

  it('answer another host by IPv6, which their containers reach under the address of this one', async () => {
    const host = new HostNamespace('six');
    const six = new TestStore({ through: host.through });
    try {
      await six.succeed(['import', busyboxRootfs(), 'busybox:1']);
      await six.succeed(['network', 'create', '--ipv6', 'both']);
      await six.succeed([
        'run',
        '-d',
        '--name',
        'web',
        '--network',
        'both',
        '-p',
        '80:80',
        'busybox:1',
        ...server('web'),
      ]);
      await until('the neighbour is answered', () => host.askFromOutside(80, host.us6) === 'web\n');
      // It knows no way back to the container's own address.
      await six.succeed(['exec', 'web', 'ping', '-c', '1', '-W', '5', host.neighbour6]);
      const own = `nc -w 60 ${host.us6} 80 < /dev/null`;
      assert.equal(await six.succeed(['exec', 'web', 'sh', '-c', own]), 'web');
    } finally {
      await six.dispose();
      host.dispose();
    }
  });

  it('may be those that only root may take', async () => {
    const first = 700 + (process.pid % 200);
    await serve('low', ['-p', `127.0.0.1:${first}-${first + 50}:80`]);
    const [, chosen = ''] = /:(\d+)$/.exec(await store.succeed(['port', 'low', '80'])) ?? [];
    assert.ok(Number(chosen) < 1024, chosen);
    await answers('127.0.0.1', Number(chosen), 'low');
  });

  it('of SCTP are there where the kernel has it, and a clear error where not', async () => {
    const port = await freePort();
    const { code, stderr } = await store.skiff(['run', '-d', '-p', `${port}:80/sctp`, 'busybox:1', 'sleep', '1000']);
    if (readFileSync('/proc/net/protocols', 'utf8').includes('SCTP')) assert.equal(code, 0, stderr);
    else assert.match(stderr, /this kernel has no such protocol for 0\.0\.0\.0:\d+\n.*modprobe sctp/);
  });

  it('that can be nowhere are refused in words, or said to be left out', async () => {
    const port = await freePort();
    const said = async (...options: string[]): Promise<string> =>
      (await store.skiff(['run', '--rm', ...options, 'busybox:1', 'true'])).stderr;
    assert.match(await said('-p', `192.0.2.9:${port}:80`), /192\.0\.2\.9:\d+: this machine has no such address/);
    assert.match(await said('-p', `${port}:80`, '-p', `${port}:81`), /in use by this container itself/);
    assert.match(await said('--network', 'host', '-p', `${port}:80`), /Published ports are discarded/);
  });

  it('follow a container that leaves one network and joins another', async () => {
    const port = await freePort();
    await store.succeed(['network', 'create', 'next']);
    await store.succeed(['network', 'create', '--internal', 'shut']);
    await serve('mover', ['-p', `${port}:80`]);
    for (const [command, network, isPublished] of [
      ['connect', 'next', true],
      ['disconnect', 'bridge', true],
      ['connect', 'shut', true],
      ['disconnect', 'next', false],
      ['connect', 'bridge', true],
    ] as const) {
      await store.succeed(['network', command, network, 'mover']);
      const published = (await store.succeed(['port', 'mover'])) !== '';
      assert.equal(published, isPublished, `${command} ${network}`);
      if (isPublished) for (const host of ['127.0.0.1', '::1']) await answers(host, port, 'mover');
      else await assert.rejects(ask('127.0.0.1', port), { code: 'ECONNREFUSED' });
    }
    await store.succeed(['rm', '-f', 'mover']);
    await store.succeed(['network', 'rm', 'next', 'shut']);
    assert.equal(mapped(), '');
  });

  /** Elements of the store's maps of ports. */
  function mapped(): string {
    const table = execFileSync('nft', ['list', 'table', 'inet', `skiff-${store.id}`], { encoding: 'utf8' });
    return table
      .split('\n')
      .filter((line) => /^\s+(elements = \{ )?(tcp|udp) \./.test(line))
      .join('\n');
  }
});
