import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { lutimesSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { question, silence, upstream } from '../support/dns.ts';
import { HostNamespace } from '../support/host-namespace.ts';
import { busyboxRootfs } from '../support/images.ts';
import { skiffBinary } from '../support/paths.ts';
import { run } from '../support/run.ts';
import { TestStore } from '../support/store.ts';
import { until } from '../support/wait.ts';

const noSuchName = '3';
const serverFailed = '2';

describe('names on a user-defined network', () => {
  let store: TestStore;
  before(async () => {
    store = new TestStore();
    await store.succeed(['import', busyboxRootfs(), 'busybox:1']);
    await store.succeed(['network', 'create', 'app']);
    await store.succeed(['network', 'create', '--internal', 'inner']);
  });
  afterEach(async () => {
    const ids = store.containerIds();
    if (ids.length > 0) await store.succeed(['rm', '-f', ...ids]);
    // Those of one that was run with --rm go when nobody waits for it any more.
    for (const network of ['app', 'inner'])
      for (const kind of ['names', 'leases'])
        await until(`${kind} of ${network} are free`, () => {
          const left = readdirSync(join(store.root, 'networks', network, kind));
          return left.length === 0 || Promise.reject(new Error(left.join()));
        });
  });
  after(() => store.dispose());

  /** Sleeps on the network `app`, unless told otherwise; returns its id. */
  const start = (name: string, options: string[] = [], network = 'app'): Promise<string> =>
    store.succeed(['run', '-d', '--name', name, '--network', network, ...options, '@host', 'sleep', '1000']);
  const ask = (from: string, ...asked: Parameters<typeof question>): Promise<string> =>
    store.succeed(['exec', from, ...question(...asked)]);
  const addressOf = (name: string, network = 'app', key = 'IPAddress'): Promise<string> =>
    store.succeed(['inspect', '-f', `{{(index .NetworkSettings.Networks "${network}").${key}}}`, name]);
  const stateOf = (id: string): string[] =>
    readFileSync(join(store.runRoot, readdirSync(store.runRoot)[0] ?? '', 'state', id), 'utf8').split(' ');
  const resolvers = (): string[] =>
    readdirSync('/proc').filter((pid) => {
      try {
        return (
          readFileSync(`/proc/${pid}/comm`, 'utf8') === 'skiff-resolver\n' &&
          readlinkSync(`/proc/${pid}/root`).startsWith(store.root)
        );
      } catch {
        return false;
      }
    });

  it('are the container’s own, its aliases, its short id, and each with the network’s name', async () => {
    const id = await start('Db', ['--network-alias', 'data', '--hostname', 'store.lan']);
    await start('web');
    const address = await addressOf('Db');
    for (const name of ['Db', 'db', 'data', 'DATA', 'store.lan', id.slice(0, 12), 'db.app', 'data.APP'])
      assert.equal(await ask('web', name), `0 ${address}`, name);
    assert.equal(await ask('web', 'data', 'A', 'tcp'), `0 ${address}`);
    assert.equal(await ask('Db', 'Db'), `0 ${address}`);
    assert.equal(await ask('web', `${address.split('.').toReversed().join('.')}.in-addr.arpa`, 'PTR'), '0 Db.app');
    // Known, but without such records: who asks for both families is not kept waiting, and asks nobody else.
    assert.equal(await ask('web', 'db', 'AAAA'), '0');
    assert.equal(await ask('web', 'db', 'MX'), '0');
    const known = await store.succeed(['exec', 'web', 'getent', 'hosts', 'data']);
    assert.deepEqual(known.split(/\s+/), [address, 'data']);
    assert.match(await store.succeed(['exec', 'web', 'cat', '/etc/resolv.conf']), /^nameserver 127\.0\.0\.11$/m);
  });

  it('carry pings, connections and datagrams', async () => {
    await store.succeed(['run', '-d', '--name', 'server', '--network', 'app', '@host', ...upstream('192.0.2.9')]);
    await start('client');
    for (const protocol of ['udp', 'tcp'] as const)
      await until(`${protocol} comes through`, async () => {
        const { stdout } = await store.skiff(['exec', 'client', ...question('any', 'A', protocol, 'server')]);
        return stdout === '0 192.0.2.9\n';
      });
    const ping = ['ping', '-c', '1', '-W', '5', 'server'];
    assert.match(await store.succeed(['run', '--rm', '--network', 'app', 'busybox:1', ...ping]), / 0% packet loss/);
  });

  it('come and go with their containers, also when a monitor is killed, and follow a new name', async () => {
    await start('web', ['--add-host', 'static:192.0.2.7'], 'inner');
    await store.succeed(['create', '--name', 'db', '--network', 'inner', '@host', 'sleep', '1000']);
    const isKnown = async (name: string): Promise<boolean> => (await ask('web', name)).startsWith('0 ');
    assert.equal(await ask('web', 'db'), noSuchName);
    await store.succeed(['start', 'db']);
    assert.ok(await isKnown('db'));
    await store.succeed(['rename', 'db', 'maria']);
    assert.ok(await isKnown('maria'));
    assert.equal(await ask('web', 'db'), noSuchName);
    const reverse = `${(await addressOf('maria', 'inner')).split('.').toReversed().join('.')}.in-addr.arpa`;
    assert.equal(await ask('web', reverse, 'PTR'), '0 maria.inner');
    await store.succeed(['network', 'disconnect', 'inner', 'maria']);
    assert.equal(await ask('web', 'maria'), noSuchName);
    await store.succeed(['network', 'connect', '--alias', 'late', 'inner', 'maria']);
    assert.ok(await isKnown('late'));
    await store.succeed(['stop', '-t', '0', 'maria']);
    for (const name of ['maria', 'late', reverse]) assert.equal(await ask('web', name), noSuchName, name);
    await store.succeed(['start', 'maria']);
    assert.ok(await isKnown('late'));
    const id = await store.succeed(['inspect', '-f', '{{.Id}}', 'maria']);
    process.kill(Number(stateOf(id)[2]), 'SIGKILL');
    await until('it leads nowhere, though nobody has looked at containers', async () => !(await isKnown('maria')));
    for (const name of ['late', reverse]) assert.equal(await ask('web', name), noSuchName, name);
    const [address = ''] = readdirSync(join(store.root, 'networks/inner/leases')).filter(
      (name) => readlinkSync(join(store.root, 'networks/inner/leases', name)) === id,
    );
    const lease = join(store.root, 'networks/inner/leases', address);
    // What was claimed just now may be of someone who has not begun yet.
    lutimesSync(lease, 0, 0);
    await until('somebody looks, and gives its address back', async () => {
      await store.succeed(['ps', '-a']);
      return !readdirSync(dirname(lease)).includes(address);
    });
    await store.succeed(['rm', '-f', 'maria']);
    await store.succeed(['run', '-d', '--rm', '--name', 'brief', '--network', 'inner', '@host', 'sleep', '1000']);
    await store.succeed(['rename', 'brief', 'short']);
    await store.succeed(['stop', '-t', '0', 'short']);
    await until('its name is free', () => readdirSync(join(store.root, 'names')).join() === 'web');
  });

  it('are answered in a container that began on the default network, from its first connection on', async () => {
    await store.succeed(['run', '-d', '--name', 'lone', '@host', 'sleep', '1000']);
    const id = await start('db');
    assert.doesNotMatch(await store.succeed(['exec', 'lone', 'cat', '/etc/resolv.conf']), /127\.0\.0\.11/);
    await store.succeed(['network', 'connect', 'app', 'lone']);
    assert.equal(await ask('lone', 'db'), `0 ${await addressOf('db')}`);
    assert.equal(await ask('db', 'lone'), `0 ${await addressOf('lone')}`);
    assert.equal(await ask('lone', id.slice(0, 12)), `0 ${await addressOf('db')}`);
  });

  it('stay right through a restart by policy while no helper lives, with networks joined meanwhile', async () => {
    await start('web', [], 'inner');
    await start('again', ['--restart', 'always'], 'app');
    await store.succeed(['network', 'connect', '--alias', 'twice', 'inner', 'again']);
    await store.succeed(['network', 'disconnect', 'app', 'again']);
    const id = await store.succeed(['inspect', '-f', '{{.Id}}', 'again']);
    const address = await addressOf('again', 'inner');
    const helpers = (): { pid: number }[] => store.processes().filter(({ command }) => /helper\.js/.test(command));
    for (const { pid } of helpers()) process.kill(pid, 'SIGTERM');
    await until('no helper lives', () => helpers().length === 0);
    const [, first] = stateOf(id);
    process.kill(Number(first), 'SIGKILL');
    await until('it runs again', () => stateOf(id)[0] === 'running' && stateOf(id)[1] !== first);
    assert.deepEqual(helpers(), []);
    assert.equal(await ask('web', 'twice'), `0 ${address}`);
    assert.equal(await ask('again', 'web'), `0 ${await addressOf('web', 'inner')}`);
    assert.deepEqual(await store.succeed(['exec', 'again', 'ls', '/sys/class/net']), 'eth0\nlo');
  });

  it('lead to all who share an alias, in both families, and of a link to the one that it means', async () => {
    await store.succeed(['network', 'create', '--ipv6', 'both']);
    await start('one', ['--network-alias', 'pool'], 'both');
    await start('two', ['--network-alias', 'pool'], 'both');
    await start('web', ['--link', 'two:mine'], 'both');
    const addresses = await Promise.all(['one', 'two'].map((name) => addressOf(name, 'both')));
    assert.deepEqual((await ask('web', 'pool')).split(' ').slice(1).toSorted(), addresses.toSorted());
    assert.equal(await ask('web', 'mine'), `0 ${addresses[1]}`);
    const address6 = await addressOf('one', 'both', 'GlobalIPv6Address');
    assert.equal(await store.succeed(['exec', 'web', 'getent', 'ahostsv6', 'one']).then(firstWord), address6);
    assert.equal(await store.succeed(['exec', 'web', 'getent', 'hosts', address6]).then(lastWord), 'one.both');
    await store.succeed(['rm', '-f', 'one', 'two', 'web']);
    await store.succeed(['network', 'rm', 'both']);
  });

  it('that nobody here has are asked of the servers that --dns names, by TCP where that is needed', async () => {
    await store.succeed(['run', '-d', '--name', 'dns', '--network', 'app', '@host', ...upstream('192.0.2.1')]);
    const server = await addressOf('dns');
    await start('web', ['--dns', server]);
    await until('it answers', async () => (await ask('web', 'example.org')) === '0 192.0.2.1');
    assert.equal(await ask('web', 'example.org', 'A', 'tcp'), '0 192.0.2.1');
    assert.equal(await ask('web', 'a.big'), '0 cut');
    assert.equal((await ask('web', 'a.big', 'A', 'tcp')).split(' ').length, 3001);
    assert.equal(await store.succeed(['exec', 'web', 'getent', 'ahostsv4', 'a.big']).then(firstWord), '192.0.2.1');
    assert.equal(await ask('web', 'it.down'), serverFailed);
    assert.equal(await ask('web', 'dns'), `0 ${server}`);
    // The first is not there.
    await start('second', ['--dns', '127.0.0.1', '--dns', server]);
    assert.equal(await ask('second', 'example.org'), '0 192.0.2.1');
    assert.equal(await ask('second', 'it.down', 'A', 'tcp'), serverFailed);
    // A server may be in the container, too: port 53 of its other addresses is its own.
    await start('third', ['--dns', '127.0.0.1']);
    await store.succeed(['exec', '-d', 'third', ...upstream('192.0.2.2')]);
    await until('it is there', async () => (await ask('third', 'example.org')) === '0 192.0.2.2');
  });

  it('that nobody here has fail at once when the server is gone, soon when it is silent, and always on an internal network', async () => {
    await start('web', ['--dns', '127.0.0.1']);
    await store.succeed(['run', '-d', '--name', 'dns', '--network', 'app', '@host', ...silence]);
    await start('silent', ['--dns', await addressOf('dns')]);
    await start('inside', [], 'inner');
    for (const protocol of ['udp', 'tcp'] as const) {
      assert.equal(await ask('web', 'example.org', 'A', protocol), serverFailed);
      assert.equal(await ask('silent', 'example.org', 'A', protocol), serverFailed);
      assert.equal(await ask('inside', 'example.org', 'A', protocol), noSuchName);
    }
  });

  it('are asked of the host’s resolvers, as its resolv.conf names them when somebody asks', async () => {
    const other = new TestStore();
    const resolvConf = join(tmpdir(), `skiff-resolv-${process.pid}`);
    try {
      await store.succeed(['run', '-d', '--name', 'dns', '--network', 'app', '@host', ...upstream('192.0.2.3')]);
      writeFileSync(resolvConf, `# the host's\nnameserver ${await addressOf('dns')}\nsearch lan\n`);
      const script = 'umask 077; mount --bind "$1" /etc/resolv.conf; shift; exec "$@"';
      const inHost = ['-m', 'sh', '-c', script, 'sh', resolvConf, skiffBinary];
      const env = { SKIFF_SOCKET: undefined, ...other.env };
      const { code, stderr } = await run('unshare', [...inHost, 'network', 'create', 'net'], { env });
      assert.equal(code, 0, stderr);
      await other.succeed(['run', '-d', '--name', 'web', '--network', 'net', '@host', 'sleep', '1000']);
      const asked = ['exec', 'web', ...question('example.org')];
      await until('it answers', async () => (await other.succeed(asked)) === '0 192.0.2.3');
      assert.match(await other.succeed(['exec', 'web', 'cat', '/etc/resolv.conf']), /^search lan$/m);
      // The helper's umask kept nothing from whom it concerns.
      assert.match(await other.succeed(['exec', 'web', ...question('web')]), /^0 10\./);
    } finally {
      await other.dispose();
      rmSync(resolvConf, { force: true });
    }
  });

  it('are asked of a stub on the host’s loopback, as systemd-resolved’s is; on the default network of what the stub asks', async () => {
    const host = new HostNamespace('stub');
    const resolvConf = join(tmpdir(), `skiff-stub-${process.pid}`);
    writeFileSync(resolvConf, 'nameserver 127.0.0.53\noptions edns0 trust-ad\nsearch lan\n');
    const script = `mount -t tmpfs run /run && mkdir -p /run/systemd/resolve &&
      echo nameserver ${host.us} > /run/systemd/resolve/resolv.conf &&
      mount --bind "$1" /etc/resolv.conf && shift && exec "$@"`;
    const other = new TestStore({ through: [...host.through, 'sh', '-c', script, 'sh', resolvConf] });
    const servers = [upstream('192.0.2.4', '127.0.0.53'), upstream('192.0.2.5', host.us)].map((server) => {
      const [command = '', ...args] = [...host.through, ...server];
      return spawn(command, args, { stdio: 'ignore' });
    });
    try {
      await other.succeed(['network', 'create', 'net']);
      for (const [name, network, server, answer] of [
        ['named', 'net', '127.0.0.11', '192.0.2.4'],
        ['plain', 'bridge', host.us, '192.0.2.5'],
      ] as const) {
        await other.succeed(['run', '-d', '--name', name, '--network', network, '@host', 'sleep', '1000']);
        const text = await other.succeed(['exec', name, 'cat', '/etc/resolv.conf']);
        assert.match(text, new RegExp(`^nameserver ${server}\nsearch lan\noptions edns0 trust-ad`), name);
        const asked = ['exec', name, ...question('example.org', 'A', 'udp', server)];
        await until(`${name} is answered`, async () => (await other.succeed(asked)) === `0 ${answer}`);
      }
    } finally {
      for (const server of servers) server.kill();
      await other.dispose();
      host.dispose();
      rmSync(resolvConf, { force: true });
    }
  });

  it('are answered by a process that has no right, and is there only while there are questions', async () => {
    const id = await start('web', ['--network-alias', 'me']);
    assert.deepEqual(resolvers(), []);
    const address = await addressOf('web');
    assert.equal(await ask('web', 'me'), `0 ${address}`);
    const [pid = ''] = resolvers();
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    for (const line of [
      /^Uid:(\t65534){4}$/m,
      /^CapPrm:\t0+$/m,
      /^CapEff:\t0+$/m,
      /^NoNewPrivs:\t1$/m,
      /^Seccomp:\t2$/m,
    ])
      assert.match(status, line);
    assert.equal(readlinkSync(`/proc/${pid}/root`), join(store.root, 'networks'));
    const open = readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`));
    assert.deepEqual(open.map((path) => path.replace(/:.*|.*\//, '')).toSorted(), [
      'net',
      'networks',
      'resolver',
      'socket',
      'socket',
    ]);
    // Its death is no more than a question that is asked again.
    process.kill(Number(pid), 'SIGKILL');
    assert.equal(await ask('web', 'me'), `0 ${address}`);
    await until('nobody answers any more', () => resolvers().length === 0);
    assert.equal(await ask('web', 'me'), `0 ${address}`);
    process.kill(Number(stateOf(id)[2]), 'SIGKILL');
    await until('it ends with its monitor', () => resolvers().length === 0, 4000);
  });
});

const firstWord = (text: string): string => text.split(/\s+/)[0] ?? '';
const lastWord = (text: string): string => text.trim().split(/\s+/).at(-1) ?? '';
