import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { busyboxRootfs } from '../support/images.ts';
import { TestStore } from '../support/store.ts';
import { until } from '../support/wait.ts';

/** What the tutorial says of listing, stopping, starting and removing. */
describe('the life of containers, as the tutorial has it', () => {
  let store: TestStore;
  before(async () => {
    store = new TestStore();
    await store.succeed(['import', busyboxRootfs(), 'busy:1']);
  });
  after(() => store.dispose());

  const idle = ['sleep', '100000'];
  const detached = (name: string, ...command: string[]): Promise<string> =>
    store.succeed(['run', '-d', '--name', name, 'busy:1', ...command]);

  it('lists running ones, newest first, and with -a the stopped ones among them', async () => {
    for (const name of ['first', 'second', 'third']) await detached(name, ...idle);
    await store.succeed(['kill', 'second']);
    await store.succeed(['wait', 'second']);
    const names = async (...options: string[]): Promise<string[]> =>
      (await store.succeed(['ps', ...options, '--format', '{{.Names}}'])).split('\n');
    assert.deepEqual(await names(), ['third', 'first']);
    assert.deepEqual(await names('-a'), ['third', 'second', 'first']);
    const table = await store.succeed(['ps', '-a']);
    assert.match(table.split('\n')[0] ?? '', /^CONTAINER ID +IMAGE +COMMAND +CREATED +STATUS +PORTS +NAMES$/);
    assert.match(table, / Exited \(137\) (Less than a second|1 second|\d+ seconds) ago .* second$/m);
    assert.match(table, / Up (Less than a second|1 second|\d+ seconds) .* first$/m);
    await store.succeed(['rm', '-f', 'first', 'second', 'third']);
  });

  it('takes a name, a full id, or a prefix that is nobody else’s; a name beats a prefix', async () => {
    const id = await detached('byname', ...idle);
    for (const reference of ['byname', id, id.slice(0, 12), id.slice(0, 6)])
      assert.equal(await store.succeed(['inspect', '-f', '{{.Id}}', reference]), id);
    const other = await detached(id.slice(0, 4), ...idle);
    assert.equal(await store.succeed(['inspect', '-f', '{{.Id}}', id.slice(0, 4)]), other);
    assert.notEqual((await store.skiff(['inspect', ''])).code, 0);
    await store.succeed(['rm', '-f', id, other]);
  });

  it('gives names of two words to those that have none', async () => {
    const ids = await Promise.all([1, 2, 3, 4].map(() => store.succeed(['create', 'busy:1', 'true'])));
    const names = (await store.succeed(['ps', '-a', '--format', '{{.Names}}'])).split('\n');
    assert.equal(new Set(names).size, 4);
    for (const name of names) assert.match(name, /^[a-z]+_[a-z]+\d*$/);
    await store.succeed(['rm', ...ids]);
  });

  it('keeps the log over its end and over restarts, each stream on its own', async () => {
    await store.succeed(['run', '--name', 'talks', 'busy:1', 'sh', '-c', 'echo out; echo err >&2']);
    await store.succeed(['start', '-a', 'talks']);
    const logs = await store.skiff(['logs', 'talks']);
    assert.deepEqual(logs, { code: 0, stdout: 'out\nout\n', stderr: 'err\nerr\n' });
    const stamped = await store.succeed(['logs', '-t', '-n', '1', 'talks']);
    assert.match(
      stamped + (await store.skiff(['logs', '-t', '-n', '1', 'talks'])).stderr,
      /^\d{4}-\d\d-\d\dT[\d:.]+Z (out|err)/,
    );
    await store.succeed(['rm', 'talks']);
  });

  it('follows a log until its container ends', async () => {
    await detached('counts', 'sh', '-c', 'for i in 1 2 3; do echo $i; sleep 0.2; done');
    assert.equal(await store.succeed(['logs', '-f', 'counts']), '1\n2\n3');
    await store.succeed(['rm', 'counts']);
  });

  it('stops with TERM where a handler is, and prints its argument', async () => {
    await detached('obeys', 'sh', '-c', 'trap "exit 3" TERM; echo ready; while :; do sleep 0.1; done');
    await until('it has its handler', async () => (await store.succeed(['logs', 'obeys'])) === 'ready');
    assert.equal(await store.succeed(['stop', 'obeys']), 'obeys');
    assert.match(await store.succeed(['ps', '-a']), / Exited \(3\) .* obeys$/m);
    await store.succeed(['rm', 'obeys']);
  });

  it('stops with KILL after the grace where none is: 137', async () => {
    await detached('ignores', 'sh', '-c', 'trap "" TERM; while :; do sleep 0.1; done');
    assert.equal(await store.succeed(['stop', '-t', '1', 'ignores']), 'ignores');
    assert.match(await store.succeed(['ps', '-a']), / Exited \(137\) .* ignores$/m);
    await store.succeed(['rm', 'ignores']);
  });

  it('starts again with the same id, name and layer, and restarts running and stopped ones', async () => {
    const id = await detached('again', 'sh', '-c', 'echo x >> /runs; exec sleep 100000');
    const runs = (): Promise<string> => store.succeed(['exec', 'again', 'sh', '-c', 'wc -l < /runs']);
    const pid = (): Promise<string> => store.succeed(['inspect', '-f', '{{.State.Pid}}', 'again']);
    await until('it has written', async () => (await runs()) === '1');
    const firstPid = await pid();
    assert.equal(await store.succeed(['restart', '-t', '0', 'again']), 'again');
    assert.notEqual(await pid(), firstPid);
    await until('it has written', async () => (await runs()) === '2');
    await store.succeed(['stop', '-t', '0', 'again']);
    assert.equal(await store.succeed(['restart', 'again']), 'again');
    await until('it has written', async () => (await runs()) === '3');
    assert.equal(await store.succeed(['inspect', '-f', '{{.Id}} {{.Name}}', 'again']), `${id} /again`);
    await store.succeed(['rm', '-f', 'again']);
  });

  it('tells the PID of a container, whose process is there', async () => {
    await detached('pid', ...idle);
    const pid = await store.succeed(['inspect', '-f', '{{.State.Pid}}', 'pid']);
    assert.equal(readFileSync(`/proc/${pid}/cmdline`, 'utf8'), 'sleep\u0000100000\u0000');
    assert.match(await store.succeed(['top', 'pid']), new RegExp(`^\\S+ +${pid} .*sleep 100000$`, 'm'));
    await store.succeed(['rm', '-f', 'pid']);
  });

  it('executes more processes inside: -e, -w, -u, -d, -i, and gives their exit codes', async () => {
    await detached('host', ...idle);
    const inside = (...args: string[]): Promise<string> => store.succeed(['exec', ...args]);
    assert.equal(await inside('-e', 'X=1 2', 'host', 'sh', '-c', 'echo "$X"'), '1 2');
    assert.equal(await inside('-w', '/tmp', 'host', 'pwd'), '/tmp');
    assert.equal(await inside('-u', 'user', 'host', 'id', '-u'), '1000');
    assert.equal((await store.skiff(['exec', '-i', 'host', 'cat'], { input: 'in' })).stdout, 'in');
    assert.equal((await store.skiff(['exec', 'host', 'sh', '-c', 'exit 9'])).code, 9);
    assert.equal((await store.skiff(['exec', 'host', 'nosuch'])).code, 127);
    assert.equal((await store.skiff(['exec', 'host', '/etc/passwd'])).code, 126);
    await inside('-d', 'host', 'touch', '/made');
    await until('the detached one ran', async () => (await store.skiff(['exec', 'host', 'ls', '/made'])).code === 0);
    await store.succeed(['rm', '-f', 'host']);
    assert.match((await store.skiff(['exec', 'host', 'true'])).stderr, /^skiff: .*no such container: host/i);
  });

  it('removes a stopped one, refuses a running one and says how, and kills it with -f', async () => {
    const id = await detached('stays', ...idle);
    const refused = await store.skiff(['rm', 'stays']);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /container is running[^]*(-f|force)/);
    assert.equal(await store.succeed(['rm', '-f', 'stays']), 'stays');
    assert.equal(existsSync(join(store.root, 'containers', id)), false);
    assert.equal(await store.succeed(['ps', '-aq']), '');
    assert.equal((await store.skiff(['rm', 'stays'])).code, 1);
  });
});
