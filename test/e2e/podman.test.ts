/** podman, where it is installed, with skiff-oci as its runtime. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { busyboxRootfs } from '../support/images.ts';
import { node24, repository } from '../support/paths.ts';
import { run, type RunResult } from '../support/run.ts';

const there = await run('podman', ['--version']).then(
  ({ code }) => code === 0,
  () => false,
);

describe('podman with skiff-oci', { skip: there ? false : 'podman is not installed' }, () => {
  let folder: string;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'skiff-podman-'));
    await succeed('import', busyboxRootfs(), 'localhost/busybox:1');
  });
  after(async () => {
    await podman('rm', '--all', '--force', '--time', '0');
    // What it mounts for its storage.
    await run('umount', [join(folder, 'root/overlay')]).catch(() => undefined);
    rmSync(folder, { recursive: true, force: true });
  });

  function podman(...args: string[]): Promise<RunResult> {
    const storage = ['--root', join(folder, 'root'), '--runroot', join(folder, 'run'), '--storage-driver', 'vfs'];
    const runtime = ['--runtime', join(repository, 'dist/bin/skiff-oci'), '--cgroup-manager', 'cgroupfs'];
    const more = ['--tmpdir', join(folder, 'tmp'), '--events-backend', 'none'];
    return run('podman', [...storage, ...runtime, ...more, ...args], { env: { SKIFF_NODE: node24 } });
  }

  const succeed = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await podman(...args);
    assert.equal(code, 0, `podman ${args.join(' ')}: ${stderr}`);
    return stdout.replaceAll('\r', '').trim();
  };
  const image = ['--network', 'none', 'localhost/busybox:1'];

  it('runs a container to its end, with its output and exit code', async () => {
    const result = await podman('run', '--rm', ...image, 'sh', '-c', 'echo out; echo err >&2; exit 7');
    assert.deepEqual([result.code, result.stdout], [7, 'out\n'], result.stderr);
    assert.match(result.stderr, /err/);
  });

  it('says of a command that is missing what podman expects', async () => {
    assert.equal((await podman('run', '--rm', ...image, 'nosuch')).code, 127);
  });

  it('execs in one, on a terminal too, pauses, stops and removes it', async () => {
    await succeed(
      'run',
      '-d',
      '--name',
      'long',
      ...image,
      'sh',
      '-c',
      'trap "exit 3" TERM; while :; do sleep 0.1; done',
    );
    assert.equal(
      await succeed('exec', 'long', 'hostname'),
      await succeed('inspect', '-f', '{{.Config.Hostname}}', 'long'),
    );
    assert.equal((await podman('exec', 'long', 'sh', '-c', 'exit 5')).code, 5);
    assert.equal(await succeed('exec', '--tty', 'long', 'tty'), '/dev/pts/0');
    assert.equal((await podman('exec', 'long', 'nosuch')).code, 127);
    await succeed('pause', 'long');
    assert.equal(await succeed('inspect', '-f', '{{.State.Status}}', 'long'), 'paused');
    await succeed('unpause', 'long');
    await succeed('stop', 'long');
    assert.equal(await succeed('inspect', '-f', '{{.State.ExitCode}}', 'long'), '3');
    await succeed('rm', 'long');
  });

  it('gives one a terminal of its own', async () => {
    assert.equal(await succeed('run', '--rm', '--tty', ...image, 'tty'), '/dev/pts/0');
  });
});
