import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { errnoOf } from '../../runtime-helper/lib/errors.ts';
import type { RuntimeConfig } from '../../runtime-helper/oci/runtime-config.ts';
import { attachToEnd, Client, NativeStore } from '../support/native-store.ts';
import { until } from '../support/wait.ts';

/** Of version 2, with or without others beside it. */
const hierarchy = ['/sys/fs/cgroup', '/sys/fs/cgroup/unified'].find((path) =>
  existsSync(join(path, 'cgroup.controllers')),
);

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

  it('is no kernel file system where a link of the image leads', async () => {
    for (const path of ['proc', 'sys']) {
      const linked = store.addLayer((diff) => symlinkSync('/tmp', join(diff, path)));
      await assert.rejects(
        store.create({ args: ['/bin/true'], lowers: [linked, store.busybox] }).answer,
        new RegExp(`mount: /${path}: too many (levels of )?symbolic links`),
      );
    }
  });

  it('is no file of the image in the place of /dev/null', async () => {
    const adjust = (config: RuntimeConfig): void => {
      config.mounts = config.mounts.filter(({ destination }) => !destination.startsWith('/dev'));
    };
    const faked = store.addLayer((diff) => {
      mkdirSync(join(diff, 'dev'));
      writeFileSync(join(diff, 'dev/zero'), '');
      symlinkSync('/etc/passwd', join(diff, 'dev/null'));
    });
    const options = { args: ['/bin/true'], lowers: [faked, store.busybox], adjust };
    await assert.rejects(store.create(options).answer, /device: \/dev\/(null|zero): file (already )?exists/);
    const withoutDevices = (config: RuntimeConfig): void => {
      adjust(config);
      if (config.linux) config.linux.devices = [];
    };
    await assert.rejects(
      store.create({ ...options, adjust: withoutDevices, extra: ['mask', '/etc/group'] }).answer,
      /mount: \/[a-z/]+: (no such device|too many)/,
    );
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

describe(
  'a process that is said to be a container’s',
  { skip: hierarchy === undefined && 'no hierarchy of version 2' },
  () => {
    let store: NativeStore;
    before(async () => {
      store = await NativeStore.open();
    });
    after(() => store.dispose());

    /** What is asked for the container `id`, for which such a process in such a group stands, whose group is this user's. */
    const limited = async (owner: number): Promise<unknown> => {
      const id = randomBytes(32).toString('hex');
      const parent = join(hierarchy ?? '', `skiff-test-${id.slice(0, 12)}`);
      const groups = [parent, join(parent, `skiff-${store.id}`), join(parent, `skiff-${store.id}`, id)];
      const process_ = spawn('sleep', ['1000'], { stdio: 'ignore' });
      const ended = new Promise((resolve) => process_.once('exit', resolve));
      try {
        for (const group of groups) {
          mkdirSync(group);
          chownSync(group, owner, owner);
        }
        writeFileSync(join(groups[2] ?? '', 'cgroup.procs'), String(process_.pid));
        writeFileSync(join(store.run, 'state', id), `running ${process_.pid} 1 2026-01-01T00:00:00Z 0 1\n`);
        return await store.spawner.request(['limit', 'id', id]);
      } finally {
        process_.kill('SIGKILL');
        await ended;
        rmSync(join(store.run, 'state', id), { force: true });
        for (const group of groups.toReversed()) await until('the group is gone', () => removed(group));
      }
    };

    it('is taken for one in a group that root has made, and in no other', async () => {
      await limited(0);
      await assert.rejects(limited(1000), /join: [0-9a-f]{64}: no such process/);
    });
  },
);

/** A group of which a process has just ended may be busy for a moment. */
function removed(group: string): boolean {
  try {
    if (existsSync(group)) rmdirSync(group);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EBUSY') return false;
    throw error;
  }
}

describe('a container that waits to be begun in the pid namespace of another', () => {
  let store: NativeStore;
  before(async () => {
    store = await NativeStore.open();
  });
  after(() => store.dispose());

  it('shows its neighbours neither what it has open nor the way to it, and has nothing of the store open', async () => {
    const other = await store.runDetached({ args: ['/bin/sleep', '1000'] });
    const waits = store.create({ args: ['/bin/true'], extra: ['namespace', 'pid', other.id] });
    await waits.listening;
    const init = await until('it waits, with nothing of the store open', () => waiting(other.id));
    const inner = /^NSpid:.*\s(\d+)$/m.exec(readFileSync(`/proc/${init}/status`, 'utf8'))?.[1];
    const looks = ['root/', 'cwd/'].map((name) => `ls /proc/${inner}/${name}`);
    const reads = ['exe', 'fd/0', 'environ', 'maps'].map((name) => `cat /proc/${inner}/${name}`);
    const script = [...looks, ...reads].join('; ');
    const { stdout, stderr } = await attachToEnd(store.exec(other.id, { args: ['/bin/sh', '-c', script] }));
    assert.equal(stdout, '');
    assert.equal(stderr.match(/Permission denied/g)?.length, 6, stderr);
    await attachToEnd(waits);
  });

  /** The host's pid of a process of ours in the container's pid namespace that has no more open than its stdio and a socket. */
  const waiting = (id: string): string | undefined => {
    const namespace = readlinkSync(`/proc/${store.state(id)?.split(' ')[1]}/ns/pid`);
    return readdirSync('/proc').find((pid) => /^\d+$/.test(pid) && isWaiting(pid, namespace));
  };
});

function isWaiting(pid: string, namespace: string): boolean {
  try {
    if (readFileSync(`/proc/${pid}/comm`, 'utf8') !== 'skiff-init\n') return false;
    const targets = readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`));
    return (
      readlinkSync(`/proc/${pid}/ns/pid`) === namespace &&
      targets.every((target) => /^(pipe|socket):|^\/dev\/null$/.test(target))
    );
  } catch {
    // Gone meanwhile.
    return false;
  }
}

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
