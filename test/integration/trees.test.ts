import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { writeFile } from '../../runtime-helper/cli/output.ts';
import { containerOptions, operation, runToEnd, testEngine, type TestEngine } from '../support/engine.ts';
import { busyboxRootfs } from '../support/images.ts';
import { assertSameTree, listing } from '../support/tree-listing.ts';

let test: TestEngine;
let folder: string;
before(async () => {
  test = await testEngine();
  folder = mkdtempSync(join(tmpdir(), 'skiff-trees-'));
  await test.engine.importImage({ path: busyboxRootfs() }, { reference: 'busybox' }, operation);
});
after(async () => {
  await test.dispose();
  rmSync(folder, { recursive: true, force: true });
});

/** A container in which a script has run. */
async function ran(script: string): Promise<string> {
  const options = containerOptions({ image: 'busybox', command: ['sh', '-ec', script], network: 'none' });
  const { container, exitCode, stderr } = await runToEnd(test.engine, options);
  assert.deepEqual([exitCode, stderr], [0, '']);
  return container.id;
}

/** Where an image's one layer lies. */
function layerOf(id: string): string {
  const [layer] = test.engine.inspectImage(id).layers;
  assert.ok(layer);
  return layer.path;
}

/** A container that has never run. */
async function created(image: string): Promise<string> {
  return (await test.engine.createContainer(containerOptions({ image, command: ['true'] }), operation)).id;
}

/** A container that is still running after its script. */
async function running(script: string): Promise<string> {
  const command = ['sh', '-ec', `${script}; touch /ready; exec sleep 1000`];
  const { id } = await test.engine.createContainer(containerOptions({ image: 'busybox', command }), operation);
  const { started } = await test.engine.startContainer(id, { gate: false }, operation);
  await started;
  const upper = join(test.root, 'containers', id, 'snapshot/upper/ready');
  while (!existsSync(upper)) await new Promise((resolve) => setImmediate(resolve));
  return id;
}

async function exported(id: string): Promise<string> {
  const path = join(folder, 'export.tar');
  await writeFile(test.engine.exportContainer(id, operation), path);
  return path;
}

/** Hung over by mounts of ours: an export has them, as Docker's, and a commit leaves them out. */
const assertSame = (actual: string, expected: string): void =>
  assertSameTree(actual, expected, /etc\/(hostname|hosts|resolv\.conf)\b/);

const everything = [
  'echo hello > /file; chown 7:8 /file; chmod 4751 /file; ln /file /hard; ln -s /file /soft; chown -h 5:6 /soft',
  'mkfifo /pipe; mknod /zero c 1 5; mkdir -p /a/b; chmod 2750 /a; touch -d "2001-02-03 04:05:06" /a/b /a',
  'truncate -s 50M /sparse; echo end >> /sparse; rm /etc/group; rm -r /var; mkdir /var; echo x > /var/x',
  "mkdir '/sp ace'; printf x > \"$(printf '/odd-\\377-name')\"; printf x > /$(printf 'n%.0s' $(seq 200))",
].join('; ');

describe('export', () => {
  it('gives an archive that imports to the very same tree, as ours and as GNU tar reads it', async () => {
    const id = await ran(everything);
    const path = await exported(id);
    assert.ok(lstatSync(path).size < 10_000_000, 'the sparse file is small');
    const image = await test.engine.importImage({ path }, {}, operation);
    const ours = layerOf(image.id);
    const theirs = mkdtempSync(join(folder, 'tar-'));
    execFileSync('tar', ['-xpf', path, '--xattrs', '--xattrs-include=*', '-C', theirs]);
    assertSame(ours, theirs);
    assert.match(listing(ours), /^file\|f\|4751\|7:8/m);
    assert.ok(lstatSync(join(ours, 'sparse')).blocks * 512 < 100_000);
    const again = await exported(await created(image.id));
    const second = await test.engine.importImage({ path: again }, {}, operation);
    const twice = layerOf(second.id);
    assertSame(twice, ours);
  });

  it('of a running container leaves out what is mounted in it', async () => {
    const id = await running('echo x > /x');
    const names = execFileSync('tar', ['-tf', await exported(id)], { encoding: 'utf8' }).split('\n');
    assert.ok(names.includes('x'));
    assert.deepEqual(
      names.filter((name) => /^(proc|sys|dev)\/./.test(name)),
      [],
    );
    await test.engine.removeContainer(id, { force: true }, operation);
  });

  it('has the places for what is mounted in it, which are made once for all', async () => {
    const places = join(test.root, 'layers/mount-points');
    for (const round of ['made', 'made again']) {
      rmSync(places, { recursive: true, force: true });
      const id = await ran('test -s /etc/hosts');
      assert.deepEqual(readdirSync(join(test.root, 'containers', id, 'snapshot/upper')), [], round);
      assert.ok(existsSync(join(places, 'diff/etc/resolv.conf')), round);
      const names = execFileSync('tar', ['-tf', await exported(id)], { encoding: 'utf8' }).split('\n');
      for (const name of ['etc/hostname', 'etc/hosts', 'etc/resolv.conf', 'proc/'])
        assert.ok(names.includes(name), `${round}: ${name} is in ${names.join(' ')}`);
    }
  });
});

describe('diff', () => {
  it('tells what was added, changed and deleted, and nothing of our own', async () => {
    const id = await ran(
      'echo x > /new; echo y >> /etc/passwd; rm /etc/group; mkdir -p /home/user/d; touch /home/user/d/e',
    );
    const lines = (await test.engine.containerChanges(id)).map(({ kind, path }) => `${kind} ${path}`);
    assert.deepEqual(lines, [
      ...['C /etc', 'D /etc/group', 'C /etc/passwd', 'C /home', 'C /home/user', 'A /home/user/d', 'A /home/user/d/e'],
      'A /new',
    ]);
  });

  it('of a container that wrote nothing is empty, also while it runs', async () => {
    assert.deepEqual(await test.engine.containerChanges(await ran('true')), []);
  });

  it('of a directory that was made anew names what it hides', async () => {
    const id = await ran('cd /; rm -r home; mkdir home; touch home/user.txt');
    const lines = (await test.engine.containerChanges(id)).map(({ kind, path }) => `${kind} ${path}`);
    assert.deepEqual(lines, ['C /home', 'D /home/user', 'A /home/user.txt']);
  });
});

describe('commit', () => {
  it('makes an image with the same tree, and with its history', async () => {
    const id = await ran(everything);
    const options = {
      reference: 'made:1',
      author: 'me',
      message: 'hello',
      changes: ['CMD ["cat", "/file"]'],
      pause: true,
    };
    const image = await test.engine.commitContainer(id, options, operation);
    const { stdout } = await runToEnd(test.engine, containerOptions({ image: 'made:1', command: [], network: 'none' }));
    assert.equal(stdout, 'hello\n');
    assert.deepEqual(
      test.engine.imageHistory(image.id).map(({ comment }) => comment),
      ['hello', ''],
    );
    const whole = mkdtempSync(join(folder, 'before-'));
    const behind = mkdtempSync(join(folder, 'behind-'));
    execFileSync('tar', ['-xpf', await exported(id), '-C', whole]);
    execFileSync('tar', ['-xpf', await exported(await created('made:1')), '-C', behind]);
    assertSame(behind, whole);
  });

  it('makes an image that is run as the container was', async () => {
    const given = containerOptions({ image: 'busybox', command: ['true'], network: 'bridge' });
    const { id } = await test.engine.createContainer(
      {
        ...given,
        ...{ env: ['A=1'], user: '1', workingDir: '/tmp', labels: { l: 'm' }, stopSignal: 'SIGUSR1', stopTimeout: 3 },
        networking: { exposed: ['80', '90/udp'] },
        mounts: [{ type: 'volume', target: '/vol', readonly: false, copy: true }],
      },
      operation,
    );
    await test.engine.commitContainer(id, { reference: 'as:1', changes: ['ENV B=$A'], pause: true }, operation);
    const { config } = test.engine.inspectImage('as:1');
    const { Env, ...rest } = config as { Env: string[] };
    assert.deepEqual(
      Env.filter((line) => !line.startsWith('PATH=')),
      ['A=1', 'B=1'],
    );
    assert.deepEqual(rest, {
      ...{ Cmd: ['true'], Entrypoint: null, User: '1', WorkingDir: '/tmp', Labels: { l: 'm' }, StopSignal: 'SIGUSR1' },
      ...{ StopTimeout: 3, ExposedPorts: { '80/tcp': {}, '90/udp': {} }, Volumes: { '/vol': {} } },
    });
    await test.engine.removeContainer(id, { force: true }, operation);
  });

  it('of a running container pauses it, and lets it go on', async () => {
    const id = await running('echo x > /x');
    await test.engine.commitContainer(id, { changes: [], pause: true }, operation);
    assert.equal(test.engine.findContainer(id).state.status, 'running');
    await test.engine.removeContainer(id, { force: true }, operation);
  });

  it('refuses a change that is none, and leaves nothing', async () => {
    const id = await ran('true');
    const layers = readdirSync(join(test.root, 'layers')).length;
    for (const change of ['FROM x', 'ENV a', 'CMD ["a"', 'ENV "a'])
      await assert.rejects(
        test.engine.commitContainer(id, { changes: [change], pause: true }, operation),
        (error: Error) => error.message.includes(JSON.stringify(change)) && !error.message.includes('\n'),
      );
    assert.equal(readdirSync(join(test.root, 'layers')).length, layers);
  });
});

describe('import', () => {
  it('lays changes over the config', async () => {
    const changes = ['ENV A=1 B="two words"', 'WORKDIR /tmp', 'CMD env | grep -E "^[AB]="; pwd', 'LABEL x=y'];
    const image = await test.engine.importImage({ path: busyboxRootfs() }, { changes }, operation);
    const { stdout } = await runToEnd(test.engine, containerOptions({ image: image.id, command: [], network: 'none' }));
    assert.equal(stdout, 'A=1\nB=two words\n/tmp\n');
    assert.deepEqual(image.labels, { x: 'y' });
  });

  for (const format of [['--format=gnu'], ['--format=posix', '--sparse-version=0.1'], ['--format=posix']])
    it(`reads sparse files of tar ${format.join(' ')}`, async () => {
      const tree = mkdtempSync(join(folder, 'sparse-'));
      // More pieces than a header holds, and a hole at the end.
      for (let at = 0; at < 60; at++)
        execFileSync(
          'dd',
          ['if=/bin/busybox', `of=${tree}/file`, 'bs=4096', 'count=1', `seek=${at * 64}`, 'conv=notrunc'],
          {
            stdio: 'ignore',
          },
        );
      execFileSync('truncate', ['-s', '20M', join(tree, 'file')]);
      const path = join(folder, 'sparse.tar');
      execFileSync('tar', ['-S', ...format, '-cf', path, '-C', tree, '.']);
      const image = await test.engine.importImage({ path }, {}, operation);
      const layer = layerOf(image.id);
      assert.ok(readFileSync(join(layer, 'file')).equals(readFileSync(join(tree, 'file'))));
    });
});
