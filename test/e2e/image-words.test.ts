import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { dockerArchive } from '../support/image-archive.ts';
import { OddRegistry } from '../support/odd-registry.ts';
import { makeLayer } from '../support/remote-image.ts';
import type { RunResult } from '../support/run.ts';
import { TestStore } from '../support/store.ts';
import { tar } from '../support/tar.ts';

/** Where a script would notice: exit codes and standard output, tried side by side with Docker's. */
describe('commands of images, as Docker has them:', () => {
  let store: TestStore;
  const skiff = (...args: string[]): Promise<RunResult> => store.skiff(args);
  const layer = makeLayer([{ path: 'file', content: 'x' }]).tar;
  const archive = (name: string, more: object = {}): Buffer => tar(dockerArchive(name, [layer], { ...more }));
  const load = (bytes: Buffer): Promise<RunResult> => store.skiff(['load', '-q'], { input: bytes });

  before(async () => {
    store = new TestStore();
    assert.equal((await load(archive('one:1'))).stdout, 'Loaded image: one:1\n');
  });
  after(() => store.dispose());

  it('pull and push say nothing about what can not be a name', async () => {
    for (const command of ['pull', 'push'])
      for (const name of ['UPPER', '', 'a:b:c', 'http://127.0.0.1/a', 'f'.repeat(64)]) {
        const { code, stdout, stderr } = await skiff(command, name);
        assert.deepEqual([code, stdout], [1, ''], `${command} ${name}`);
        assert.match(stderr, /^skiff: invalid (reference format|repository name)[^\n]*\n$/);
      }
    const digest = await skiff('push', `one@sha256:${'a'.repeat(64)}`);
    assert.deepEqual({ ...digest }, { code: 1, stdout: '', stderr: 'skiff: cannot push a digest reference\n' });
    const all = await skiff('push', '-a', 'one:1');
    assert.deepEqual([all.code, all.stdout], [1, '']);
  });

  it('a pull names the repository once it is there', async () => {
    const registry = await OddRegistry.start();
    const missing = await skiff('pull', `${registry.host}/a`);
    assert.deepEqual([missing.code, missing.stdout], [1, 'Using default tag: latest\n']);
    await registry.dispose();
    const nowhere = await skiff('pull', '127.0.0.1:99999/a:1');
    assert.deepEqual(
      { ...nowhere },
      { code: 1, stdout: '', stderr: 'skiff: 127.0.0.1:99999: no address of a registry\n' },
    );
  });

  it('load says whose name an image has taken', async () => {
    await skiff('tag', 'one:1', 'taken:1');
    const old = await store.succeed(['images', '-q', '--no-trunc', 'taken']);
    const { code, stdout } = await load(archive('taken:1', { author: 'another' }));
    const line = `The image taken:1 already exists, renaming the old one with ID ${old} to empty string`;
    assert.deepEqual([code, stdout], [0, `${line}\nLoaded image: taken:1\n`]);
    assert.equal((await load(archive('taken:1', { author: 'another' }))).stdout, 'Loaded image: taken:1\n');
    await skiff('rmi', 'taken:1');
  });

  it('rmi --force is content when there is nothing to remove', async () => {
    const forced = await skiff('rmi', '-f', 'absent', 'absent:2');
    assert.equal(forced.code, 0);
    assert.equal(forced.stderr.match(/Unable to find image/g)?.length, 2);
    assert.equal((await skiff('rmi', 'absent')).code, 1);
    assert.equal((await skiff('rmi', '-f', 'a:b:c')).code, 1);
  });

  it('images has a line for each name, also with --quiet, and an empty name names none', async () => {
    await skiff('tag', 'one:1', 'one:2');
    const [id] = (await store.succeed(['images', '-q', 'one:1'])).split('\n');
    assert.equal(await store.succeed(['images', '-q']), `${id}\n${id}`);
    assert.equal(await store.succeed(['images', '-q', '']), `${id}\n${id}`);
    const [size, virtual] = (await store.succeed(['images', '--format', '{{.Size}} {{.VirtualSize}}', 'one:1'])).split(
      ' ',
    );
    assert.equal(virtual, size);
    await skiff('rmi', 'one:2');
  });

  it('a filter without a value is wrong on the command line, one that nobody knows is not', async () => {
    const formless = await skiff('images', '--filter', 'dangling');
    assert.equal(formless.code, 125);
    assert.match(formless.stderr, /^skiff: invalid argument "dangling" for "--filter" flag: bad format of filter/);
    assert.equal((await skiff('images', '--filter', 'what=1')).code, 1);
  });

  it('history has times that other programs read', async () => {
    assert.equal(await store.succeed(['history', '--format', '{{.CreatedAt}}', 'one:1']), '2024-01-02T03:04:05Z');
    assert.match(await store.succeed(['history', '-H=false', 'one:1']), / 2024-01-02T03:04:05Z /);
  });
});
