import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { collect, containerOptions, operation, runToEnd, testEngine, type TestEngine } from '../support/engine.ts';
import { until } from '../support/wait.ts';

/** The engine on the real kernel: namespaces, overlay and network of `@host`. */
describe('a container of @host', () => {
  let test: TestEngine;
  before(async () => {
    test = await testEngine();
  });
  after(() => test.dispose());

  const run = (command: string[], options: Parameters<typeof containerOptions>[0] | object = {}, input?: string) =>
    runToEnd(test.engine, containerOptions({ image: '@host', command, ...options }), input);

  it('prints what its process prints, and ends with its exit code', async () => {
    const outcome = await run(['sh', '-c', 'echo out; echo err >&2; exit 7']);
    assert.deepEqual([outcome.stdout, outcome.stderr, outcome.exitCode], ['out\n', 'err\n', 7]);
    const { state } = test.engine.findContainer(outcome.container.id);
    assert.ok(state.status === 'exited' && state.exitCode === 7);
  });

  it('sees itself as PID 1 of its own namespaces', async () => {
    const script = 'echo $$; hostname; for n in pid mnt uts ipc net cgroup; do readlink /proc/self/ns/$n; done';
    const { stdout, container } = await run(['sh', '-c', script]);
    const [pid, hostname, ...namespaces] = stdout.trim().split('\n');
    assert.equal(pid, '1');
    assert.equal(hostname, container.id.slice(0, 12));
    for (const [index, kind] of ['pid', 'mnt', 'uts', 'ipc', 'net', 'cgroup'].entries()) {
      assert.notEqual(namespaces[index], readlinkSync(`/proc/self/ns/${kind}`));
    }
  });

  it('has an address on the bridge, a default route, and reaches the gateway', async () => {
    const { stdout } = await run(['sh', '-c', 'cat /proc/net/route; grep "$(hostname)" /etc/hosts']);
    assert.match(stdout, /^eth0\t00000000\t[0-9A-F]{8}/m);
    assert.match(stdout, /^10\.\d+\.\d+\.\d+\t[0-9a-f]{12}$/m);
    const leases = readdirSync(join(test.root, 'networks/bridge/leases'));
    assert.deepEqual(leases, [], 'an address is free again after the end');
  });

  it('has only loopback without a network', async () => {
    const { stdout } = await run(['sh', '-c', 'ls /sys/class/net'], { network: 'none' });
    assert.equal(stdout, 'lo\n');
  });

  it('changes nothing of the machine', async () => {
    const probe = `/etc/skiff-probe-${process.pid}`;
    const { exitCode } = await run(['sh', '-c', `echo x > ${probe} && rm /etc/passwd`]);
    assert.equal(exitCode, 0);
    assert.equal(existsSync(probe), false);
    assert.ok(existsSync('/etc/passwd'));
  });

  it('hides the store, password hashes and the keys of its user', async () => {
    const { stdout } = await run(['sh', '-c', `ls -A ${test.root} | wc -l; wc -c < /etc/shadow; ls -A /run | wc -l`]);
    const [store, shadow] = stdout.trim().split('\n');
    assert.deepEqual([store, shadow], ['0', '0']);
  });

  it('shows what is mounted where it hides something', async () => {
    const mounts = ['/etc/ssl/private', '/var/lib/docker/place'].map((target) => ({
      ...{ type: 'bind' as const, source: '/etc/ssl', target, readonly: true },
      ...{ propagation: 'rprivate' as const, recursive: true },
    }));
    const { stdout } = await run(['ls', '-d', ...mounts.map(({ target }) => `${target}/certs`)], { mounts });
    assert.equal(stdout, mounts.map(({ target }) => `${target}/certs\n`).join(''));
  });

  it("has Docker's capabilities, a seccomp filter and no way to the devices", async () => {
    const script =
      'grep -E "CapBnd|CapEff|^Seccomp:" /proc/self/status; mknod /dev/disk b 254 0 && cat /dev/disk; mount -t tmpfs x /mnt; echo done';
    const { stdout, stderr } = await run(['sh', '-c', script]);
    assert.match(stdout, /CapEff:\s*00000000a80425fb/);
    assert.match(stdout, /CapBnd:\s*00000000a80425fb/);
    assert.match(stdout, /Seccomp:\s*2/);
    assert.match(stderr, /\/dev\/disk: Operation not permitted/);
    assert.match(stderr, /mount: .*permission denied/i);
  });

  it('gets what is written to its stdin, and its end', async () => {
    const { stdout, exitCode } = await run(['cat'], { openStdin: true, stdinOnce: true }, 'one\ntwo\n');
    assert.deepEqual([stdout, exitCode], ['one\ntwo\n', 0]);
  });

  it('has a terminal of its own devpts', async () => {
    const { stdout } = await run(['sh', '-c', 'tty; stty size'], { tty: true });
    assert.equal(stdout, '/dev/pts/0\r\n24 80\r\n');
  });

  for (const [command, exitCode, message] of [
    ['/no/such', 127, 'exec: "/no/such": stat /no/such: no such file or directory'],
    ['nosuch', 127, 'exec: "nosuch": executable file not found in $PATH'],
    ['/etc/passwd', 126, 'exec: "/etc/passwd": permission denied'],
  ] as const) {
    it(`fails with ${exitCode} for ${command}, and leaves nothing running`, async () => {
      const container = await test.engine.createContainer(
        containerOptions({ image: '@host', command: [command] }),
        operation,
      );
      const { started } = await test.engine.startContainer(container.id, { gate: false }, operation);
      await assert.rejects(started, { exitCode, message });
      assert.equal(test.engine.findContainer(container.id).state.status === 'running', false);
      await test.engine.removeContainer(container.id, { force: false }, operation);
    });
  }

  it('that is to be removed when it ends leaves nothing of itself', async () => {
    const { container } = await run(['true'], { autoRemove: true, name: 'gone' });
    assert.throws(() => test.engine.findContainer(container.id), { code: 'not-found' });
    assert.equal(existsSync(join(test.root, 'containers', container.id)), false);
    assert.equal(existsSync(join(test.root, 'names/gone')), false);
    assert.deepEqual(
      readdirSync(join(test.runRoot, test.engine.info().storeId, 'state')).filter((id) => id === container.id),
      [],
    );
  });

  it('stops at once when nothing handles the signal and that is wanted, and starts again with its files', async () => {
    const script = 'echo run >> /count; cat /count; exec sleep 1000';
    const { engine } = test;
    const container = await engine.createContainer(
      containerOptions({ image: '@host', command: ['sh', '-c', script] }),
      operation,
    );
    await (
      await engine.startContainer(container.id, { gate: false }, operation)
    ).started;
    // The shell could take the signal, and lose it when it becomes another program.
    await until('PID 1 is sleep', () => {
      const { state } = engine.findContainer(container.id);
      return state.status === 'running' && readFileSync(`/proc/${state.pid}/comm`, 'utf8') === 'sleep\n';
    });
    await assert.rejects(engine.removeContainer(container.id, { force: false }, operation), {
      code: 'conflict',
    });
    assert.equal(engine.vainGrace(container.id), 10);
    let deafFor: number | undefined;
    const onDeaf = (seconds: number): void => void (deafFor = seconds);
    await engine.stopContainer(container.id, { timeoutSeconds: 1, onDeaf }, operation);
    assert.equal(deafFor, 1);
    const { state } = engine.findContainer(container.id);
    assert.ok(state.status === 'exited' && state.exitCode === 137);
    await (
      await engine.startContainer(container.id, { gate: false }, operation)
    ).started;
    let log = '';
    for await (const { bytes } of engine.logs(container.id, { follow: true }, operation)) {
      log += bytes.toString();
      if (log.split('\n').length === 4) break;
    }
    assert.equal(log, 'run\nrun\nrun\n');
    await engine.removeContainer(container.id, { force: true }, operation);
  });

  it('follows its log to its end', async () => {
    const { engine } = test;
    const command = ['sh', '-c', 'for i in 1 2 3; do echo $i; sleep 0.1; done'];
    const container = await engine.createContainer(containerOptions({ image: '@host', command }), operation);
    await (
      await engine.startContainer(container.id, { gate: false }, operation)
    ).started;
    let log = '';
    for await (const { bytes } of engine.logs(container.id, { follow: true }, operation)) log += bytes.toString();
    assert.equal(log, '1\n2\n3\n');
  });

  it('runs a second process in its namespaces', async () => {
    const { engine } = test;
    const container = await engine.createContainer(
      containerOptions({ image: '@host', command: ['sleep', '1000'] }),
      operation,
    );
    await (
      await engine.startContainer(container.id, { gate: false }, operation)
    ).started;
    const exec = { tty: false, openStdin: false, detach: false, env: ['X=1'], privileged: false };
    const { socket, started } = await engine.exec(
      container.id,
      { ...exec, command: ['sh', '-c', 'hostname; tr "\\0" " " < /proc/1/cmdline; echo $X; exit 9'] },
      operation,
    );
    const [outcome] = await Promise.all([collect(socket), started]);
    assert.deepEqual([outcome.stdout, outcome.exitCode], [`${container.id.slice(0, 12)}\nsleep 1000 1\n`, 9]);
    await engine.removeContainer(container.id, { force: true }, operation);
  });

  it('tells watchers of its start and its end', async () => {
    const { engine } = test;
    const seen: string[] = [];
    const ended = Promise.withResolvers<void>();
    const container = await engine.createContainer(
      containerOptions({ image: '@host', command: ['sleep', '1000'] }),
      operation,
    );
    const unwatch = engine.watch(() => {
      const { status } = engine.findContainer(container.id).state;
      if (seen.at(-1) !== status) seen.push(status);
      if (status === 'exited') ended.resolve();
    });
    await (
      await engine.startContainer(container.id, { gate: false }, operation)
    ).started;
    // It is looked at a moment after the change.
    await until('its start is told', () => seen.at(-1) === 'running');
    await engine.killContainer(container.id, 'KILL');
    await ended.promise;
    unwatch();
    const told = seen.filter((status) => status !== 'created');
    assert.deepEqual(told, ['running', 'exited']);
  });

  it('keeps its name to itself', async () => {
    await test.engine.createContainer(containerOptions({ image: '@host', command: ['true'], name: 'mine' }), operation);
    await assert.rejects(
      test.engine.createContainer(containerOptions({ image: '@host', command: ['true'], name: 'mine' }), operation),
      { code: 'already-exists' },
    );
  });

  it('has a config.json of the OCI runtime specification', async () => {
    const { id } = await test.engine.createContainer(
      containerOptions({ image: '@host', command: ['true'] }),
      operation,
    );
    const config = JSON.parse(readFileSync(join(test.root, 'containers', id, 'config.json'), 'utf8')) as {
      ociVersion: string;
      process: { args: string[] };
    };
    assert.equal(config.ociVersion, '1.2.0');
    assert.deepEqual(config.process.args, ['true']);
  });
});
