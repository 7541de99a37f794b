import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { after, afterEach, before, describe, it } from 'node:test';
import { compile } from '../support/compile.ts';
import { busyboxRootfs } from '../support/images.ts';
import { processes } from '../support/kernel-objects.ts';
import { Neighbour } from '../support/neighbour.ts';
import { TestStore } from '../support/store.ts';
import { ask, exchange, freePort, server, shouter } from '../support/traffic.ts';
import { until } from '../support/wait.ts';

const hosts = [
  { title: 'with nftables', through: (): string[] => [], ways: ['::1'] },
  {
    title: 'without nftables',
    through: (): string[] => [compile(join(import.meta.dirname, '../support/without-nftables.c'))],
    ways: ['127.0.0.1', '::1'],
  },
];

for (const { title, through, ways } of hosts) {
  describe(`published ports of a container with IPv4 alone, on a host ${title}`, () => {
    let store: TestStore;
    before(async () => {
      store = new TestStore({ through: through() });
      await store.succeed(['import', busyboxRootfs(), 'busybox:1']);
    });
    afterEach(async () => {
      const ids = store.containerIds();
      if (ids.length > 0) await store.succeed(['rm', '-f', ...ids]);
    });
    after(() => store.dispose());

    /** Returns the host's port. */
    const publish = async (name: string, inner: string, ...command: string[]): Promise<number> => {
      const port = await freePort();
      await store.succeed(['run', '-d', '--name', name, '-p', `${port}:${inner}`, ...command]);
      return port;
    };
    const answers = (host: string, port: number, word: string): Promise<unknown> =>
      until(`${host}:${port} answers`, async () => (await ask(host, port)) === `${word}\n`);
    /** Who carried for it ends with it, and has its sockets for a moment. */
    const refuses = (host: string, port: number): Promise<unknown> =>
      until(`${host}:${port} refuses`, () =>
        assert.rejects(ask(host, port), { code: 'ECONNREFUSED' }).then(() => true),
      );

    it('answer on both families of loopback, another host, and the container itself', async () => {
      const port = await publish('web', '80', 'busybox:1', ...server('web'));
      for (const host of ['127.0.0.1', '::1']) await answers(host, port, 'web');
      const neighbour = new Neighbour();
      try {
        await until('the neighbour is answered', () => neighbour.ask(neighbour.us, port) === 'web\n');
      } finally {
        neighbour.dispose();
      }
      const own = await store.succeed(['inspect', '-f', '{{.NetworkSettings.Networks.bridge.Gateway}}', 'web']);
      assert.equal(await store.succeed(['exec', 'web', 'sh', '-c', `nc -w 60 ${own} ${port} < /dev/null`]), 'web');
      assert.equal(await store.succeed(['port', 'web']), `80/tcp -> 0.0.0.0:${port}\n80/tcp -> [::]:${port}`);
      assert.match(await store.succeed(['ps']), new RegExp(`0\\.0\\.0\\.0:${port}->80/tcp, \\[::\\]:${port}->80/tcp`));
      await store.succeed(['rm', '-f', 'web']);
      for (const host of ways) await refuses(host, port);
    });

    it('are published on one address alone when that is said', async () => {
      const port = await freePort();
      await store.succeed(['run', '-d', '-p', `[::1]:${port}:80`, 'busybox:1', ...server('six')]);
      await answers('::1', port, 'six');
      await assert.rejects(ask('127.0.0.1', port), { code: 'ECONNREFUSED' });
    });

    it('carry megabytes both ways, and the end of each way by itself', async () => {
      const port = await publish('echo', '80', 'busybox:1', 'nc', '-ll', '-p', '80', '-e', 'cat');
      const sent = randomBytes(8 * 1024 * 1024);
      const hash = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
      for (const host of ways) {
        await until('it listens', async () => (await ask(host, port)) === '');
        const sockets = Array.from({ length: 4 }, () => connect({ host, port }));
        for (const socket of sockets) socket.end(sent);
        for (const got of await Promise.all(sockets.map((socket) => buffer(socket))))
          assert.equal(hash(got), hash(sent));
      }
    });

    it('carry datagrams, each asker its own', async () => {
      const port = await publish('udp', '53/udp', '@host', 'perl', '-e', shouter);
      for (const host of ways) {
        await until('a datagram comes back', async () => (await exchange(host, port, 'hello')) === 'HELLO');
        const words = ['one', 'two', 'three', 'four'];
        assert.deepEqual(
          await Promise.all(words.map((word) => exchange(host, port, word, 5000))),
          words.map((word) => word.toUpperCase()),
        );
      }
    });

    it('refuse when nobody listens in the container, and give what it said before its end', async () => {
      const idle = await publish('idle', '80', 'busybox:1', 'sleep', '1000');
      for (const host of ways) await assert.rejects(ask(host, idle), { code: 'ECONNRESET' });
      const script = 'head -c 500000 /dev/zero | nc -l -p 80';
      for (const host of ways) {
        const port = await publish('last', '80', '--rm', 'busybox:1', 'sh', '-c', script);
        await until('all of it comes', async () => {
          const socket = connect({ host, port });
          return (await buffer(socket)).length === 500_000;
        });
        await until('it has ended', async () => !(await store.succeed(['ps', '-a'])).includes('last'));
      }
    });

    it('take a process that has no rights, and is gone with the container', async () => {
      const port = await publish('web', '80', 'busybox:1', ...server('web'));
      await answers('::1', port, 'web');
      const monitor = await monitorOf('web');
      // It goes when nobody has come for a while.
      const proxy = await until('who carries is there', async () => {
        await ask('::1', port);
        return proxies(monitor)[0];
      });
      const status = readFileSync(`/proc/${proxy}/status`, 'utf8');
      assert.match(status, /^Uid:\t65534\t65534\t65534\t65534$/m);
      assert.match(status, /^CapEff:\t0+$/m);
      assert.match(status, /^Seccomp:\t2$/m);
      // Those of the last visitor are closed in a moment.
      const open = (): number => readdirSync(`/proc/${proxy}/fd`).length;
      await until(
        'it has no more than it needs',
        () => open() < 8 || Promise.reject(new Error(`${open()} descriptors`)),
      );
      await store.succeed(['restart', '-t', '0', 'web']);
      await until('it is gone', () => !processes().some(({ pid }) => pid === proxy));
      await answers('::1', port, 'web');
      process.kill(await monitorOf('web'), 'SIGKILL');
      await until('the port is free', () =>
        ask('::1', port).then(
          () => false,
          () => true,
        ),
      );
    });

    /** Processes that carry for a monitor. */
    const proxies = (monitor: number): number[] =>
      processes()
        .filter(({ parent, name }) => parent === monitor && name === 'skiff-proxy')
        .map(({ pid }) => pid);

    async function monitorOf(name: string): Promise<number> {
      const id = await store.succeed(['inspect', '-f', '{{.Id}}', name]);
      return Number(readFileSync(join(store.runRoot, store.id ?? '', 'state', id), 'utf8').split(' ')[2]);
    }
  });
}
