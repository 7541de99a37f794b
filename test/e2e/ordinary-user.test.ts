import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { userWithoutSudo, userWithSudo } from '../support/ordinary-user.ts';
import { skiffBinary } from '../support/paths.ts';
import { TestStore } from '../support/store.ts';

const able = userWithSudo();
const unable = userWithoutSudo();

describe(
  'an ordinary user whom sudo obeys',
  { skip: able ? false : 'no user here may use sudo without a password' },
  () => {
    let store: TestStore;
    const user = able ?? { uid: -1, name: '', home: '' };
    const env = { HOME: user.home, USER: user.name, LOGNAME: user.name, XDG_RUNTIME_DIR: undefined, SKIFF_YES: '1' };
    before(() => {
      store = new TestStore({ uid: user.uid });
    });
    after(() => store.dispose());

    it('runs containers as root of their own, with a helper that is his', async () => {
      const script = 'id -u; hostname; cat /proc/net/route | wc -l';
      const said = await store.succeed(['run', '--name', 'first', '@host', 'sh', '-c', script], { env });
      assert.match(said, /^0\n[0-9a-f]{12}\n3$/);
      const helper = store.processes().find(({ command }) => /helper\.js/.test(command));
      assert.match(readFileSync(`/proc/${helper?.pid}/status`, 'utf8'), new RegExp(`^Uid:(\\s+${user.uid}){4}$`, 'm'));
      const spawner = store.processes().find(({ command }) => /skiff --spawner/.test(command));
      assert.match(readFileSync(`/proc/${spawner?.pid}/status`, 'utf8'), /^Uid:(\s+0){4}$/m);
    });

    it('owns its records, logs and sockets, and may read them', async () => {
      const id = await store.succeed(['run', '-d', '@host', 'sh', '-c', 'echo line; sleep 1000'], { env });
      const folder = join(store.root, 'containers', id);
      const run = join(store.runRoot, store.id ?? '', 'containers', id);
      for (const path of [folder, join(folder, 'container.json'), join(folder, 'log/0.log'), join(run, 'attach.sock')])
        assert.equal(statSync(path).uid, user.uid, path);
      // What root of the container makes set-user-id must be out of the user's reach.
      const snapshot = statSync(join(folder, 'snapshot'));
      assert.deepEqual([snapshot.uid, snapshot.mode & 0o777], [0, 0o700]);
      assert.match(await store.succeed(['ps'], { env }), / Up /);
      assert.equal(await store.succeed(['exec', id, 'id', '-u'], { env }), '0');
      assert.equal(await store.succeed(['stop', '-t', '0', id], { env }), id);
      assert.equal(await store.succeed(['rm', id], { env }), id);
      assert.equal(existsSync(folder), false);
    });

    it('finds his containers by their names, with a resolver that is his', async () => {
      await store.succeed(['network', 'create', 'app'], { env });
      const run = ['run', '--network', 'app', '--network-alias', 'me', '@host', 'getent', 'hosts', 'me'];
      assert.match(await store.succeed(run, { env }), /^10\.\S+ +me$/);
      await store.succeed(['rm', ...store.containerIds()], { env });
      await store.succeed(['network', 'rm', 'app'], { env });
    });

    it('runs the privileged part from a copy that only root can write', () => {
      const spawner = store.processes().find(({ command }) => /skiff --spawner/.test(command));
      const copies = readdirSync('/usr/local/libexec/skiff');
      assert.ok(spawner && copies.length > 0);
      for (const copy of copies) {
        const status = statSync(join('/usr/local/libexec/skiff', copy, 'skiff'));
        assert.deepEqual([status.uid, status.mode & 0o022], [0, 0]);
      }
    });
  },
);

describe('an ordinary user whom sudo refuses', { skip: unable ? false : 'every user here may use sudo' }, () => {
  let store: TestStore;
  const user = unable ?? { uid: -1, name: '', home: '' };
  const env = { HOME: user.home, USER: user.name, LOGNAME: user.name, XDG_RUNTIME_DIR: undefined, SKIFF_YES: '1' };
  before(() => {
    store = new TestStore({ uid: user.uid });
  });
  after(() => store.dispose());

  it('is told so in one line, and nothing is left of the attempt', async () => {
    const result = await store.skiff(['run', '@host', 'true'], { env });
    assert.equal(result.code, 125);
    assert.match(result.stderr, /^skiff: .*(sudo|password|privilege).*\n/im);
    assert.equal(result.stdout, '');
    assert.deepEqual(store.containerIds(), []);
    assert.deepEqual(readdirSync(join(store.root, 'names')), []);
  });

  it('is asked for a password, whatever language sudo speaks to him', async () => {
    const chinese = { ...env, LANG: 'C.UTF-8', LANGUAGE: 'zh_CN', LC_ALL: undefined };
    // The helper of the story before this one speaks another.
    const foreign = new TestStore({ uid: user.uid });
    try {
      const result = await foreign.skiff(['run', '@host', 'true'], { env: chinese });
      assert.equal(result.code, 125, result.stderr);
      assert.match(result.stderr, /^skiff: no password was given$/m);
    } finally {
      await foreign.dispose();
    }
  });

  it('still has what needs no privilege', async () => {
    assert.equal(await store.succeed(['ps', '-aq'], { env }), '');
    assert.match(await store.succeed(['info', '--format', 'json'], { env }), /"Privilege":\{"status":"/);
  });
});

describe(
  'a session that can gain no privileges',
  { skip: (able ?? unable) ? false : 'there is no ordinary user' },
  () => {
    it('says that it can not, why, and what to do', async () => {
      const user = able ?? unable ?? { uid: -1, name: '', home: '' };
      const store = new TestStore({ uid: user.uid });
      try {
        const { status, stderr } = spawnSync(
          'setpriv',
          [
            '--reuid',
            String(user.uid),
            '--regid',
            String(user.uid),
            '--clear-groups',
            '--no-new-privs',
            skiffBinary,
            'run',
            '@host',
            'true',
          ],
          { env: { PATH: process.env['PATH'], HOME: user.home, USER: user.name, ...store.env }, encoding: 'utf8' },
        );
        assert.equal(status, 125);
        assert.match(stderr, /NoNewPrivs/);
        assert.match(stderr.split('\n')[1] ?? '', /ordinary terminal/);
        assert.deepEqual(store.containerIds(), []);
      } finally {
        await store.dispose();
      }
    });
  },
);
