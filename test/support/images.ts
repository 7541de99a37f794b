import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  copyFileSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cache } from './paths.ts';

const busybox = ['/bin/busybox', '/usr/bin/busybox'];

/**
 * Path of a tar with a small root file system: Debian's static busybox with all its names in /bin, and users root (0), daemon (1)
 * and user (1000). `skiff import` makes an image of it. Made once, about 2 MB.
 */
export function busyboxRootfs(): string {
  const program = busyboxProgram();
  const tar = join(cache, `busybox-v2-${Math.trunc(statSync(program).mtimeMs)}.tar`);
  if (!existsSync(tar)) makeTar(program, tar);
  return tar;
}

/** Path of a static one. */
export function busyboxProgram(): string {
  const program = busybox.find((path) => existsSync(path) && isStatic(path));
  if (program === undefined) throw new Error('no static busybox here: `npm test` installs it (Debian: busybox-static)');
  return program;
}

function makeTar(program: string, tar: string): void {
  const rootfs = mkdtempSync(join(tmpdir(), 'skiff-busybox-'));
  try {
    for (const folder of ['bin', 'dev', 'etc', 'home/user', 'proc', 'root', 'sys', 'tmp', 'usr', 'var'])
      mkdirSync(join(rootfs, folder), { recursive: true });
    // mkdtemp(3) gives 0700, which would keep the container's users out.
    chmodSync(rootfs, 0o755);
    chmodSync(join(rootfs, 'tmp'), 0o1777);
    copyFileSync(program, join(rootfs, 'bin/busybox'));
    for (const name of execFileSync(program, ['--list'], { encoding: 'utf8' }).trim().split('\n'))
      if (name !== 'busybox') symlinkSync('busybox', join(rootfs, 'bin', name));
    writeFileSync(
      join(rootfs, 'etc/passwd'),
      'root:x:0:0:root:/root:/bin/sh\ndaemon:x:1:1:daemon:/:/bin/false\nuser:x:1000:1000:User:/home/user:/bin/sh\n',
    );
    writeFileSync(join(rootfs, 'etc/group'), 'root:x:0:\ndaemon:x:1:\naudio:x:29:user\nuser:x:1000:\n');
    mkdirSync(cache, { recursive: true });
    const scratch = `${tar}.${process.pid}`;
    execFileSync('tar', [
      '--create',
      '--file',
      scratch,
      '--numeric-owner',
      '--owner=0',
      '--group=0',
      '--directory',
      rootfs,
      '.',
    ]);
    renameSync(scratch, tar);
  } finally {
    rmSync(rootfs, { recursive: true, force: true });
  }
}

function isStatic(program: string): boolean {
  return !execFileSync('head', ['-c', '4096', program], { encoding: 'latin1' }).includes('/ld-');
}
