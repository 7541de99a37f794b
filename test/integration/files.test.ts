import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { containerOptions, operation, runToEnd, testEngine, type TestEngine } from '../support/engine.ts';
import { busyboxRootfs } from '../support/images.ts';
import { until } from '../support/wait.ts';

let test: TestEngine;
before(async () => {
  test = await testEngine();
  await test.engine.importImage({ path: busyboxRootfs() }, { reference: 'busybox' }, operation);
});
after(() => test.dispose());

const sh = (script: string): string[] => ['sh', '-ec', script];

async function resting(script: string): Promise<string> {
  const options = containerOptions({ image: 'busybox', command: sh(script), network: 'none' });
  const { container, exitCode, stderr } = await runToEnd(test.engine, options);
  assert.deepEqual([exitCode, stderr], [0, '']);
  return container.id;
}

async function running(script: string): Promise<string> {
  const command = sh(`${script}; touch /ready; exec sleep 1000`);
  const options = containerOptions({ image: 'busybox', command, network: 'none' });
  const { id } = await test.engine.createContainer(options, operation);
  await (
    await test.engine.startContainer(id, { gate: false }, operation)
  ).started;
  const ready = join(test.root, 'containers', id, 'snapshot/upper/ready');
  while (!existsSync(ready)) await new Promise((resolve) => setImmediate(resolve));
  return id;
}

const upper = (id: string, path: string): string => join(test.root, 'containers', id, 'snapshot/upper', path);

async function text(id: string, path: string, side: 'container' | 'image' = 'container'): Promise<string> {
  return (await test.engine.fileRead(id, path, { offset: 0, most: 1 << 20, side })).toString();
}

const write = (id: string, path: string, content: string, how: 'new' | 'old' | 'any' = 'any'): Promise<void> =>
  test.engine.fileWrite(id, path, Buffer.from(content), { how, offset: 0 });

async function diff(id: string): Promise<string[]> {
  return (await test.engine.containerChanges(id)).map(({ kind, path }) => `${kind} ${path}`);
}

const setup = [
  'mkdir -p /d/e; echo one > /d/file; chown 7:8 /d/file /d; chmod 4640 /d/file; ln -s file /d/link',
  'ln -s /etc/passwd /out; ln -s ../../../../../../etc/passwd /up; ln -s / /d/root; ln -s nowhere /d/broken',
  'mkfifo /d/pipe; mknod /d/zero c 1 5',
].join('; ');

for (const [kind, make] of [['running', running] as const, ['stopped', resting] as const]) {
  describe(`files of a ${kind} container`, () => {
    let id: string;
    before(async () => {
      id = await make(setup);
    });

    it('are listed with their owners, modes and what links lead to', async () => {
      const files = await test.engine.fileList(id, '/d', 'container');
      assert.deepEqual(
        files.map(({ name, kind: what }) => `${name} ${what}`),
        ['broken broken', 'e directory', 'file file', 'link file', 'pipe other', 'root directory', 'zero other'],
      );
      const file = files.find(({ name }) => name === 'file');
      assert.deepEqual([file?.mode, file?.uid, file?.gid, file?.size], [0o4640, 7, 8, 4]);
      assert.equal(files.find(({ name }) => name === 'link')?.link, 'file');
    });

    it('keep owner and mode when they are saved; new ones belong to whom their folder does', async () => {
      await write(id, '/d/file', 'two\n', 'old');
      const { mode, uid, gid } = await test.engine.fileStat(id, '/d/file', 'container');
      // A write by root keeps the bits, as Linux has it.
      assert.deepEqual([await text(id, '/d/link'), mode & 0o777, uid, gid], ['two\n', 0o640, 7, 8]);
      await write(id, '/d/new', 'x', 'new');
      const made = await test.engine.fileStat(id, '/d/new', 'container');
      assert.deepEqual([made.mode, made.uid, made.gid], [0o644, 7, 8]);
      await assert.rejects(write(id, '/d/new', 'y', 'new'), { code: 'already-exists' });
      await assert.rejects(write(id, '/d/none', 'y', 'old'), { code: 'not-found' });
    });

    it('are written and read in pieces', async () => {
      const piece = Buffer.alloc(700_000, 'ab');
      for (const offset of [0, 700_000, 1_400_000])
        await test.engine.fileWrite(id, '/d/large', piece, { how: 'any', offset });
      assert.equal((await test.engine.fileStat(id, '/d/large', 'container')).size, 2_100_000);
      const tail = await test.engine.fileRead(id, '/d/large', { offset: 2_000_000, most: 1 << 20, side: 'container' });
      assert.deepEqual([tail.length, tail.subarray(0, 4).toString()], [100_000, 'abab']);
    });

    it('are made, copied, renamed and removed', async () => {
      const { engine } = test;
      await engine.fileMakeDirectory(id, '/d/made');
      await write(id, '/d/made/a', 'a');
      await engine.fileCopy(id, '/d/made', '/d/copy', { overwrite: false });
      assert.equal(await text(id, '/d/copy/a'), 'a');
      await assert.rejects(engine.fileCopy(id, '/d/made', '/d/copy', { overwrite: false }), { code: 'already-exists' });
      assert.throws(() => engine.fileCopy(id, '/d/made', '/d/made/in', { overwrite: false }), /into itself/);
      await engine.fileCopy(id, '/d/file', '/d/file2', { overwrite: false });
      assert.equal((await engine.fileStat(id, '/d/file2', 'container')).uid, 7);
      await engine.fileRename(id, '/d/copy', '/d/moved', { overwrite: false });
      await assert.rejects(engine.fileRename(id, '/d/moved', '/d/made', { overwrite: false }), {
        code: 'already-exists',
      });
      await assert.rejects(engine.fileRemove(id, '/d/moved', { recursive: false }), { code: 'failed-precondition' });
      await engine.fileRemove(id, '/d/moved', { recursive: true });
      await assert.rejects(engine.fileStat(id, '/d/moved', 'container'), { code: 'not-found' });
      assert.throws(() => engine.fileRemove(id, '/', { recursive: true }), /stays/);
    });

    it('behind links are the container’s own, wherever the links lead', async () => {
      const host = readFileSync('/etc/passwd', 'utf8');
      const own = await text(id, '/etc/passwd');
      assert.notEqual(own, host);
      for (const path of ['/out', '/up', '/d/root/etc/passwd']) assert.equal(await text(id, path), own, path);
      // The kernel may give up on this one (openat2(2), EAGAIN), but never leads it outside.
      const dots = await text(id, '/d/root/../../../etc/passwd').catch(() => own);
      assert.equal(dots, own);
      await write(id, '/out', 'changed', 'old');
      assert.equal(readFileSync('/etc/passwd', 'utf8'), host);
      assert.equal(await text(id, '/etc/passwd'), 'changed');
      await test.engine.fileRemove(id, '/out', { recursive: true });
      assert.equal(await text(id, '/etc/passwd'), 'changed', 'the link goes, not what it leads to');
    });

    it('that are no files are not opened, and nobody waits for them', async () => {
      for (const path of ['/d/pipe', '/d/zero', '/d'])
        await assert.rejects(text(id, path), { code: 'invalid-argument' }, path);
      for (const path of ['/d/pipe', '/d/zero'])
        await assert.rejects(write(id, path, 'x'), { code: 'invalid-argument' }, path);
    });
  });
}

describe('a container whose processes work against it', () => {
  it('swaps a folder for a link to / all the time, and the host loses and gains nothing', async () => {
    const marker = `/tmp/skiff-files-${process.pid}`;
    writeFileSync(marker, 'host');
    const swap = 'mkdir -p /tmp; while :; do mkdir -p /tmp/a; rmdir /tmp/a; ln -s /../../.. /tmp/a; rm /tmp/a; done';
    const id = await running(`(${swap}) & true`);
    for (let round = 0; round < 300; round++) {
      await write(id, `/tmp/a${marker}`, 'container').catch(() => {});
      await test.engine.fileRemove(id, `/tmp/a${marker}`, { recursive: true }).catch(() => {});
      await test.engine.fileRemove(id, '/tmp/a', { recursive: true }).catch(() => {});
    }
    assert.equal(readFileSync(marker, 'utf8'), 'host');
    rmSync(marker);
    await test.engine.removeContainer(id, { force: true }, operation);
  });

  it('is left alone when it ends: the next start finds nobody in its file system', async () => {
    const id = await running('true');
    await write(id, '/x', 'before');
    await test.engine.killContainer(id, 'KILL');
    await test.engine.waitContainer(id, operation);
    await write(id, '/x', 'at rest');
    await (
      await test.engine.startContainer(id, { gate: false }, operation)
    ).started;
    assert.equal(await text(id, '/x'), 'at rest');
    await test.engine.removeContainer(id, { force: true }, operation);
  });
});

describe('changes that are discarded', () => {
  const change =
    'echo x > /new; echo y >> /etc/passwd; rm /etc/group; rm -r /home; mkdir /home; echo z > /home/user.txt; mkdir /dir; echo q > /dir/q';

  it('of a container at rest are gone from its layer', async () => {
    const id = await resting(change);
    const image = await text(id, '/etc/passwd', 'image');
    await test.engine.discardChanges(id, ['/new', '/etc/passwd', '/dir']);
    assert.deepEqual(await diff(id), ['C /etc', 'D /etc/group', 'C /home', 'D /home/user', 'A /home/user.txt']);
    assert.equal(await text(id, '/etc/passwd'), image);
    assert.ok(!existsSync(upper(id, 'etc/passwd')));
    await test.engine.discardChanges(id, ['/home/user']);
    assert.equal((await test.engine.fileStat(id, '/home/user', 'container')).kind, 'directory');
    await test.engine.discardChanges(id, ['/etc', '/home']);
    assert.deepEqual(await diff(id), []);
  });

  it('of a running one are undone as its processes would, and then are no changes', async () => {
    const id = await running(change);
    const image = await text(id, '/etc/passwd', 'image');
    const { uid, mode } = await test.engine.fileStat(id, '/etc/passwd', 'image');
    await test.engine.discardChanges(id, ['/new', '/etc']);
    assert.equal(await text(id, '/etc/passwd'), image);
    const now = await test.engine.fileStat(id, '/etc/passwd', 'container');
    assert.deepEqual([now.uid, now.mode], [uid, mode]);
    assert.equal((await test.engine.fileStat(id, '/etc/group', 'container')).kind, 'file');
    assert.deepEqual(
      (await diff(id)).filter((line) => /\/(new|etc\/)/.test(line)),
      [],
    );
    assert.ok(statSync(upper(id, 'dir/q')).isFile(), 'what was not chosen stays');
    await test.engine.removeContainer(id, { force: true }, operation);
  });
});

describe('what happens in folders that are watched', () => {
  it('is told, whoever does it and through whatever link, until nobody wants to know', async () => {
    const id = await running(
      // Open for both: it meets no end between two lines, and whoever writes waits for nobody (fifo(7)).
      'mkdir -p /w/in; ln -s w /link; mkfifo /go; (exec 3<>/go; while read line <&3; do eval "$line"; done) & true',
    );
    const told: string[] = [];
    const watcher = test.engine.watchFiles((of, events) => {
      assert.equal(of, id);
      told.push(...events.map(({ kind, path }) => `${kind} ${path}`));
    });
    const { state } = test.engine.findContainer(id);
    assert.equal(state.status, 'running');
    // Through its own mounts: the pipe of the layer below is another one.
    const says = (line: string): Promise<void> => writeFile(`/proc/${state.pid}/root/go`, `${line}\n`);
    const isTold = async (...lines: string[]): Promise<void> => {
      await until(
        `told ${lines.join(', ')}`,
        () => lines.every((line) => told.includes(line)) || Promise.reject(new Error(told.join())),
      );
    };
    watcher.watch(id, ['/link', '/w/none', '/etc/passwd']);
    // Once it is, our own probe is seen.
    await until('it is watched', async () => {
      await write(id, '/w/probe', 'x');
      return told.includes('changed /link/probe');
    });
    await says('echo 1 > /w/made; mv /w/made /w/moved; rm /w/probe');
    await isTold('deleted /link/made', 'created /link/moved', 'deleted /link/probe');
    watcher.watch(id, ['/w/in']);
    await until('the other one is watched', async () => {
      await write(id, '/w/in/probe', 'x');
      return told.includes('changed /w/in/probe');
    });
    told.length = 0;
    await says('echo 1 > /w/unseen; echo 1 > /w/in/last');
    await isTold('created /w/in/last');
    assert.ok(!told.some((line) => line.includes('unseen')), told.join());
    told.length = 0;
    await says('i=0; while [ $i -lt 5000 ]; do : > /w/in/$i; i=$((i+1)); done; : > /w/in/end');
    await isTold('changed /w/in');
    await watcher.close();
    await test.engine.removeContainer(id, { force: true }, operation);
  });
});
