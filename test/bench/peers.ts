import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { busyboxRootfs } from '../support/images.ts';
import { mountPoints } from '../support/kernel-objects.ts';
import { prepare } from './measure.ts';
import { skiffBinary } from '../support/paths.ts';
import { TestStore } from '../support/store.ts';

/** An engine on a store of its own, with the image `bench:1` in it. `argv` makes a command line of Docker's words. */
export type Peer = {
  name: string;
  argv: (...words: string[]) => string[];
  env: Record<string, string>;
  dispose: () => Promise<void>;
};

export const image = 'bench:1';

export async function peers(): Promise<Peer[]> {
  const found = [await skiff(), await docker(), await podman()].filter((peer) => peer !== undefined);
  for (const { argv, env } of found) {
    const [command = '', ...args] = argv('import', busyboxRootfs(), image);
    prepare(command, args, env);
  }
  return found;
}

async function skiff(): Promise<Peer> {
  const store = new TestStore();
  const env = { ...store.env, SKIFF_SOCKET: '', SKIFF_IDLE_SECONDS: '600' };
  return { name: 'skiff', argv: (...words) => [skiffBinary, ...words], env, dispose: () => store.dispose() };
}

/** A daemon in a network namespace and folders of its own, ended by its pid. */
async function docker(): Promise<Peer | undefined> {
  const [client, daemon] = [onPath('docker', ['/usr/bin']), onPath('dockerd')];
  if (client === undefined || daemon === undefined || process.getuid?.() !== 0) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'skiff-bench-docker-'));
  const socket = `unix://${folder}/docker.sock`;
  const options = ['--data-root', `${folder}/data`, '--exec-root', `${folder}/exec`, '--pidfile', `${folder}/pid`];
  const child = spawn('unshare', ['--net', daemon, ...options, '--host', socket], { stdio: 'ignore', detached: true });
  const argv = (...words: string[]): string[] => [client, '--host', socket, ...words];
  const dispose = (): Promise<void> => end(child, folder);
  for (let tries = 0; tries < 150; tries += 1) {
    if (child.exitCode !== null) break;
    if (answers(argv('version'))) return { name: 'docker', argv, env: {}, dispose };
    await delay(200);
  }
  await dispose();
  return undefined;
}

/** In a network namespace of its own too, which a process that sleeps holds open. */
async function podman(): Promise<Peer | undefined> {
  const program = onPath('podman');
  if (program === undefined || process.getuid?.() !== 0) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'skiff-bench-podman-'));
  const holder = spawn('unshare', ['--net', 'sleep', '1000000'], { stdio: 'ignore' });
  await delay(200);
  const inside = ['/usr/bin/nsenter', `--net=/proc/${holder.pid}/ns/net`, '--'];
  // crun 1.8 refuses machines whose cgroups are hybrid; runc is the other runtime that podman knows.
  const runc = onPath('runc');
  const runtime = runc === undefined ? [] : ['--runtime', runc];
  const options = [
    '--root',
    `${folder}/root`,
    '--runroot',
    `${folder}/run`,
    '--cgroup-manager',
    'cgroupfs',
    ...runtime,
  ];
  // Podman raises limits beyond what a machine without CAP_SYS_RESOURCE allows.
  const limits = (command: string): string[] =>
    command === 'run' ? ['--ulimit', 'nofile=1024:1024', '--ulimit', 'nproc=1024:1024'] : [];
  const argv = (command = '', ...words: string[]): string[] => [
    ...inside,
    program,
    ...options,
    command,
    ...limits(command),
    ...words,
  ];
  const dispose = (): Promise<void> => end(holder, folder);
  if (answers(argv('version'))) return { name: 'podman', argv, env: {}, dispose };
  await dispose();
  return undefined;
}

function answers([command = '', ...args]: string[]): boolean {
  try {
    prepare(command, args);
    return true;
  } catch {
    return false;
  }
}

async function end(child: ChildProcess, folder: string): Promise<void> {
  child.kill('SIGTERM');
  for (let tries = 0; tries < 100 && child.exitCode === null && child.signalCode === null; tries += 1) await delay(100);
  for (const path of mountPoints((one) => one.startsWith(folder)).reverse()) spawnSync('umount', ['-l', path]);
  rmSync(folder, { recursive: true, force: true });
}

function onPath(name: string, first: string[] = []): string | undefined {
  const folders = [...first, ...(process.env['PATH'] ?? '').split(':')];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

/** A folder with the image's files, for what needs no engine. */
export function unpackedRootfs(): string {
  const folder = mkdtempSync(join(tmpdir(), 'skiff-bench-rootfs-'));
  mkdirSync(join(folder, 'rootfs'));
  mkdirSync(join(folder, 'scratch'));
  prepare('tar', ['-C', join(folder, 'rootfs'), '-xf', busyboxRootfs()]);
  return folder;
}
