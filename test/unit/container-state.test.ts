import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { signalNumber } from '../../runtime-helper/container/monitor-client.ts';
import { NameClaims } from '../../runtime-helper/container/names.ts';
import { StateReader, type ContainerState } from '../../runtime-helper/container/state.ts';
import { parseLocks } from '../../runtime-helper/sys/locks.ts';

async function withFolder(use: (folder: string) => void | Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'skiff-unit-'));
  try {
    await use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('the table of locks', () => {
  it('tells pid and inode of who holds an exclusive flock, and not of who waits', () => {
    const text =
      '1: FLOCK  ADVISORY  WRITE 4711 fe:00:131090 0 EOF\n1: -> FLOCK  ADVISORY  WRITE 5 fe:00:131090 0 EOF\n2: POSIX  ADVISORY  READ 6 00:1a:7 0 EOF\n';
    assert.deepEqual([...parseLocks(text)], ['4711:131090']);
  });
});

describe("a container's state", () => {
  const record = { id: 'c', createdAt: '2026-01-01T00:00:00Z' };
  const withStore = (use: (folders: { containers: string; run: string }) => void): Promise<void> =>
    withFolder((folder) => {
      const folders = { containers: join(folder, 'containers'), run: join(folder, 'run') };
      for (const path of ['containers/c/log', 'run/state', 'run/containers/c'])
        mkdirSync(join(folder, path), { recursive: true });
      use(folders);
    });

  it('is created while there is no log', () =>
    withStore((folders) => assert.deepEqual(new StateReader(folders).read(record), { status: 'created' })));

  it('is created while its first monitor has a log and has not said yet that it runs', () =>
    withStore((folders) => {
      const lock = join(folders.run, 'containers/c/lock');
      writeFileSync(lock, '');
      writeFileSync(join(folders.containers, 'c/log/0.log'), '');
      const held = new StateReader(folders, () => new Set([`42:${statSync(lock).ino}`]));
      assert.deepEqual(held.read(record), { status: 'created' });
      const free = new StateReader(folders, () => new Set());
      assert.equal(free.read(record).status, 'exited');
    }));

  it('is not running because a file says so: nobody holds the lock', () =>
    withStore((folders) => {
      writeFileSync(join(folders.run, 'state/c'), `running 1 1 2026-01-01T00:00:01Z\n`);
      writeFileSync(join(folders.run, 'containers/c/lock'), '');
      writeFileSync(join(folders.containers, 'c/log/0.log'), '');
      const state = new StateReader(folders).read(record);
      assert.ok(state.status === 'exited' && state.exitCode === 137);
    }));

  it('is what exit.json says after the end', () =>
    withStore((folders) => {
      const exit = { exitCode: 3, signal: 0, oomKilled: false, startedAt: 'a', finishedAt: 'b' };
      writeFileSync(join(folders.containers, 'c/exit.json'), JSON.stringify(exit));
      const state = new StateReader(folders).read(record);
      assert.deepEqual(state, { status: 'exited', restartCount: 0, stopped: false, ...exit });
    }));

  /** A store whose monitor, this test, holds its lock. */
  const withMonitor = (status: string, use: (state: ContainerState) => void): Promise<void> =>
    withStore((folders) => {
      const lock = join(folders.run, 'containers/c/lock');
      writeFileSync(lock, '');
      writeFileSync(join(folders.run, 'state/c'), `${status} 7 42 2026-01-01T00:00:01Z 2\n`);
      const exit = { exitCode: 3, signal: 0, oomKilled: false, startedAt: 'a', finishedAt: 'b', restartCount: 2 };
      writeFileSync(join(folders.containers, 'c/exit.json'), JSON.stringify(exit));
      use(new StateReader(folders, () => new Set([`42:${statSync(lock).ino}`])).read(record));
    });

  for (const status of ['running', 'paused'] as const)
    it(`is ${status} when the monitor says so and holds the lock`, () =>
      withMonitor(status, (state) =>
        assert.deepEqual(state, { status, pid: 7, startedAt: '2026-01-01T00:00:01Z', restartCount: 2 }),
      ));

  it('is running while its monitor lives, without a look at the locks', () =>
    withStore((folders) => {
      const stat = readFileSync('/proc/self/stat', 'latin1');
      const birth = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
      const refuse = (): Set<string> => assert.fail('the locks were read');
      const line = (text: string): void => writeFileSync(join(folders.run, 'state/c'), text);
      line(`running 7 ${process.pid} 2026-01-01T00:00:01Z 0 ${birth}\n`);
      assert.equal(new StateReader(folders, refuse).read(record).status, 'running');
      line(`running 7 ${process.pid} 2026-01-01T00:00:01Z 0 ${Number(birth) - 1}\n`);
      assert.notEqual(new StateReader(folders).read(record).status, 'running');
    }));

  it('is restarting between two lives, with how the last one ended', () =>
    withMonitor('restarting', (state) => {
      assert.ok(state.status === 'restarting' && state.exitCode === 3 && state.restartCount === 2);
    }));

  it('is dead when its removal failed halfway, whatever else there is', () =>
    withMonitor('dead', (state) => assert.deepEqual(state, { status: 'dead' })));
});

describe('a claim of a name', () => {
  const withNames = (use: (claims: NameClaims, folder: string) => void): Promise<void> =>
    withFolder((folder) => {
      for (const name of ['names', 'containers']) mkdirSync(join(folder, name));
      use(new NameClaims({ names: join(folder, 'names'), containers: join(folder, 'containers') }), folder);
    });

  it('is refused while its owner exists, and names him', () =>
    withNames((claims, folder) => {
      claims.claim('web', 'one');
      mkdirSync(join(folder, 'containers/one'));
      assert.throws(() => claims.claim('web', 'two'), {
        code: 'already-exists',
        message: /"\/web" is already in use by container "one"/,
      });
    }));

  it('is free when its owner is gone', () =>
    withNames((claims) => {
      claims.claim('web', 'one');
      claims.claim('web', 'two');
      assert.equal(claims.owner('web'), 'two');
    }));

  for (const name of ['../x', '-x', 'a', 'a/b', '', 'a b']) {
    it(`refuses ${JSON.stringify(name)}`, () =>
      withNames((claims) => assert.throws(() => claims.claim(name, 'one'), { code: 'invalid-argument' })));
  }
});

describe('a signal', () => {
  it('is known by name, with or without SIG, and by number', () => {
    assert.deepEqual(['TERM', 'sigkill', '2', 'RTMIN+3'].map(signalNumber), [15, 9, 2, 37]);
  });

  for (const text of ['', 'NOPE', '0', '65', '-1']) {
    it(`is not ${JSON.stringify(text)}`, () => assert.throws(() => signalNumber(text), { code: 'invalid-argument' }));
  }
});
