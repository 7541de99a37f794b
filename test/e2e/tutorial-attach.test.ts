import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { busyboxRootfs } from '../support/images.ts';
import { skiffBinary } from '../support/paths.ts';
import { Pty } from '../support/pty.ts';
import { TestStore } from '../support/store.ts';
import { until } from '../support/wait.ts';

/** What the tutorial says of attach, and what it complains of. */
describe('attach, as the tutorial has it', () => {
  let store: TestStore;
  before(async () => {
    store = new TestStore();
    await store.succeed(['import', busyboxRootfs(), 'busy:1']);
  });
  after(() => store.dispose());

  const onTerminal = (...args: string[]): Pty =>
    new Pty(skiffBinary, args, { env: { SKIFF_SOCKET: undefined, ...store.env } });

  it('shows the live output of PID 1, also of one without -i and -t', async () => {
    await store.succeed([
      'run',
      '-d',
      '--name',
      'ticks',
      'busy:1',
      'sh',
      '-c',
      'while :; do echo tick; sleep 0.1; done',
    ]);
    const window = onTerminal('attach', 'ticks');
    await window.sees(/tick\r?\n[^]*tick\r?\n/);
    window.kill();
    await window.end();
    assert.match(await store.succeed(['ps']), / Up .* ticks$/m);
    await store.succeed(['rm', '-f', 'ticks']);
  });

  it('shows several windows the same, takes input from any, and lets each go by Ctrl-P Ctrl-Q', async () => {
    await store.succeed(['run', '-d', '-it', '--name', 'shared', 'busy:1', 'sh']);
    const windows = [onTerminal('attach', 'shared'), onTerminal('attach', 'shared')];
    const [one, two] = windows as [Pty, Pty];
    await until('both are attached', async () => {
      one.type('\r');
      await Promise.all([one.sees(/# /), two.sees(/# /)]);
      return true;
    });
    one.type('echo from""-one\r');
    await Promise.all(windows.map((window) => window.sees(/from-one\r\n/)));
    two.type('echo from""-two\r');
    await Promise.all(windows.map((window) => window.sees(/from-two\r\n/)));
    one.type('\x10\x11');
    assert.deepEqual(await one.end(), { code: 0, restored: true });
    two.type('echo still""-here\r');
    await two.sees(/still-here\r\n/);
    two.type('exit 4\r');
    assert.deepEqual(await two.end(), { code: 4, restored: true });
    await store.succeed(['rm', 'shared']);
  });

  it('is never held up by a window that stands still: others, the log and the container go on', async () => {
    const script = 'read go; seq 200000; echo done; exec sleep 100000';
    await store.succeed(['run', '-d', '-it', '--name', 'flood', 'busy:1', 'sh', '-c', script]);
    const still = onTerminal('attach', 'flood');
    const moving = onTerminal('attach', 'flood');
    await until('both are attached', async () => {
      still.type('x');
      await Promise.all([still.sees(/x/), moving.sees(/x/)]);
      return true;
    });
    process.kill(still.pid, 'SIGSTOP');
    try {
      moving.type('\r');
      await moving.sees(/done\r\n/);
      assert.match((await store.succeed(['logs', '-n', '1', 'flood'])).trim(), /^done$/);
    } finally {
      process.kill(still.pid, 'SIGCONT');
    }
    await store.succeed(['rm', '-f', 'flood']);
    assert.equal((await moving.end()).code, 137);
    await still.end();
  });

  it('refuses stopped and paused ones, each in its own words', async () => {
    await store.succeed(['run', '-d', '--name', 'paused', 'busy:1', 'sleep', '100000']);
    await store.succeed(['pause', 'paused']);
    const paused = await store.skiff(['attach', 'paused']);
    assert.match(paused.stderr, /^skiff: .*paused.*unpause/i);
    await store.succeed(['unpause', 'paused']);
    await store.succeed(['kill', 'paused']);
    await store.succeed(['wait', 'paused']);
    const stopped = await store.skiff(['attach', 'paused']);
    assert.match(stopped.stderr, /^skiff: .*stopped/i);
    assert.deepEqual([paused.code, stopped.code], [1, 1]);
    await store.succeed(['rm', 'paused']);
  });
});
