import assert from 'node:assert/strict';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Client, NativeStore } from '../support/native-store.ts';
import { until } from '../support/wait.ts';

describe('what a helper could ask for', () => {
  let store: NativeStore;
  before(async () => {
    store = await NativeStore.open();
  });
  after(() => store.dispose());

  const refused = (extra: string[], why: RegExp): Promise<void> =>
    assert.rejects(store.create({ args: ['/bin/true'], extra }).answer, why, extra.join(' '));

  it('is refused where it makes no sense, and kills nobody', async () => {
    const publish = (first: string, last: string): string[] => [
      'publish',
      'tcp',
      '',
      first,
      last,
      '80',
      '10.0.0.2',
      '',
    ];
    await refused(publish('5', '3'), /request: publish: invalid argument/);
    await refused(['cgroup-parent', 'a/../../b'], /cgroup: a\/\.\.\/\.\.\/b: invalid argument/);
    for (const option of ['upperdir=skiff-nowhere', 'workdir=skiff-nowhere', 'lowerdir=skiff-nowhere'])
      await refused(['overlay-option', option], /overlay: \w+=skiff-nowhere: invalid argument/);
  });

  it('is no file outside the store that goes with an empty log', async () => {
    const elsewhere = mkdtempSync(join(tmpdir(), 'skiff-elsewhere-'));
    try {
      writeFileSync(join(elsewhere, '0.log'), 'of somebody else');
      const started = store.create({ args: ['/bin/nothing'] });
      await started.listening;
      const log = join(store.root, 'containers', started.id, 'log');
      await until('there is a log', () => existsSync(join(log, '0.log')));
      renameSync(log, `${log}.old`);
      symlinkSync(elsewhere, log);
      // The gate opens, and the command is not there.
      const client = await Client.attach(started.socket);
      await assert.rejects(started.answer, /exec: \/bin\/nothing: no such file/);
      await client.end;
      assert.deepEqual(readdirSync(elsewhere), ['0.log']);
      assert.deepEqual(readdirSync(`${log}.old`), []);
    } finally {
      rmSync(elsewhere, { recursive: true });
    }
  });
});

describe('a container in the namespaces of another, life after life', () => {
  let store: NativeStore;
  before(async () => {
    store = await NativeStore.open();
  });
  after(() => store.dispose());

  it('costs its monitor no descriptor, and leaves the monitor’s other children on the host', async () => {
    const other = await store.runDetached({ args: ['/bin/sleep', '1000'] });
    const joined = ['net', 'pid', 'ipc', 'uts'].flatMap((kind) => ['namespace', kind, other.id]);
    const { id, monitor } = await store.runDetached({
      args: ['/bin/sh', '-c', 'trap "exit 0" TERM; while :; do sleep 0.05; done'],
      extra: [...joined, 'restart', 'always', '0'],
    });
    for (let life = 1; life <= 2; life += 1) {
      const [, pid] = store.state(id)?.split(' ') ?? [];
      process.kill(Number(pid), 'SIGKILL');
      await until(
        'it lives again',
        () => store.state(id)?.startsWith('running') === true && store.state(id)?.split(' ')[4] === String(life),
      );
    }
    const targets = readdirSync(`/proc/${monitor}/fd`).map((fd) => readlinkSync(`/proc/${monitor}/fd/${fd}`));
    assert.equal(targets.filter((target) => target === 'anon_inode:[pidfd]').length, 1);
    const namespaces = ['pid', 'pid_for_children'].map((name) => readlinkSync(`/proc/${monitor}/ns/${name}`));
    assert.equal(namespaces[0], namespaces[1]);
    const client = await Client.attach(join(store.run, 'containers', id, 'attach.sock'), { output: false });
    client.send('q'.charCodeAt(0));
    await store.end(id);
    await client.end;
  });
});
