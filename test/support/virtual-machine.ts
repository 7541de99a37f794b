import { execFileSync, spawn } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { chmodSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { kernelFolder } from '../../.ci/kernel.mjs';
import { compile } from './compile.ts';
import { busyboxProgram } from './images.ts';
import { node24, repository } from './paths.ts';
import { patience } from './wait.ts';

const emulator = '/usr/bin/qemu-system-x86_64';
/** What it takes to reach the disk. */
const drivers = ['virtio', 'virtio_ring', 'virtio_pci_modern_dev', 'virtio_pci_legacy_dev', 'virtio_pci', 'virtio_blk'];

/** Why there can be no such machine here; absent: there can. */
export function whyNoMachine(): string | undefined {
  if (!existsSync(emulator)) return 'qemu-system-x86 is not installed';
  return existsSync(kernelFolder) ? undefined : 'Debian offers no kernel for this machine';
}

/** Other OCI runtimes that are installed here, and so are on the machine. */
export const machineRuntimes = (): string[] => ['/usr/bin/crun', '/usr/sbin/runc'].filter((path) => existsSync(path));

export type Said = { code: number; output: string };

/**
 * Runs lines of shell one after another on a machine with a kernel of its own, emulated: nothing but busybox, Node, apparmor_parser, other
 * OCI runtimes and what the build made is on it, as root, with control groups of version 2 and no module loaded. `modprobe` loads one; the kernel does not by itself.
 * `programs`: C files beside this one, which are there by their names. What each line said, stdout and stderr together.
 */
export async function runOnMachine(lines: readonly string[], programs: readonly string[] = []): Promise<Said[]> {
  const folder = mkdtempSync(join(tmpdir(), 'skiff-machine-'));
  try {
    const text = await boot(makeFirstFiles(folder), makeDisk(folder, lines, programs));
    return lines.map((line, index) => {
      const found = new RegExp(`^<<${index}\n([^]*?)\n+>>${index} (\\d+)$`, 'm').exec(text);
      if (found === null) throw new Error(`the machine did not get to \`${line}\`:\n${text.slice(-3000)}`);
      return { code: Number(found[2]), output: found[1] ?? '' };
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const modules = (): string => join(kernelFolder, 'lib/modules');
const release = (): string => readdirSync(modules())[0] ?? '';

/** A program of shell, run by busybox. */
function writeScript(path: string, lines: readonly string[]): void {
  writeFileSync(path, ['#!/bin/busybox sh', ...lines, ''].join('\n'));
  chmodSync(path, 0o755);
}

/** The initramfs: it finds the disk, and goes on from there. */
function makeFirstFiles(folder: string): string {
  const files = join(folder, 'first');
  for (const name of ['bin', 'dev', 'modules', 'disk']) mkdirSync(join(files, name), { recursive: true });
  copyFileSync(busyboxProgram(), join(files, 'bin/busybox'));
  const kernel = join(modules(), release(), 'kernel');
  const all = readdirSync(join(kernel, 'drivers'), { recursive: true, encoding: 'utf8' });
  for (const driver of drivers) {
    const path = all.find((name) => name.endsWith(`/${driver}.ko`));
    if (path === undefined) throw new Error(`the kernel has no module ${driver}`);
    copyFileSync(join(kernel, 'drivers', path), join(files, 'modules', `${driver}.ko`));
  }
  writeScript(join(files, 'init'), [
    '/bin/busybox mount -t devtmpfs dev /dev',
    ...drivers.map((driver) => `/bin/busybox insmod /modules/${driver}.ko`),
    '/bin/busybox mount -t ext4 /dev/vda /disk',
    'exec /bin/busybox switch_root /disk /sbin/init',
  ]);
  const archive = join(folder, 'first.cpio');
  execFileSync('/bin/sh', ['-c', 'find . | "$0" cpio -o -H newc > "$1"', busyboxProgram(), archive], {
    cwd: files,
    stdio: 'ignore',
  });
  return archive;
}

function makeDisk(folder: string, lines: readonly string[], programs: readonly string[]): string {
  const files = join(folder, 'files');
  for (const name of ['bin', 'dev', 'etc', 'proc', 'root', 'run', 'sbin', 'sys', 'tmp', 'usr/bin', 'var/lib'])
    mkdirSync(join(files, name), { recursive: true });
  copyFileSync(busyboxProgram(), join(files, 'bin/busybox'));
  for (const name of execFileSync(busyboxProgram(), ['--list'], { encoding: 'utf8' }).trim().split('\n'))
    // The kernel would call /sbin/modprobe for all that it does not have yet.
    if (name !== 'busybox') symlinkSync('busybox', join(files, 'bin', name));
  writeFileSync(join(files, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\n');
  writeFileSync(join(files, 'etc/group'), 'root:x:0:\n');
  copyProgram(realpathSync(node24), join(files, 'usr/bin/node'), files);
  copyProgram(join(kernelFolder, 'sbin/apparmor_parser'), join(files, 'sbin/apparmor_parser'), files);
  for (const program of machineRuntimes()) copyProgram(program, join(files, 'usr/bin', basename(program)), files);
  for (const program of programs)
    copyFileSync(compile(join(import.meta.dirname, program)), join(files, 'bin', basename(program, '.c')));
  cpSync(join(repository, 'dist'), join(files, 'dist'), { recursive: true });
  cpSync(join(modules(), release()), join(files, 'lib/modules', release()), { recursive: true });
  execFileSync(busyboxProgram(), ['depmod', '-b', files, release()]);
  writeScript(join(files, 'sbin/init'), [
    'export PATH=/bin:/sbin:/usr/bin:/dist/bin HOME=/root SKIFF_NODE=/usr/bin/node',
    ...['proc', 'sysfs sys', 'devtmpfs dev', 'tmpfs run', 'tmpfs tmp'].map(mountLine),
    'mkdir /dev/pts && mount -t devpts pts /dev/pts',
    'mount -t cgroup2 -o nsdelegate cgroup /sys/fs/cgroup',
    'mount -t securityfs security /sys/kernel/security',
    'dmesg -n 1',
    'exec > /dev/ttyS0 2>&1',
    ...lines.flatMap((line, index) => [`echo "<<${index}"`, `(${line})`, `echo "\n>>${index} $?"`]),
    'sync',
    'poweroff -f',
  ]);
  const disk = join(folder, 'disk');
  writeFileSync(disk, '');
  truncateSync(disk, 1024 ** 3);
  execFileSync('mke2fs', ['-q', '-F', '-t', 'ext4', '-d', files, disk], {
    env: { ...process.env, PATH: `${process.env['PATH']}:/sbin:/usr/sbin` },
  });
  return disk;
}

function mountLine(words: string): string {
  const [type = '', name = type] = words.split(' ');
  return `mount -t ${type} ${name} /${name}`;
}

/** With the libraries that it is linked to. */
function copyProgram(program: string, to: string, files: string): void {
  copyFileSync(program, to);
  for (const [library] of execFileSync('ldd', [program], { encoding: 'utf8' }).matchAll(/\/\S+/g)) {
    mkdirSync(join(files, dirname(library)), { recursive: true });
    copyFileSync(library, join(files, library));
  }
}

/** All that it wrote to its serial line, until it switched itself off. */
async function boot(first: string, disk: string): Promise<string> {
  const kernel = readdirSync(join(kernelFolder, 'boot')).find((name) => name.startsWith('vmlinuz-')) ?? '';
  const child = spawn(
    emulator,
    [
      ...['-accel', 'tcg,thread=multi', '-cpu', 'max', '-smp', '2', '-m', '1024', '-nic', 'none'],
      ...['-display', 'none', '-monitor', 'none', '-serial', 'stdio', '-no-reboot'],
      ...['-kernel', join(kernelFolder, 'boot', kernel), '-initrd', first, '-append', 'console=ttyS0 quiet panic=-1'],
      ...['-drive', `file=${disk},format=raw,if=virtio`],
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (data: string) => (text += data.replaceAll('\r', '')));
  const limit = setTimeout(() => child.kill('SIGKILL'), patience(240_000));
  await new Promise((resolve) => child.once('close', resolve));
  clearTimeout(limit);
  return text;
}
