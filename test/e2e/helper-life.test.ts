import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { skiffBinary } from '../support/paths.ts';
import { Pty } from '../support/pty.ts';
import { TestStore } from '../support/store.ts';
import { until } from '../support/wait.ts';

const isOld = (node: string): boolean =>
  Number(/^v(\d+)/.exec(spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout)?.[1] ?? 99) < 22;

const helpers = (store: TestStore): number[] =>
  store
    .processes()
    .filter(({ command }) => /helper\.js/.test(command))
    .map(({ pid }) => pid);

const isSpawner = ({ name }: { name: string }): boolean => name === 'skiff-spawner';

/** A line of /proc/PID/status. */
const statusOf = (pid: number, name: string): string =>
  new RegExp(`^${name}:\\s+(.*)$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '';

const isDefunct = (pid: number): boolean => statusOf(pid, 'State').startsWith('Z');

/** Ends it as the kernel would when it runs out of memory. */
async function killHelper(store: TestStore): Promise<void> {
  const [pid, ...others] = helpers(store);
  assert.ok(pid !== undefined && others.length === 0, 'there is one helper');
  process.kill(pid, 'SIGKILL');
  await until('the helper is gone', () => !existsSync(`/proc/${pid}`));
}

const counting = ['sh', '-c', 'i=0; while true; do i=$((i+1)); echo $i; sleep 0.05; done'];

describe('a helper that is killed while containers run', () => {
  let store: TestStore;
  before(() => {
    store = new TestStore();
  });
  after(() => store.dispose());

  it('takes no container, no log line and no exit code with it', async () => {
    await store.succeed(['run', '-d', '--name', 'counts', '@host', ...counting]);
    await store.succeed(['run', '-d', '--name', 'ends', '@host', 'sh', '-c', 'sleep 0.5; exit 5']);
    const pid = await store.succeed(['inspect', '-f', '{{.State.Pid}}', 'counts']);
    const lines = (await store.succeed(['logs', 'counts'])).split('\n').length;
    await killHelper(store);
    await until('the ended one is recorded by its monitor alone', async () => {
      const id = store.containerIds().find((one) => existsSync(join(store.root, 'containers', one, 'exit.json')));
      return id !== undefined;
    });
    assert.match(await store.succeed(['ps', '-a']), / Up .* counts$/m);
    // The record comes before the monitor lets go.
    await until('it is seen to have ended', async () =>
      / Exited \(5\) .* ends$/m.test(await store.succeed(['ps', '-a'])),
    );
    assert.equal(await store.succeed(['inspect', '-f', '{{.State.Pid}}', 'counts']), pid);
    await until(
      'its log goes on',
      async () => (await store.succeed(['logs', 'counts'])).split('\n').length > lines + 5,
    );
    const numbers = (await store.succeed(['logs', 'counts'])).split('\n').map(Number);
    assert.deepEqual(
      numbers,
      numbers.map((_, index) => index + 1),
    );
    await store.succeed(['rm', '-f', 'counts', 'ends']);
  });

  it('does not disturb a terminal that is attached', async () => {
    const terminal = new Pty(skiffBinary, ['run', '--rm', '-it', '@host', 'bash', '--norc'], {
      env: { SKIFF_SOCKET: undefined, ...store.env },
    });
    const seen = await terminal.sees(/# $/);
    await killHelper(store);
    terminal.type('echo still; exit 6\r');
    await terminal.sees(/still\r\n/, seen);
    assert.deepEqual(await terminal.end(), { code: 6, restored: true });
    await until('the container is gone, as --rm says', () => store.containerIds().length === 0);
  });

  it('leaves nothing locked: the next one stops, starts and removes what the first one made', async () => {
    await store.succeed(['run', '-d', '--name', 'orphan', '@host', 'sleep', '1000']);
    await killHelper(store);
    assert.equal(await store.succeed(['stop', '-t', '0', 'orphan']), 'orphan');
    assert.equal(await store.succeed(['start', 'orphan']), 'orphan');
    await killHelper(store);
    assert.equal(await store.succeed(['exec', 'orphan', 'echo', 'here']), 'here');
    assert.equal(await store.succeed(['rm', '-f', 'orphan']), 'orphan');
  });
});

describe('the helper of the command line', () => {
  it('is one, however many fronts start at once', async () => {
    const store = new TestStore();
    try {
      const numbers = Array.from({ length: 12 }, (_, index) => String(index));
      const said = await Promise.all(numbers.map((number) => store.succeed(['run', '--rm', '@host', 'echo', number])));
      assert.deepEqual(said, numbers);
      assert.equal(helpers(store).length, 1);
    } finally {
      await store.dispose();
    }
  });

  it('goes on without its spawner, and without the process that waits for the next request', async () => {
    const store = new TestStore();
    try {
      await store.succeed(['run', '-d', '--name', 'stays', '@host', 'sleep', '1000']);
      const [helper] = helpers(store);
      for (const which of ['waiting', 'spawner'] as const) {
        // Who has answered a request may take a moment to end: the spawner, and who waits.
        const spawners = await until('only who stays is there', () => {
          const all = store.processes().filter(isSpawner);
          return all.length === 2 && all;
        });
        const isWaiting = ({ parent }: { parent: number }): boolean => spawners.some(({ pid }) => pid === parent);
        const victim = spawners.find((one) => isWaiting(one) === (which === 'waiting'));
        assert.ok(victim, `there is a process: ${which}`);
        process.kill(victim.pid, 'SIGKILL');
        await until(`it is gone: ${which}`, () => !existsSync(`/proc/${victim.pid}`) || isDefunct(victim.pid));
        await until(
          'the next command works',
          async () => (await store.skiff(['run', '--rm', '@host', 'true'])).code === 0,
        );
        assert.deepEqual(helpers(store), [helper]);
        assert.match(await store.succeed(['exec', 'stays', 'echo', 'alive']), /alive/);
      }
    } finally {
      await store.dispose();
    }
  });

  it('leaves when it has been idle, with its spawner, and containers go on', async () => {
    const store = new TestStore();
    try {
      await store.succeed(['run', '-d', '--name', 'stays', '@host', 'sleep', '1000'], {
        env: { SKIFF_IDLE_SECONDS: '0.3' },
      });
      const [pid] = helpers(store);
      await until('the helper left', () => !existsSync(`/proc/${pid}`));
      await until('its spawner left', () => !store.processes().some(isSpawner));
      assert.equal(existsSync(join(store.runRoot, store.id ?? '', 'cli.sock')), false);
      const [container] = store.containerIds();
      assert.match(readFileSync(join(store.runRoot, store.id ?? '', 'state', container ?? ''), 'utf8'), /^running /);
      assert.match(await store.succeed(['ps']), / Up .* stays$/m);
    } finally {
      await store.dispose();
    }
  });

  it('is not one that an old Node.js runs: the front says so', async (context) => {
    const node = ['/usr/bin/node', '/usr/local/bin/node'].find((path) => existsSync(path) && isOld(path));
    if (node === undefined) return context.skip('no old Node.js here');
    const store = new TestStore();
    try {
      const result = await store.skiff(['ps'], { env: { SKIFF_NODE: node } });
      assert.notEqual(result.code, 0);
      assert.match(
        result.stderr,
        /Node\.js \d+\.\d+\.\d+ is too old: Skiff needs 22\.15 or newer; name one in SKIFF_NODE/,
      );
    } finally {
      await store.dispose();
    }
  });

  it('runs on the Node.js of the build when none is named, whatever is on PATH', async () => {
    const store = new TestStore();
    try {
      const env = { SKIFF_NODE: undefined, PATH: '/nowhere' };
      assert.equal(await store.succeed(['ps', '-aq'], { env }), '');
    } finally {
      await store.dispose();
    }
  });

  it('does not leave while a front waits for it', async () => {
    const store = new TestStore();
    try {
      const env = { SKIFF_IDLE_SECONDS: '0.2' };
      await store.succeed(['run', '-d', '--name', 'brief', '@host', 'sleep', '1'], { env });
      assert.equal(await store.succeed(['wait', 'brief'], { env }), '0');
    } finally {
      await store.dispose();
    }
  });
});

describe('two stores', () => {
  it('never meet: same names, other bridges, other addresses, other helpers', async () => {
    const [one, other] = [new TestStore(), new TestStore()];
    try {
      const run = (store: TestStore): Promise<string> =>
        store.succeed(['run', '-d', '--name', 'same', '@host', 'sleep', '1000']);
      const ids = await Promise.all([run(one), run(other)]);
      assert.notEqual(one.id, other.id);
      assert.deepEqual([one.containerIds(), other.containerIds()], [[ids[0]], [ids[1]]]);
      for (const store of [one, other]) assert.ok(existsSync(`/sys/class/net/sk${store.id}`));
      const subnet = (store: TestStore): string =>
        (
          JSON.parse(readFileSync(join(store.root, 'networks/bridge/network.json'), 'utf8')) as {
            ipv4: { subnet: string };
          }
        ).ipv4.subnet;
      assert.notEqual(subnet(one), subnet(other));
      assert.notEqual(helpers(one)[0], helpers(other)[0]);
      assert.notEqual((await one.skiff(['inspect', ids[1]])).code, 0);
      await one.succeed(['rm', '-f', 'same']);
      assert.match(await other.succeed(['ps']), / Up .* same$/m);
      assert.equal(await one.succeed(['ps', '-aq']), '');
    } finally {
      await one.dispose();
      await other.dispose();
    }
  });
});
