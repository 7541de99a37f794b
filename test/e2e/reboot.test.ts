import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { HelperWindow } from '../support/helper-window.ts';
import { busyboxRootfs } from '../support/images.ts';
import { node24, skiffBinary } from '../support/paths.ts';
import { run } from '../support/run.ts';
import { TestStore } from '../support/store.ts';
import { until } from '../support/wait.ts';

const unitChecker = '/usr/bin/systemd-analyze';

describe('after a reboot', () => {
  const store = new TestStore();
  before(async () => {
    await store.succeed(['import', busyboxRootfs(), 'busy:1']);
    const start = (name: string, policy: string): Promise<string> =>
      store.succeed(['run', '-d', '--name', name, '--restart', policy, 'busy:1', 'sh', '-c', 'echo up; sleep 100000']);
    for (const policy of ['always', 'unless-stopped', 'on-failure', 'no']) await start(`${policy}-up`, policy);
    for (const policy of ['always', 'unless-stopped', 'on-failure']) await start(`${policy}-stopped`, policy);
    await store.succeed(['stop', '-t', '0', 'always-stopped', 'unless-stopped-stopped', 'on-failure-stopped']);
    await store.succeed(['create', '--name', 'always-created', '--restart', 'always', 'busy:1', 'sleep', '100000']);
    await store.succeed(['run', '-d', '--name', 'throw-away', '--rm', 'busy:1', 'sleep', '100000']);
  });
  after(() => store.dispose());

  /** Those that Docker's daemon starts when it comes up: moby, daemon/restartmanager and container.ShouldRestart. */
  const wanted = ['always-stopped', 'always-up', 'on-failure-up', 'unless-stopped-up'];
  const running = async (): Promise<string[]> =>
    (await store.succeed(['ps', '--format', '{{.Names}}']))
      .split('\n')
      .filter((name) => name !== '')
      .sort();
  const comeBack = (): Promise<unknown> =>
    until('they are back', async () => {
      const names = await running();
      if (names.join() === wanted.join()) return true;
      throw new Error(names.join());
    });

  it('the command line, used for the first time, brings back those whose policy says so, and no others', async () => {
    await store.powerOff();
    await comeBack();
    const others = ['no-up', 'unless-stopped-stopped', 'on-failure-stopped', 'always-created'];
    const states = await store.succeed(['inspect', '-f', '{{.State.Status}}', ...others]);
    assert.deepEqual(states.split('\n'), ['exited', 'exited', 'exited', 'created']);
    assert.equal((await store.skiff(['inspect', 'always-up'])).code, 0);
  });

  it('they are on their network again, and their log goes on', async () => {
    await until('it says so again', async () => /^up\nup$/.test(await store.succeed(['logs', 'always-up'])));
    const address = await store.succeed(['inspect', '-f', '{{.NetworkSettings.IPAddress}}', 'on-failure-up']);
    const ping = ['exec', 'always-up', 'ping', '-c', '1', '-W', '5', address];
    assert.match(await store.succeed(ping), /1 packets received/);
  });

  it('a window does so, too', async () => {
    await store.powerOff();
    const window = await HelperWindow.open(store);
    const { containers } = await window.client.listContainers({ all: true });
    await until('it is told that they run', () => {
      const known = [...window.known(containers).values()];
      const up = known.filter(({ state }) => state.status === 'running').map(({ name }) => name);
      return up.sort().join() === wanted.join();
    });
    await window.close();
  });

  it('so does the unit that `system service` prints, when it is started', async () => {
    const unit = await store.succeed(['system', 'service']);
    await store.powerOff();
    const [, command = assert.fail(unit)] = /^ExecStart=(.*)$/m.exec(unit) ?? [];
    const [, node = assert.fail(unit)] = /^Environment=SKIFF_NODE=(.*)$/m.exec(unit) ?? [];
    assert.deepEqual([command.split(' ')[0], existsSync(node)], [skiffBinary, true]);
    const { code, stdout } = await run('sh', ['-c', command], {
      env: { SKIFF_ROOT: undefined, SKIFF_RUNROOT: undefined, SKIFF_SOCKET: undefined, SKIFF_NODE: node24 },
    });
    assert.equal(code, 0);
    // Whoever was quicker: the helper that it found, or it itself.
    for (const name of stdout.trim().split('\n')) assert.ok(name === '' || wanted.includes(name), stdout);
    await comeBack();
  });

  it(
    'which systemd understands',
    { skip: !existsSync(unitChecker) && 'systemd-analyze is not installed' },
    async () => {
      const path = join(store.runRoot, 'skiff-restore.service');
      writeFileSync(path, await store.succeed(['system', 'service']));
      const { status, stderr } = spawnSync(unitChecker, ['verify', '--man=no', path], { encoding: 'utf8' });
      assert.deepEqual(
        { status, complaints: stderr.split('\n').filter((line) => line.includes(path)) },
        { status: 0, complaints: [] },
      );
    },
  );
});
