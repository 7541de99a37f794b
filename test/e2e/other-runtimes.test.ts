import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { collect, containerOptions, operation, testEngine } from '../support/engine.ts';
import { HelperWindow } from '../support/helper-window.ts';
import { busyboxRootfs } from '../support/images.ts';
import { Pty } from '../support/pty.ts';
import { skiffBinary } from '../support/paths.ts';
import { TestStore } from '../support/store.ts';
import { until } from '../support/wait.ts';

const isHere = (name: string): boolean =>
  ['/usr/sbin', '/usr/bin', '/usr/local/bin', '/usr/local/sbin'].some((folder) => existsSync(`${folder}/${name}`));

const plain = { tty: false, openStdin: false, detach: false, env: [], privileged: false };

for (const runtime of ['crun', 'runc', 'runsc'])
  describe(
    `a container that ${runtime} makes`,
    { skip: isHere(runtime) ? false : `${runtime} is not installed` },
    () => {
      let store: TestStore;
      before(async () => {
        store = new TestStore();
        await store.succeed(['import', busyboxRootfs(), 'box']);
      });
      after(() => store.dispose());

      const run = (...args: string[]) => store.skiff(['run', '--runtime', runtime, '--rm', ...args]);
      const start = (name: string, ...args: string[]): Promise<string> =>
        store.succeed(['run', '--runtime', runtime, '-d', '--name', name, ...args]);
      const inspect = (name: string, format: string): Promise<string> => store.succeed(['inspect', '-f', format, name]);

      it('has its stdio apart, its exit code, and the name of its runtime', async () => {
        assert.deepEqual(await run('box', 'sh', '-c', 'echo out; echo err >&2; exit 7'), {
          ...{ code: 7, stdout: 'out\n', stderr: 'err\n' },
        });
        const { stdout } = await store.skiff(['run', '--runtime', runtime, '-i', '--rm', 'box', 'cat'], {
          input: 'in',
        });
        assert.equal(stdout, 'in');
        await start('named', 'box', 'sleep', '1000');
        assert.equal(await inspect('named', '{{.HostConfig.Runtime}}'), runtime);
      });

      it('says what can’t be executed with Docker’s exit codes', async () => {
        const missing = await run('box', 'no-such-command');
        assert.equal(missing.code, 127);
        assert.match(missing.stderr, /no-such-command.*not found in \$PATH/);
        assert.equal((await run('box', '/etc/passwd')).code, 126);
        assert.equal((await run('-u', 'nobody-such', 'box', 'true')).code, 125);
      });

      it('is confined as one of ours is', async () => {
        const look =
          "grep -E 'Cap|NoNewPrivs|Seccomp:' /proc/self/status; id; hostname; pwd; echo $HOME; cat /proc/sys/net/ipv4/ping_group_range; " +
          'wc -c < /proc/kcore; touch /proc/sys/kernel/x 2>&1; mount -t tmpfs x /tmp 2>&1; ls /dev | grep -v core; ulimit -n; cat /sys/fs/cgroup/x 2>&1';
        const how = ['--rm', '-h', 'inside', '--network', 'none', '--ulimit', 'nofile=64:64'];
        for (const more of [
          ['-w', '/made'],
          ['-u', 'daemon', '--group-add', '1234'],
          ['--cap-drop', 'ALL', '--cap-add', 'CHOWN', '--security-opt', 'no-new-privileges'],
          ['--read-only'],
        ]) {
          const ours = await store.skiff(['run', ...how, ...more, 'box', 'sh', '-c', look]);
          const theirs = await store.skiff(['run', '--runtime', runtime, ...how, ...more, 'box', 'sh', '-c', look]);
          assert.match(ours.stdout, /CapEff/, ours.stderr);
          assert.equal(theirs.stdout, ours.stdout, more.join(' '));
        }
      });

      it('has volumes, binds, limits and a network of its own', async () => {
        await start('first', '-v', 'shared:/data', 'box', 'sh', '-c', 'echo kept > /data/file; exec sleep 1000');
        await until(
          'the file is there',
          async () => (await run('-v', 'shared:/d', 'box', 'cat', '/d/file')).stdout === 'kept\n',
        );
        const memory = await run(
          '-m',
          '32m',
          '--tmpfs',
          '/t',
          '-v',
          '/etc:/host:ro',
          'box',
          'sh',
          '-c',
          'mount | grep -E " /(t|host) "; touch /host/x',
        );
        assert.match(memory.stdout, /on \/t type tmpfs/);
        assert.match(memory.stderr, /Read-only file system/);
        const killed = await store.skiff([
          'run',
          '--runtime',
          runtime,
          '--name',
          'fat',
          '-m',
          '16m',
          'box',
          'sh',
          '-c',
          'tail /dev/zero',
        ]);
        assert.equal(killed.code, 137);
        assert.equal(await inspect('fat', '{{.State.OOMKilled}}'), 'true');
        const address = await inspect('first', '{{.NetworkSettings.IPAddress}}');
        assert.equal((await run('box', 'ping', '-c', '1', '-W', '5', address)).code, 0);
        assert.match((await run('--network', 'host', 'box', 'cat', '/proc/net/dev')).stdout, /eth0|ens|lo/);
        await store.succeed(['network', 'create', `net-${runtime}`]);
        await start('named-one', '--network', `net-${runtime}`, 'box', 'sleep', '1000');
        assert.equal(
          (await run('--network', `net-${runtime}`, 'box', 'ping', '-c', '1', '-W', '5', 'named-one')).code,
          0,
        );
        assert.equal((await run('--network', 'container:first', 'box', 'ping', '-c', '1', address)).code, 0);
      });

      it('takes exec, with stdio, user, exit code and a terminal', async () => {
        await start('worker', '-e', 'A=1', 'box', 'sleep', '1000');
        const result = await store.skiff(
          ['exec', '-i', '-u', 'daemon', '-e', 'B=2', 'worker', 'sh', '-c', 'cat; id -un; echo $A$B; exit 5'],
          { input: 'in ' },
        );
        assert.deepEqual([result.code, result.stdout], [5, 'in daemon\n12\n']);
        assert.equal((await store.skiff(['exec', 'worker', 'no-such'])).code, 127);
        const pty = new Pty(skiffBinary, ['exec', '-it', 'worker', 'sh', '-c', 'tty; stty size; exit 4'], {
          env: store.env,
          columns: 91,
          rows: 21,
        });
        const { code } = await pty.end();
        assert.equal(code, 4);
        assert.match(pty.text, /\/dev\/pts\/\d/);
        assert.match(pty.text, /21 91/);
      });

      it('has an exec’s output and end for a client that comes when that is over', async () => {
        const { engine, dispose } = await testEngine();
        try {
          await engine.importImage({ path: busyboxRootfs() }, { reference: 'box' }, operation);
          const sleeps = containerOptions({ image: 'box', command: ['sleep', '1000'], runtime });
          const { id } = await engine.createContainer(sleeps, operation);
          await (
            await engine.startContainer(id, { gate: false }, operation)
          ).started;
          const session = await engine.exec(id, { ...plain, command: ['sh', '-c', 'echo out; exit 5'] }, operation);
          await session.started;
          await until('nothing but PID 1 is left to run', async () => {
            const { processes } = await engine.topContainer(id, ['-o', 'pid,stat']);
            return processes.filter(([, status]) => !status?.startsWith('Z')).length === 1;
          });
          assert.deepEqual(await collect(session.socket), { stdout: 'out\n', stderr: '', exitCode: 5 });
        } finally {
          await dispose();
        }
      });

      it('does not outlive its monitor, nor does anything of the runtime’s', async () => {
        await start('orphan', 'box', 'sleep', '1000');
        const pid = await inspect('orphan', '{{.State.Pid}}');
        const [, monitor = ''] = /^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
        process.kill(Number(monitor), 'SIGKILL');
        await until('PID 1 is gone', () => !existsSync(`/proc/${pid}`));
        assert.equal(await inspect('orphan', '{{.State.Running}}'), 'false');
        await store.succeed(['start', 'orphan']);
        assert.equal(await store.succeed(['exec', 'orphan', 'echo', 'again']), 'again');
      });

      it('runs where the kernel has AppArmor, and nobody can load a profile', async () => {
        const kernel =
          'mount -t tmpfs x /sys/kernel/security && mkdir /sys/kernel/security/apparmor && ' +
          'for f in /usr/sbin/apparmor_parser /sbin/apparmor_parser; do test ! -e $f || mount --bind /dev/null $f; done && exec "$@"';
        const through = ['unshare', '--mount', 'sh', '-c', kernel, 'sh'];
        const other = new TestStore({ through });
        try {
          await other.succeed(['import', busyboxRootfs(), 'box']);
          const { code, stdout, stderr } = await other.skiff([
            'run',
            '--rm',
            '--runtime',
            runtime,
            'box',
            'echo',
            'runs',
          ]);
          assert.deepEqual([code, stdout], [0, 'runs\n'], stderr);
          assert.match(stderr, /AppArmor: no profile confines this container/);
          await other.succeed(['run', '-d', '--runtime', runtime, '--name', 'on', 'box', 'sleep', '1000']);
          assert.equal(await other.succeed(['exec', 'on', 'echo', 'exec too']), 'exec too');
        } finally {
          await other.dispose();
        }
      });

      it('has a terminal', async () => {
        const pty = new Pty(
          skiffBinary,
          ['run', '--rm', '-it', '--runtime', runtime, 'box', 'sh', '-c', 'tty; stty size; exit 6'],
          { env: store.env, columns: 91, rows: 21 },
        );
        assert.equal((await pty.end()).code, 6);
        assert.match(pty.text, /21 91/);
      });

      it('stops, is killed, pauses, starts anew and goes on after its end, as one of ours', async () => {
        await start('polite', 'box', 'sh', '-c', 'trap "exit 3" TERM; echo ready; while :; do sleep 0.1; done');
        await until('it is ready', async () => (await store.succeed(['logs', 'polite'])) === 'ready');
        await store.succeed(['pause', 'polite']);
        assert.equal(await inspect('polite', '{{.State.Status}}'), 'paused');
        await store.succeed(['unpause', 'polite']);
        await store.succeed(['stop', 'polite']);
        assert.equal(await inspect('polite', '{{.State.Status}} {{.State.ExitCode}}'), 'exited 3');
        await store.succeed(['start', 'polite']);
        assert.equal(await store.succeed(['exec', 'polite', 'echo', 'again']), 'again');
        await store.succeed(['kill', 'polite']);
        await until('it has ended', async () => (await inspect('polite', '{{.State.ExitCode}}')) === '137');
        await start('again', '--restart', 'on-failure:2', 'box', 'false');
        await until(
          'it has given up',
          async () => (await inspect('again', '{{.State.Status}} {{.RestartCount}}')) === 'exited 2',
        );
      });

      it('is asked for its health', async () => {
        await start('well', '--health-cmd', 'test -e /tmp/well', '--health-interval', '50ms', 'box', 'sleep', '1000');
        await store.succeed(['exec', 'well', 'touch', '/tmp/well']);
        await until('it is healthy', async () => (await inspect('well', '{{.State.Health.Status}}')) === 'healthy');
      });

      it('is refused what only ours can do', async () => {
        const { code, stderr } = await run('--init', 'box', 'true');
        assert.equal(code, 125);
        assert.match(stderr, new RegExp(`--init can't be had with the runtime ${runtime}, only with our own`));
        assert.match(
          (await run('-v', '/etc/hostname:/dev/name', 'box', 'true')).stderr,
          /a mount on \/dev\/name can't be had/,
        );
      });
    },
  );

describe(
  'the folder that other runtimes’ bundles are mounted on',
  { skip: isHere('crun') ? false : 'crun is not installed' },
  () => {
    it('goes with the last container that uses it', async () => {
      // Others may use the machine's own.
      const through = ['unshare', '--mount', 'sh', '-c', 'mount -t tmpfs x /run && exec "$@"', 'sh'];
      const apart = new TestStore({ through });
      try {
        await apart.succeed(['import', busyboxRootfs(), 'box']);
        for (const name of ['one', 'two'])
          await apart.succeed(['run', '-d', '--runtime', 'crun', '--name', name, 'box', 'sleep', '1000']);
        const helper = apart.processes().find(({ command }) => /helper\.js/.test(command))?.pid ?? assert.fail();
        const folder = `/proc/${helper}/root/run/skiff-bundle`;
        await apart.succeed(['rm', '-f', 'one']);
        assert.ok(existsSync(folder));
        assert.equal(await apart.succeed(['exec', 'two', 'echo', 'still']), 'still');
        await apart.succeed(['rm', '-f', 'two']);
        await until('the folder is gone', () => !existsSync(folder));
      } finally {
        await apart.dispose();
      }
    });
  },
);

describe('--runtime', () => {
  let store: TestStore;
  before(() => void (store = new TestStore()));
  after(() => store.dispose());

  it('refuses a name that is nobody’s, and a program that others than root can change, before there is a container', async () => {
    for (const name of ['nobody', '/no/such', '../bin/sh']) {
      const { code, stderr } = await store.skiff(['create', '--runtime', name, '@host', 'true']);
      assert.equal(code, 1);
      assert.match(stderr, new RegExp(`unknown or invalid runtime name: ${name}`));
    }
    assert.deepEqual(store.containerIds(), []);
  });

  it('says skiff where nothing was said, and takes that for our own', async () => {
    await store.succeed(['create', '--name', 'plain', '--runtime', 'skiff', '@host', 'true']);
    assert.equal(await store.succeed(['inspect', '-f', '{{.HostConfig.Runtime}}', 'plain']), 'skiff');
  });

  it('comes from a window’s setting, for its terminals too', async () => {
    const window = await HelperWindow.open(store, {}, { runtime: 'nobody' });
    try {
      const env = { SKIFF_SOCKET: window.hello.cliSocket, SKIFF_ROOT: undefined, SKIFF_RUNROOT: undefined };
      const { stderr } = await store.skiff(['create', '@host', 'true'], { env });
      assert.match(stderr, /unknown or invalid runtime name: nobody/);
      const { stdout } = await store.skiff(['info', '-f', '{{.DefaultRuntime}}'], { env });
      assert.equal(stdout, 'nobody\n');
    } finally {
      await window.close();
    }
  });

  it('is told by info, with what is installed', async () => {
    const runtimes = await store.succeed(['info', '-f', '{{json .Runtimes}}']);
    const known = ['skiff', ...['crun', 'runc', 'runsc'].filter(isHere)];
    assert.deepEqual(Object.keys(JSON.parse(runtimes) as object), known);
    assert.equal(await store.succeed(['info', '-f', '{{.DefaultRuntime}}']), 'skiff');
  });

  it('comes from the environment when it is not given', async () => {
    const { stderr } = await store.skiff(['create', '@host', 'true'], { env: { SKIFF_RUNTIME: 'nobody' } });
    assert.match(stderr, /unknown or invalid runtime name: nobody/);
  });
});
