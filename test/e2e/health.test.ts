import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { busyboxRootfs } from '../support/images.ts';
import { TestStore } from '../support/store.ts';
import { until } from '../support/wait.ts';

type Health = { Status: string; FailingStreak: number; Log: { ExitCode: number; Output: string; Start: string }[] };

const often = ['--health-interval', '50ms', '--health-retries', '2'];

describe('a health check', () => {
  let store: TestStore;
  before(async () => {
    store = new TestStore();
    await store.succeed(['import', busyboxRootfs(), 'box']);
  });
  after(() => store.dispose());

  const start = (name: string, ...options: string[]): Promise<string> =>
    store.succeed(['run', '-d', '--name', name, ...options, 'box', 'sleep', '1000']);
  const health = async (name: string): Promise<Health | null> =>
    JSON.parse(await store.succeed(['inspect', '-f', '{{json .State.Health}}', name])) as Health | null;
  const becomes = (name: string, status: string): Promise<unknown> =>
    until(`${name} is ${status}`, async () => (await health(name))?.Status === status);
  const status = (name: string): Promise<string> =>
    store.succeed(['ps', '-a', '--filter', `name=^${name}$`, '--format', '{{.Status}}']);

  it('is asked for in vain when there is none', async () => {
    await start('plain');
    assert.equal(await health('plain'), null);
    assert.match(await status('plain'), /^Up [^(]*$/);
  });

  it('makes a starting container healthy, and tells of it in ps, inspect and events', async () => {
    await start('well', '--health-cmd', 'echo fine; test -e /tmp/ready', ...often, '--health-retries', '1000');
    assert.match(await status('well'), /^Up .* \(health: starting\)$/);
    await until('it was asked in vain', async () => ((await health('well'))?.Log.length ?? 0) > 0);
    await store.succeed(['exec', 'well', 'touch', '/tmp/ready']);
    await becomes('well', 'healthy');
    assert.match(await status('well'), /^Up .* \(healthy\)$/);
    const { FailingStreak, Log } = (await health('well')) ?? assert.fail();
    assert.equal(FailingStreak, 0);
    assert.deepEqual([Log.at(-1)?.ExitCode, Log.at(-1)?.Output], [0, 'fine\n']);
    // The state is there before the event.
    const events = await until('it is told that it is healthy', async () => {
      const all = await store.succeed(['events', '--since', '1h', '--until', '0s', '--filter', 'container=well']);
      return /container health_status: healthy [0-9a-f]{64} \(.*name=well/.test(all) && all;
    });
    // As with Docker, a check is an exec as any other.
    assert.match(events, /container exec_create: \/bin\/sh -c echo fine; test -e \/tmp\/ready [0-9a-f]{64} \(execID=/);
    assert.match(events, /container exec_start: \/bin\/sh -c echo fine/);
    assert.match(events, /container exec_die [0-9a-f]{64} \(execID=[0-9a-f]{16}, exitCode=1, image=box, name=well\)/);
    assert.match(events, /container exec_die [0-9a-f]{64} \(execID=[0-9a-f]{16}, exitCode=0, image=box, name=well\)/);
  });

  it('makes it unhealthy after so many failures, and healthy again with one that goes well', async () => {
    await start('ill', '--health-cmd', 'echo broken >&2; cat /tmp/well', ...often);
    await becomes('ill', 'unhealthy');
    assert.match(await status('ill'), /^Up .* \(unhealthy\)$/);
    const found = (await health('ill')) ?? assert.fail();
    assert.ok(found.FailingStreak >= 2);
    assert.equal(found.Log.at(-1)?.ExitCode, 1);
    assert.match(found.Log.at(-1)?.Output ?? '', /^broken\ncat: can't open/);
    await until('five entries are kept', async () => (await health('ill'))?.Log.length === 5);
    await store.succeed(['exec', 'ill', 'touch', '/tmp/well']);
    await becomes('ill', 'healthy');
    assert.equal((await health('ill'))?.FailingStreak, 0);
  });

  it('that fails in its start period counts for nothing, and is made at its own pace', async () => {
    const slow = ['--health-interval', '1h', '--health-start-interval', '50ms', '--health-start-period', '1h'];
    await start('slow', '--health-cmd', 'test -e /tmp/ready', ...slow, '--health-retries', '1');
    await until('it has failed five times', async () => (await health('slow'))?.Log.length === 5);
    const found = (await health('slow')) ?? assert.fail();
    assert.deepEqual([found.Status, found.FailingStreak], ['starting', 0]);
    await store.succeed(['exec', 'slow', 'touch', '/tmp/ready']);
    await becomes('slow', 'healthy');
  });

  it('that takes too long is killed with what it has started', async () => {
    await start('stuck', '--health-cmd', 'echo waits; sleep 987; :', ...often, '--health-timeout', '100ms');
    await becomes('stuck', 'unhealthy');
    // On a machine that is busy one may be over before it could say a word.
    const told = await until('one has said that it waits', async () =>
      (await health('stuck'))?.Log.find(({ Output }) => Output.includes('waits')),
    );
    assert.deepEqual([told.ExitCode, told.Output], [-1, 'Health check exceeded timeout (100ms): waits\n']);
    // What is killed takes a moment to go: it is one check and its command at most, again and again.
    await until('no more than one is under way', async () => {
      const processes = await store.succeed(['top', 'stuck', '-eo', 'pid,args']);
      return processes.split('sleep 987').length <= 3 || Promise.reject(new Error(processes));
    });
  });

  it('that can not be run says why', async () => {
    const dockerfile = ['-c', 'HEALTHCHECK --interval=50ms --retries=1 CMD ["/bin/no-such"]'];
    await store.succeed(['import', ...dockerfile, busyboxRootfs(), 'wrong']);
    await store.succeed(['run', '-d', '--name', 'wrong', 'wrong', 'sleep', '1000']);
    await becomes('wrong', 'unhealthy');
    const { Log } = (await health('wrong')) ?? assert.fail();
    assert.equal(Log[0]?.ExitCode, -1);
    assert.match(Log[0]?.Output ?? '', /exec: "\/bin\/no-such": stat \/bin\/no-such: no such file or directory/);
  });

  it('writes no more than 4096 bytes into the record', async () => {
    await start('loud', '--health-cmd', 'yes | head -c 100000', ...often);
    await becomes('loud', 'healthy');
    const { Log } = (await health('loud')) ?? assert.fail();
    assert.equal(Log[0]?.Output, `${'y\n'.repeat(2048)}...`);
  });

  it('runs as the container’s user, in its directory and with its environment, confined as its processes', async () => {
    const who = 'echo "$(id -u) $(pwd) $GREETING"; grep -E "^(CapEff|Seccomp|NoNewPrivs):" /proc/self/status';
    const how = ['-u', 'user', '-w', '/tmp', '-e', 'GREETING=hello', '--cap-drop', 'ALL'];
    await start('confined', '--health-cmd', who, ...how, ...often);
    await becomes('confined', 'healthy');
    const { Log } = (await health('confined')) ?? assert.fail();
    const expected = await store.succeed(['exec', 'confined', 'sh', '-c', who]);
    assert.equal(Log[0]?.Output, `${expected}\n`);
    assert.match(expected, /^1000 \/tmp hello\n/);
  });

  it('stands still while the container does, and goes on after it', async () => {
    await start('frozen', '--health-cmd', 'true', ...often);
    await becomes('frozen', 'healthy');
    await store.succeed(['pause', 'frozen']);
    assert.match(await status('frozen'), /\(Paused\)$/);
    const record = join(
      store.root,
      'containers',
      await store.succeed(['inspect', '-f', '{{.Id}}', 'frozen']),
      'health',
    );
    const earlier = readFileSync(record, 'utf8');
    // As many checks of another container as would have been made of this one.
    await start('clock', '--health-cmd', 'true', ...often);
    await until('five checks were made', async () => (await health('clock'))?.Log.length === 5);
    assert.equal(readFileSync(record, 'utf8'), earlier);
    await store.succeed(['unpause', 'frozen']);
    await until('it is asked again', () => readFileSync(record, 'utf8') !== earlier);
  });

  it('begins anew with each life', async () => {
    await start(
      'phoenix',
      '--health-cmd',
      'test -e /tmp/well',
      ...often,
      '--restart',
      'always',
      '--health-retries',
      '1',
    );
    await becomes('phoenix', 'unhealthy');
    await store.succeed(['restart', '-t', '0', 'phoenix']);
    const { Status, FailingStreak } = (await health('phoenix')) ?? assert.fail();
    assert.ok(Status === 'starting' || FailingStreak > 0);
    await becomes('phoenix', 'unhealthy');
  });

  it('that is under way when the container ends leaves nothing', async () => {
    await start('busy', '--health-cmd', 'touch /tmp/asked; sleep 1000; :', '--health-interval', '10ms');
    await until(
      'a check is under way',
      async () => (await store.skiff(['exec', 'busy', 'ls', '/tmp/asked'])).code === 0,
    );
    await store.succeed(['stop', '-t', '0', 'busy']);
    assert.equal((await health('busy'))?.Status, 'unhealthy');
    assert.match(await status('busy'), /^Exited \(137\)/);
    await store.succeed(['rm', 'busy']);
  });

  it('is found by a filter', async () => {
    const names = async (value: string): Promise<string[]> =>
      (await store.succeed(['ps', '--filter', `health=${value}`, '--format', '{{.Names}}'])).split('\n');
    assert.deepEqual(await names('none'), ['plain']);
    assert.ok((await names('healthy')).includes('well'));
    assert.ok((await names('unhealthy')).includes('stuck'));
    const { code, stderr } = await store.skiff(['ps', '--filter', 'health=odd']);
    assert.equal(code, 1);
    assert.match(stderr, /invalid filter 'health=odd'/);
  });

  it('of an image is used, kept by commit and by save, and laid over or dropped by options', async () => {
    const change = 'HEALTHCHECK --interval=50ms --timeout=3s --start-period=1s --retries=2 CMD test -e /bin/sh';
    await store.succeed(['import', '-c', change, busyboxRootfs(), 'asked']);
    const config = async (what: string): Promise<string> =>
      store.succeed(['inspect', '-f', '{{json .Config.Healthcheck}}', what]);
    const expected = {
      Test: ['CMD-SHELL', 'test -e /bin/sh'],
      Interval: 5e7,
      Timeout: 3e9,
      StartPeriod: 1e9,
      Retries: 2,
    };
    assert.deepEqual(JSON.parse(await config('asked')), expected);
    await store.succeed(['run', '-d', '--name', 'asked-1', '--health-retries', '5', 'asked', 'sleep', '1000']);
    assert.deepEqual(JSON.parse(await config('asked-1')), { ...expected, Retries: 5 });
    await becomes('asked-1', 'healthy');
    await store.succeed(['commit', 'asked-1', 'again']);
    assert.deepEqual(JSON.parse(await config('again')), { ...expected, Retries: 5 });
    await store.succeed(['run', '-d', '--name', 'asked-2', '--no-healthcheck', 'asked', 'sleep', '1000']);
    assert.equal(await health('asked-2'), null);
    assert.deepEqual(JSON.parse(await config('asked-2')), { ...expected, Test: ['NONE'] });
  });

  // What Docker's command line reads itself is 125; the shortest interval is its daemon's to refuse: 1 of create.
  for (const [args, message, exitCode = 125] of [
    [['--no-healthcheck', '--health-cmd', 'true'], '--no-healthcheck conflicts with --health-* options'],
    [['--health-interval', '-1s'], '--health-interval cannot be negative'],
    [['--health-interval', '10us'], 'Interval in Healthcheck cannot be less than 1ms', 1],
    [
      ['--health-timeout', 'soon'],
      'invalid argument "soon" for "--health-timeout" flag: time: invalid duration "soon"',
    ],
    [['--health-retries', '-1'], '--health-retries cannot be negative'],
  ] as const)
    it(`is refused with ${args.join(' ')}`, async () => {
      const { code, stderr } = await store.skiff(['create', ...args, 'box', 'true']);
      assert.equal(code, exitCode);
      assert.ok(stderr.includes(message), stderr);
    });
});
