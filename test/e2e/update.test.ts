import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { UpdateOptions } from '../../runtime-helper/protocol/index.ts';
import { HelperWindow } from '../support/helper-window.ts';
import { TestStore } from '../support/store.ts';
import { until } from '../support/wait.ts';

const mebibyte = 1024 * 1024;

describe('update', () => {
  let store: TestStore;
  before(() => {
    store = new TestStore();
  });
  after(() => store.dispose());

  const start = (name: string, ...options: string[]): Promise<string> =>
    store.succeed(['run', '-d', '--name', name, ...options, '@host', 'sleep', '1000']);
  const hostConfig = (name: string, ...fields: string[]): Promise<string> =>
    store.succeed(['inspect', '-f', fields.map((field) => `{{.HostConfig.${field}}}`).join(' '), name]);

  /** A file of the cgroup in which PID 1 is, of whichever version has the controller. */
  async function limitOf(name: string, controller: string, ...files: string[]): Promise<string> {
    const pid = await store.succeed(['inspect', '-f', '{{.State.Pid}}', name]);
    const lines = readFileSync(`/proc/${pid}/cgroup`, 'utf8').trim().split('\n');
    for (const line of lines) {
      const [, controllers = '', path = ''] = line.split(':');
      if (controllers !== '' && !controllers.split(',').includes(controller)) continue;
      for (const mount of controllers === '' ? ['', 'unified'] : [controller])
        for (const file of files) {
          const found = join('/sys/fs/cgroup', mount, path, file);
          if (existsSync(found)) return readFileSync(found, 'utf8').trim();
        }
    }
    return assert.fail(`no ${files.join(' or ')} for ${name}`);
  }
  const memory = (name: string) => limitOf(name, 'memory', 'memory.max', 'memory.limit_in_bytes');
  const pids = (name: string) => limitOf(name, 'pids', 'pids.max');

  it('wants something to change', async () => {
    const { code, stderr } = await store.skiff(['update', 'nobody']);
    assert.equal(code, 1);
    assert.match(stderr, /you must provide one or more flags when using this command/);
  });

  it('limits a container that runs without any limit, with all its processes', async () => {
    await start('free');
    const sleeper = await store.succeed(['exec', '-d', 'free', 'sleep', '2000']);
    assert.equal(sleeper, '');
    const changes = ['-m', '64m', '--memory-reservation', '32m', '--pids-limit', '50', '--cpus', '0.5'];
    assert.equal(await store.succeed(['update', ...changes, '--cpu-shares', '512', 'free']), 'free');
    assert.equal(await memory('free'), String(64 * mebibyte));
    assert.equal(await pids('free'), '50');
    const fields = ['Memory', 'MemorySwap', 'MemoryReservation', 'PidsLimit', 'NanoCpus', 'CpuShares'];
    assert.equal(
      await hostConfig('free', ...fields),
      `${64 * mebibyte} ${128 * mebibyte} ${32 * mebibyte} 50 500000000 512`,
    );
    const inside = await store.succeed(['top', 'free', '-o', 'pid,args']);
    const [, other] = /(\d+)\s+sleep 2000/.exec(inside) ?? assert.fail(inside);
    const pid = await store.succeed(['inspect', '-f', '{{.State.Pid}}', 'free']);
    assert.equal(readFileSync(`/proc/${other}/cgroup`, 'utf8'), readFileSync(`/proc/${pid}/cgroup`, 'utf8'));
  });

  it('raises and lowers memory together with swap, in whichever order that takes', async () => {
    await start('swing', '-m', '32m');
    await store.succeed(['update', '-m', '256m', '--memory-swap', '300m', 'swing']);
    assert.equal(await memory('swing'), String(256 * mebibyte));
    await store.succeed(['update', '-m', '16m', '--memory-swap', '16m', 'swing']);
    assert.equal(await memory('swing'), String(16 * mebibyte));
    await store.succeed(['update', '--memory-swap', '-1', 'swing']);
    assert.equal(await hostConfig('swing', 'MemorySwap'), '-1');
  });

  it('takes limits away with 0', async () => {
    await start('tight', '-m', '32m', '--pids-limit', '20', '--cpuset-cpus', '0', '--cpus', '0.5');
    await store.succeed(['update', '-m', '0', '--pids-limit', '0', '--cpuset-cpus', '', '--cpus', '0', 'tight']);
    assert.equal(await pids('tight'), 'max');
    assert.match(await memory('tight'), /^(?:max|9\d{18})$/);
    assert.match(await limitOf('tight', 'cpu', 'cpu.max', 'cpu.cfs_quota_us'), /^(?:max 100000|-1)$/);
    assert.equal(
      await hostConfig('tight', 'Memory', 'MemorySwap', 'NanoCpus', 'PidsLimit', 'CpusetCpus'),
      '0 0 0 <nil> ',
    );
  });

  it('changes several, and goes on when one of them is not there', async () => {
    await start('one');
    await start('two');
    const { code, stdout, stderr } = await store.skiff(['update', '--pids-limit', '99', 'one', 'nobody', 'two']);
    assert.deepEqual([code, stdout], [1, 'one\ntwo\n']);
    assert.match(stderr, /[Nn]o such container: nobody/);
    assert.deepEqual([await pids('one'), await pids('two')], ['99', '99']);
  });

  it('of a container at rest holds from its next start on', async () => {
    await store.succeed(['create', '--name', 'later', '@host', 'sleep', '1000']);
    await store.succeed(['update', '-m', '48m', '--pids-limit', '30', 'later']);
    await store.succeed(['start', 'later']);
    assert.deepEqual([await memory('later'), await pids('later')], [String(48 * mebibyte), '30']);
  });

  it('holds for the lives that a restart policy gives', async () => {
    const script = 'while ! test -e /tmp/go; do sleep 0.02; done; rm /tmp/go; exit 1';
    await store.succeed([
      'run',
      '-d',
      '--name',
      'phoenix',
      '--restart',
      'always',
      '-m',
      '64m',
      '@host',
      'sh',
      '-c',
      script,
    ]);
    await store.succeed(['update', '-m', '40m', '--memory-swap', '40m', '--pids-limit', '25', 'phoenix']);
    await store.succeed(['exec', 'phoenix', 'touch', '/tmp/go']);
    await until(
      'it lives again',
      async () =>
        (await store.succeed(['inspect', '-f', '{{.RestartCount}} {{.State.Status}}', 'phoenix'])) === '1 running',
    );
    assert.deepEqual([await memory('phoenix'), await pids('phoenix')], [String(40 * mebibyte), '25']);
    await store.succeed(['rm', '-f', 'phoenix']);
  });

  it('changes nothing when one of its limits is refused', async () => {
    await start('firm', '-m', '64m', '--pids-limit', '40');
    // In nanoseconds more than the kernel takes (kernel/sched/core.c: max_cfs_runtime).
    const quota = '999999999999999';
    const { code, stderr } = await store.skiff(['update', '--pids-limit', '60', '--cpu-quota', quota, 'firm']);
    assert.equal(code, 1);
    assert.match(stderr, /cannot update container [0-9a-f]{64}: resource: cpu/);
    assert.equal(await pids('firm'), '40');
    assert.equal(await hostConfig('firm', 'PidsLimit', 'CpuQuota'), '40 0');
    const absent = await store.skiff(['update', '--pids-limit', '60', '--cpuset-cpus', '4095', 'firm']);
    assert.equal(absent.code, 1);
    assert.match(absent.stderr, /requested CPUs are not available - requested 4095, available: 0/);
    assert.equal(await pids('firm'), '40');
  });

  for (const [created, changes, message] of [
    [
      ['-m', '64m', '--memory-swap', '80m'],
      ['-m', '512m'],
      /memory limit should be smaller than already set memoryswap limit, update the memoryswap at the same time/,
    ],
    [['-m', '64m'], ['--memory-swap', '32m'], /minimum memoryswap limit should be larger than memory limit/],
    [
      ['--cpus', '1'],
      ['--cpu-quota', '5000'],
      /conflicting options: CPU Quota cannot be updated as NanoCPUs has already been set/,
    ],
    [
      ['--cpu-quota', '5000'],
      ['--cpus', '1'],
      /conflicting options: Nano CPUs cannot be updated as CPU Quota has already been set/,
    ],
    [[], ['-m', '4m'], /minimum memory limit allowed is 6MB/],
    [[], ['--cpus', 'many'], /failed to parse many as a rational number/],
    [[], ['--cpus', '100000'], /range of CPUs is from 0.01 to/],
  ] as const)
    it(`of what has ${created.join(' ') || 'no limit'} is refused with ${changes.join(' ')}`, async () => {
      const id = await store.succeed(['create', ...created, '@host', 'true']);
      const { code, stderr } = await store.skiff(['update', ...changes, id]);
      assert.notEqual(code, 0);
      assert.match(stderr, message);
    });

  it('is a window’s, too, which sees the limits that hold', async () => {
    const id = await start('shown', '-m', '64m');
    const window = await HelperWindow.open(store);
    try {
      const send = (options: UpdateOptions) => window.client.updateContainer({ id, ...options });
      const shown = async () =>
        (await window.client.listContainers({ all: true })).containers.find((container) => container.id === id);
      await send({ memory: '32m', cpus: '0.5', pidsLimit: 80, restart: 'on-failure:3' });
      assert.deepEqual((await shown())?.limits, { memory: 32 * mebibyte, cpus: 0.5, pidsLimit: 80 });
      assert.equal((await shown())?.restart, 'on-failure:3');
      await assert.rejects(send({ memory: '1m' }), /minimum memory limit allowed is 6MB/);
      await send({ memory: '0', cpus: '0', pidsLimit: 0, restart: 'no' });
      assert.deepEqual((await shown())?.limits, {});
    } finally {
      await window.close();
    }
  });

  it('and rename let events of the container’s own monitor say the new name', async () => {
    await start('before');
    await store.succeed(['rename', 'before', 'after']);
    await store.succeed(['kill', 'after']);
    await store.succeed(['wait', 'after']);
    const events = await store.succeed(['events', '--since', '1h', '--until', '0s', '--filter', 'container=after']);
    assert.match(events, /container die [0-9a-f]{64} \(.*exitCode=137.*, name=after\)/);
    assert.match(events, /container rename .*\(.*name=after, oldName=\/before\)/);
  });
});
