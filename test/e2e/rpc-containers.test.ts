import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { UsageLine } from '../../runtime-helper/protocol/index.ts';
import { HelperWindow } from '../support/helper-window.ts';
import { cgroupsNamed } from '../support/kernel-objects.ts';
import { TestStore } from '../support/store.ts';
import { until } from '../support/wait.ts';

const size = { columns: 80, rows: 24 };
const host = (script: string) => ({ image: '@host', command: ['sh', '-c', script], network: 'none' as const });
const loop = 'trap "exit 0" TERM; while :; do sleep 0.1; done';

describe('containers over JSON-RPC', () => {
  const store = new TestStore();
  let window: HelperWindow;
  before(async () => {
    window = await HelperWindow.open(store);
  });
  after(async () => {
    await window.close();
    await store.dispose();
  });

  const run = (script: string, options: object = {}) => window.client.runContainer({ ...host(script), ...options });
  const remove = (id: string) => window.client.removeContainer({ id, force: true });

  it('runs one attached, misses nothing of its output, and tells its exit code', async () => {
    const { id, stream = '' } = await run('echo out; echo err >&2; exit 7', { attach: size });
    assert.deepEqual(await window.toEnd(stream), { stdout: 'out\n', stderr: 'err\n', end: { exitCode: 7 } });
    await remove(id);
  });

  it('gives one a terminal of the window’s size, and follows it', async () => {
    const attach = { columns: 91, rows: 31 };
    const { id, stream = '' } = await run('stty size; read line; stty size', { tty: true, interactive: true, attach });
    await window.sees(stream, /31 91/);
    await window.client.resizeStream({ stream, columns: 60, rows: 20 });
    await window.type(stream, 'go\n');
    assert.match((await window.toEnd(stream)).stdout, /20 60/);
    await remove(id);
  });

  it('gives input to one without a terminal, and its end', async () => {
    const { id, stream = '' } = await run('cat; echo done', { interactive: true, attach: size });
    await window.type(stream, 'one\n');
    await window.sees(stream, /one/);
    await window.client.closeStream({ stream });
    assert.deepEqual((await window.toEnd(stream)).end, {});
    // Closing detaches: it runs on, and takes input from whoever comes next.
    const again = await window.client.attachContainer({ id, ...size });
    await window.type(again.stream, 'two\n');
    await window.sees(again.stream, /two/);
    await remove(id);
    assert.equal((await window.toEnd(again.stream)).end?.exitCode, 137);
  });

  it('measures once a second what containers use, until nobody listens', async () => {
    const { id } = await run('while :; do :; done');
    const { id: idle } = await run('true');
    // Its monitor says so a moment after its process has gone.
    await until('one has ended', async () => {
      const { containers } = await window.client.listContainers({ all: true });
      return containers.find((one) => one.id === idle)?.state.status === 'exited';
    });
    const { stream } = await window.client.containerUsage({ ids: [id, idle] });
    const lines = (): UsageLine[] =>
      window
        .stream(stream)
        .stdout.split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line) as UsageLine);
    await until('there are three lines', () => lines().length >= 3, 20_000);
    const usages = lines().map((line) => line.usages);
    assert.deepEqual(
      usages.map((all) => all.map((one) => one.id)),
      usages.map(() => [id]),
      'who does not run uses nothing',
    );
    const [first, , third] = usages.flat();
    assert.ok(first && third && third.cpuMilliseconds > first.cpuMilliseconds && third.clock - first.clock >= 1900);
    assert.ok(third.memory > 0 && third.memory < third.memoryLimit && third.pids === 1);
    await window.client.closeStream({ stream });
    assert.deepEqual((await window.toEnd(stream)).end, {});
    await remove(id);
    await remove(idle);
    await assert.rejects(window.client.containerUsage({ ids: [id] }), { code: 'not-found' });
  });

  it('ends the input of what reads from a pipe, of PID 1 and of a command beside it', async () => {
    const { id, stream = '' } = await run('cat; echo over', { interactive: true, attach: size });
    const what = { id, command: ['sh', '-c', 'cat; echo over'], tty: false, interactive: true, ...size };
    const { stream: beside } = await window.client.execContainer(what);
    for (const one of [beside, stream]) {
      await window.client.writeStream({ stream: one, data: Buffer.from('piped ').toString('base64'), last: true });
      assert.deepEqual(await window.toEnd(one), { stdout: 'piped over\n', stderr: '', end: { exitCode: 0 } });
    }
    await remove(id);
  });

  it('tells what could not be executed with Docker’s exit code, and leaves nothing of a throw-away one', async () => {
    const { containers: present } = await window.client.listContainers({ all: true });
    const failing = window.connection.sendRequest('container/run', {
      ...host(''),
      command: ['/no/such'],
      autoRemove: true,
      attach: size,
    });
    const phrase = { message: 'exec: "{0}": stat {0}: no such file or directory', values: ['/no/such'] };
    await assert.rejects(failing, { data: { code: 'not-found', exitCode: 127, phrase } });
    assert.deepEqual((await window.client.listContainers({ all: true })).containers, present);
  });

  it('stops, starts and removes one, and refuses to remove what runs', async () => {
    const { id, name } = await run(loop, { name: 'looper' });
    assert.equal(name, 'looper');
    await assert.rejects(window.client.removeContainer({ id }), { code: 'conflict' });
    await window.client.stopContainer({ id });
    assert.deepEqual((await window.client.listContainers({ all: false })).containers, []);
    await window.client.startContainer({ id });
    const [running] = (await window.client.listContainers({ all: false })).containers;
    assert.deepEqual([running?.id, running?.state.status], [id, 'running']);
    await assert.rejects(run(loop, { name: 'looper' }), { code: 'already-exists' });
    await remove(id);
  });

  it('executes a command beside PID 1', async () => {
    const { id } = await run(loop);
    const what = { id, command: ['sh', '-c', 'echo $$; exit 4'], tty: false, interactive: false, ...size };
    const { stream, tty } = await window.client.execContainer(what);
    const { stdout, end } = await window.toEnd(stream);
    assert.deepEqual([tty, end], [false, { exitCode: 4 }]);
    assert.notEqual(stdout, '1\n');
    await assert.rejects(window.client.execContainer({ ...what, command: ['/no/such'] }), { code: 'not-found' });
    await remove(id);
  });

  it('reads a log, its tail, and what comes', async () => {
    const { id } = await run(
      'i=0; while [ $i -lt 50 ]; do i=$((i+1)); echo line $i; done; read x < /proc/uptime; sleep 1000',
    );
    const follow = await window.client.containerLogs({ id, follow: true });
    await window.sees(follow.stream, /line 50\n/);
    const tail = await window.client.containerLogs({ id, tail: 2 });
    assert.deepEqual(await window.toEnd(tail.stream), { stdout: 'line 49\nline 50\n', stderr: '', end: {} });
    const stamped = await window.client.containerLogs({ id, tail: 1, timestamps: true });
    assert.match((await window.toEnd(stamped.stream)).stdout, /^\d{4}-\d\d-\d\dT[\d:.]+Z line 50\n$/);
    assert.equal(window.stream(follow.stream).end, undefined);
    await remove(id);
    assert.deepEqual((await window.toEnd(follow.stream)).end, {});
  });

  it('refuses to attach to what does not run', async () => {
    const { id, stream = '' } = await run('true', { attach: size });
    await window.toEnd(stream);
    await assert.rejects(window.client.attachContainer({ id, ...size }), { code: 'conflict' });
    await remove(id);
  });

  it('tells of its store and its rights', async () => {
    const info = await window.client.engineInfo();
    assert.deepEqual([info.root, info.runRoot, info.containers], [store.root, store.runRoot, 0]);
    assert.deepEqual(info.privilege, { status: 'granted', through: 'direct' });
    assert.deepEqual(await window.client.retryPrivilege(), { granted: true });
  });

  it('tells two windows of what the command line does', async () => {
    const other = await HelperWindow.open(store);
    const windows = [window, other];
    const listed = await Promise.all(windows.map(({ client }) => client.listContainers({ all: true })));
    const id = await store.succeed(['run', '-d', '--network', 'none', '--name', 'seen', '@host', 'sh', '-c', loop]);
    const state = (index: number): string | undefined =>
      windows[index]?.known(listed[index]?.containers).get(id)?.state.status;
    for (const index of [0, 1]) await until('the window sees it run', () => state(index) === 'running');
    await store.succeed(['stop', 'seen']);
    for (const index of [0, 1]) await until('the window sees it end', () => state(index) === 'exited');
    await store.succeed(['rm', 'seen']);
    for (const index of [0, 1]) await until('the window sees it go', () => state(index) === undefined);
    await other.close();
  });

  it('tells of a container that was only created', async () => {
    const { containers } = await window.client.listContainers({ all: true });
    const id = await store.succeed(['create', '@host', 'true']);
    await until('the window sees it', () => window.known(containers).get(id)?.state.status === 'created');
    await remove(id);
  });

  it('starts containers after another helper of the store has left', async () => {
    const other = await HelperWindow.open(store);
    const { id } = await other.client.runContainer({ ...host('true') });
    await other.client.removeContainer({ id, force: true });
    await other.close();
    await until('its spawner has left', () => cgroupsNamed(new RegExp(store.id ?? '-')).length === 0);
    await remove((await run('true')).id);
  });

  it('shows the same to two windows that are attached', async () => {
    const other = await HelperWindow.open(store);
    const { id, stream = '' } = await run('cat', { tty: true, interactive: true, attach: size });
    const { stream: second } = await other.client.attachContainer({ id, ...size });
    // The monitor may take up the second window after it was asked to.
    await other.type(second, 'here\r');
    await other.sees(second, /here\r\n/);
    for (const [typing, into, words] of [
      [window, stream, 'from the first'],
      [other, second, 'from the second'],
    ] as const) {
      await typing.type(into, `${words}\r`);
      // Once echoed by the terminal, once said by cat: which is no whole line where somebody types in the middle of it.
      for (const [one, name] of [
        [window, stream],
        [other, second],
      ] as const)
        await one.sees(name, new RegExp(`${words}\r\n${words}\r\n`));
    }
    await remove(id);
    await other.close();
  });

  it('outlives a helper that is killed', async () => {
    const first = await HelperWindow.open(store);
    const { id, stream = '' } = await first.client.runContainer({
      ...host('i=0; while :; do i=$((i+1)); echo tick $i; sleep 0.05; done'),
      attach: size,
    });
    await first.sees(stream, /tick 5/);
    first.helper.child.kill('SIGKILL');
    await first.helper.exited;
    const second = await HelperWindow.open(store);
    const { containers } = await second.client.listContainers({ all: true });
    assert.deepEqual(
      containers.filter((one) => one.id === id).map(({ state }) => state.status),
      ['running'],
    );
    const log = await second.client.containerLogs({ id, follow: true });
    await second.sees(log.stream, /tick 15/);
    const ticks = second.stream(log.stream).stdout.trim().split('\n');
    assert.deepEqual(
      ticks,
      ticks.map((_, index) => `tick ${index + 1}`),
    );
    await second.client.removeContainer({ id, force: true });
    await second.close();
  });
});
