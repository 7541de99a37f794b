import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { collect, containerOptions, operation, runToEnd, testEngine, type TestEngine } from '../support/engine.ts';
import { busyboxRootfs } from '../support/images.ts';
import { tar, type TestEntry } from '../support/tar.ts';

const plain = { followLink: false, keepOwners: false };
let test: TestEngine;
let folder: string;
let source: string;
before(async () => {
  test = await testEngine();
  folder = mkdtempSync(join(tmpdir(), 'skiff-copy-'));
  await test.engine.importImage({ path: busyboxRootfs() }, { reference: 'busybox' }, operation);
  source = join(folder, 'source');
  mkdirSync(join(source, 'sub'), { recursive: true });
  writeFileSync(join(source, 'file'), 'content');
  chmodSync(join(source, 'file'), 0o750);
  utimesSync(join(source, 'file'), 1_111_111_111, 1_111_111_111);
  writeFileSync(join(source, 'sub/deep'), 'deep');
  symlinkSync('file', join(source, 'soft'));
  linkSync(join(source, 'file'), join(source, 'hard'));
});
after(async () => {
  await test.dispose();
  rmSync(folder, { recursive: true, force: true });
});

/** A container that has run a script. */
async function ran(script = 'true'): Promise<string> {
  const options = containerOptions({ image: 'busybox', command: ['sh', '-ec', script], network: 'none' });
  const { container, exitCode, stderr } = await runToEnd(test.engine, options);
  assert.deepEqual([exitCode, stderr], [0, '']);
  return container.id;
}

const upper = (id: string, path: string): string => join(test.root, 'containers', id, 'snapshot/upper', path);
const into = (id: string, from: string, to: string): Promise<void> =>
  test.engine.copyToContainer(id, { path: from }, to, plain, operation);
const outOf = (id: string, from: string, to: string, how = plain): Promise<void> =>
  test.engine.copyFromContainer(id, from, to, how, operation);

async function stdinInto(id: string, entries: readonly TestEntry[], to: string): Promise<void> {
  async function* stream(): AsyncGenerator<Uint8Array, void, undefined> {
    yield tar(entries);
  }
  await test.engine.copyToContainer(id, { stream: stream() }, to, plain, operation);
}

describe('a copy into a container', () => {
  it('follows the rules of docker cp', async () => {
    const id = await ran('mkdir /there; echo old > /old');
    await into(id, source, '/there');
    await into(id, source, '/fresh');
    await into(id, `${source}/.`, '/home');
    await into(id, join(source, 'file'), '/old');
    await into(id, join(source, 'file'), '/home/user/');
    for (const place of ['there/source/sub/deep', 'fresh/sub/deep', 'home/sub/deep'])
      assert.equal(readFileSync(upper(id, place), 'utf8'), 'deep');
    for (const place of ['old', 'home/user/file']) assert.equal(readFileSync(upper(id, place), 'utf8'), 'content');
    const file = lstatSync(upper(id, 'fresh/file'));
    assert.deepEqual([file.mode & 0o7777, file.mtimeMs, file.nlink], [0o750, 1_111_111_111_000, 2]);
    assert.equal(readlinkSync(upper(id, 'fresh/soft')), 'file');
  });

  it('refuses, in one line, what has no place', async () => {
    const id = await ran('mkdir /there; echo old > /old; mkdir -p /there/source/file/x');
    const refused: [string, string, RegExp][] = [
      [source, '/old', /cannot copy a directory to a file/],
      [join(source, 'file'), '/old/', /not a directory/],
      [join(source, 'file'), '/nowhere/', /no such directory/],
      [join(source, 'file'), '/no/where', /parent is no directory/],
      [join(source, 'nothing'), '/there', /no such file/],
      [`${join(source, 'file')}/.`, '/there', /not a directory|no such file/],
      [source, '/there', /there\/source\/file: illegal operation on a directory/],
    ];
    for (const [from, to, message] of refused)
      await assert.rejects(
        into(id, from, to),
        (error: Error) => message.test(error.message) && !/\n/.test(error.message),
      );
  });

  it('stays in the container, whatever its links lead to', async () => {
    const outside = join(folder, 'outside');
    const id = await ran(`ln -s ${folder} /link; ln -s ../../../../..${outside} /up; mkdir -p ${folder}`);
    await into(id, join(source, 'file'), '/link/outside');
    await into(id, join(source, 'file'), '/../../..//up');
    assert.equal(existsSync(outside), false);
    assert.equal(readFileSync(upper(id, outside), 'utf8'), 'content');
  });

  it('unpacks an archive in a directory, and none of it elsewhere', async () => {
    const id = await ran('mkdir /d; ln -s /etc /d/link');
    await stdinInto(
      id,
      [
        { path: './', type: '5', mode: 0o700 },
        { path: 'a/', type: '5' },
        { path: 'a/b', content: 'x', uid: 7 },
        { path: 'c', type: '1', link: 'a/b' },
        { path: '.wh.x', content: 'no whiteout here' },
      ],
      '/d',
    );
    assert.equal(lstatSync(upper(id, 'd/c')).ino, lstatSync(upper(id, 'd/a/b')).ino);
    assert.equal(lstatSync(upper(id, 'd/a/b')).uid, 7);
    assert.equal(lstatSync(upper(id, 'd')).mode & 0o777, 0o755);
    assert.equal(readFileSync(upper(id, 'd/.wh.x'), 'utf8'), 'no whiteout here');
    await assert.rejects(stdinInto(id, [{ path: '../x', content: 'x' }], '/d'), /invalid argument/);
    await assert.rejects(stdinInto(id, [{ path: 'x', content: 'x' }], '/none'), /must be a directory/);
  });

  it('holds a container at rest while it lasts, and lets it start afterwards', async () => {
    const id = await ran();
    await into(id, join(source, 'file'), '/copied');
    assert.equal(existsSync(join(test.runRoot, test.engine.info().storeId, 'containers', id)), false);
    const { started } = await test.engine.startContainer(id, { gate: false }, operation);
    await started;
  });
});

describe('a copy out of a container', () => {
  it('follows the same rules, and links only when it is told to', async () => {
    const id = await ran('mkdir -p /d/sub; echo deep > /d/sub/deep; echo f > /d/f; ln /d/f /d/hard; ln -s /d/f /soft');
    const target = mkdtempSync(join(folder, 'out-'));
    await outOf(id, '/d', target);
    await outOf(id, 'd/.', target);
    await outOf(id, '/d', join(target, 'fresh'));
    await outOf(id, '/soft', join(target, 'soft'));
    await outOf(id, '/soft', join(target, 'followed'), { followLink: true, keepOwners: false });
    for (const place of ['d/sub/deep', 'sub/deep', 'fresh/sub/deep'])
      assert.equal(readFileSync(join(target, place), 'utf8'), 'deep\n');
    assert.equal(lstatSync(join(target, 'd/f')).ino, lstatSync(join(target, 'd/hard')).ino);
    assert.equal(readlinkSync(join(target, 'soft')), '/d/f');
    assert.equal(readFileSync(join(target, 'followed'), 'utf8'), 'f\n');
  });

  it('names what a link leads to as the link', async () => {
    const id = await ran('mkdir -p /d/sub; echo f > /d/f; ln -s /d/f /soft; ln -s d /folder');
    const target = mkdtempSync(join(folder, 'out-'));
    const followed = { followLink: true, keepOwners: false };
    await outOf(id, '/soft', target, followed);
    await outOf(id, '/folder/', target);
    assert.deepEqual(readdirSync(target).toSorted(), ['folder', 'soft']);
    assert.equal(readFileSync(join(target, 'soft'), 'utf8'), 'f\n');
    assert.equal(readFileSync(join(target, 'folder/f'), 'utf8'), 'f\n');
  });

  it('writes through no link of the host, and gives no set-user-id bits away', async () => {
    const id = await ran('mkdir -p /d/sub; echo evil > /d/sub/x; echo s > /d/s; chmod 4755 /d/s');
    const target = mkdtempSync(join(folder, 'out-'));
    const outside = mkdtempSync(join(folder, 'safe-'));
    mkdirSync(join(target, 'd'));
    symlinkSync(outside, join(target, 'd/sub'));
    await assert.rejects(outOf(id, '/d', target), /cannot overwrite non-directory .* with directory/);
    assert.equal(existsSync(join(outside, 'x')), false);
    await outOf(id, '/d/s', target);
    assert.equal(lstatSync(join(target, 's')).mode & 0o7777, 0o755);
    await outOf(id, '/d/s', target, { followLink: false, keepOwners: true });
    assert.equal(lstatSync(join(target, 's')).mode & 0o7777, 0o4755);
  });

  it('reads no device of the host', async () => {
    const id = await ran('mknod /disk c 1 3; mkdir /d; mknod /d/null c 1 3; echo x > /d/x');
    const target = mkdtempSync(join(folder, 'out-'));
    await outOf(id, '/d', target);
    assert.deepEqual([existsSync(join(target, 'd/null')), existsSync(join(target, 'd/x'))], [false, true]);
  });

  it('as an archive has names that begin with what was asked for', async () => {
    const id = await ran('mkdir -p /d/sub; echo x > /d/sub/x; ln -s d/sub /soft');
    const list = async (path: string, followLink = false): Promise<string[]> => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of test.engine.copyStream(id, path, { ...plain, followLink }, operation))
        chunks.push(Buffer.from(chunk));
      return execFileSync('tar', ['-t'], { input: Buffer.concat(chunks), encoding: 'utf8' })
        .trim()
        .split('\n');
    };
    assert.deepEqual(await list('/d'), ['d/', 'd/sub/', 'd/sub/x']);
    assert.deepEqual(await list('/d/.'), ['./', 'sub/', 'sub/x']);
    assert.deepEqual(await list('/d/sub/x'), ['x']);
    assert.deepEqual(await list('/soft'), ['soft']);
    assert.deepEqual(await list('/soft/'), ['soft/', 'soft/x']);
    // As Docker.
    assert.deepEqual(await list('/soft', true), ['sub/', 'sub/x']);
    await assert.rejects(list('/none'), /Could not find the file \/none in container/);
  });
});

describe('what is mounted in a container', () => {
  /** A container at rest with a volume, a read-only one, a folder of the host's. */
  async function withMounts(name: string, start: boolean): Promise<{ id: string; bound: string }> {
    const bound = mkdtempSync(join(folder, 'bound-'));
    writeFileSync(join(bound, 'of-host'), 'of the host');
    const common = { readonly: false, copy: true };
    const options = containerOptions({
      image: 'busybox',
      command: ['sh', '-ec', 'echo kept > /data/sub/kept; rm /etc/group'],
      network: 'none',
      mounts: [
        { type: 'volume', name, target: '/data/sub', ...common },
        { type: 'volume', name: `${name}-ro`, target: '/ro', ...common, readonly: true },
        { type: 'volume', name: `${name}-etc`, target: '/etc', ...common },
        { type: 'bind', source: bound, target: '/bound', readonly: false, recursive: true, createSource: false },
      ],
    });
    if (start) return { id: (await runToEnd(test.engine, options)).container.id, bound };
    return { id: (await test.engine.createContainer(options, operation)).id, bound };
  }
  const read = async (id: string, path: string): Promise<string> => {
    const target = join(mkdtempSync(join(folder, 'out-')), 'copy');
    await outOf(id, path, target);
    return readFileSync(target, 'utf8');
  };

  it('is in sight at rest, below what is above it, and gets what is copied into it', async () => {
    const { id, bound } = await withMounts('resting', true);
    assert.equal(await read(id, '/data/sub/kept'), 'kept\n');
    assert.equal(await read(id, '/bound/of-host'), 'of the host');
    const all = mkdtempSync(join(folder, 'all-'));
    await outOf(id, '/data', all);
    assert.equal(readFileSync(join(all, 'data/sub/kept'), 'utf8'), 'kept\n');
    assert.match(await read(id, '/etc/hosts'), /localhost/);
    await into(id, join(source, 'file'), '/data/sub/new');
    await into(id, join(source, 'file'), '/bound/new');
    await stdinInto(id, [{ path: 'packed', content: 'packed' }], '/data/sub');
    assert.equal(readFileSync(join(test.root, 'volumes/resting/_data/new'), 'utf8'), 'content');
    assert.equal(readFileSync(join(test.root, 'volumes/resting/_data/packed'), 'utf8'), 'packed');
    assert.equal(readFileSync(join(bound, 'new'), 'utf8'), 'content');
    assert.equal(existsSync(upper(id, 'data/sub/new')), false);
    await assert.rejects(into(id, join(source, 'file'), '/ro/new'), /read-only file system/);
    await assert.rejects(read(id, '/etc/group'), /Could not find the file/);
  });

  it('is in sight before the first start, a volume with what the image has there', async () => {
    const { id } = await withMounts('fresh', false);
    assert.match(await read(id, '/etc/group'), /root/);
    await into(id, join(source, 'file'), '/data/sub/early');
    assert.equal(readFileSync(join(test.root, 'volumes/fresh/_data/early'), 'utf8'), 'content');
    assert.equal(await read(id, '/data/sub/early'), 'content');
    const { socket, started } = await test.engine.startContainer(id, { gate: true }, operation);
    const [{ exitCode }] = await Promise.all([collect(socket), started]);
    assert.equal(exitCode, 0);
    assert.equal(await read(id, '/data/sub/early'), 'content');
  });

  it('is no part of an export or a commit', async () => {
    const { id } = await withMounts('apart', true);
    const names: string[] = [];
    const chunks: Uint8Array[] = [];
    for await (const chunk of test.engine.exportContainer(id, operation)) chunks.push(Buffer.from(chunk));
    names.push(...execFileSync('tar', ['-t'], { input: Buffer.concat(chunks), encoding: 'utf8' }).split('\n'));
    assert.deepEqual(
      names.filter((name) => /kept|of-host/.test(name)),
      [],
    );
  });
});

describe('what @host hides', () => {
  it('is not in sight of archives and copies where its masks are not', async () => {
    const how = { ...containerOptions({ image: '@host', command: ['true'], network: 'none' }) };
    const { container } = await runToEnd(test.engine, how);
    await assert.rejects(outOf(container.id, '/etc/shadow', folder), /hidden from it/);
    const archive = test.engine.exportContainer(container.id, operation);
    await assert.rejects(archive[Symbol.asyncIterator]().next(), /hidden from it/);
  });
});
