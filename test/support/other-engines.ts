/** Docker and Podman beside ours: each on a store and in a network namespace of its own, so that nothing of the machine's own changes. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mountPoints } from './kernel-objects.ts';
import { removeTree } from './remove-tree.ts';
import { until } from './wait.ts';

/** `argv` makes a command line of Docker's words. */
export type OtherEngine = {
  name: string;
  argv: (...words: string[]) => string[];
  env: Record<string, string>;
  /** Of a process in its network namespace. */
  pid?: number;
  dispose: () => Promise<void>;
};

/** Why there is none; false: it can be started here. */
export const noDocker = whyNot('docker', 'dockerd');
export const noPodman = whyNot('podman');

/** A daemon that is ended by its pid. Undefined where it is not installed. */
export async function docker(): Promise<OtherEngine | undefined> {
  // A `docker` that is first on PATH may be another's front.
  const [client, daemon] = [onPath('docker', ['/usr/bin']), onPath('dockerd')];
  if (noDocker !== false || client === undefined || daemon === undefined) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'skiff-docker-'));
  const socket = `unix://${folder}/docker.sock`;
  const options = ['--data-root', `${folder}/data`, '--exec-root', `${folder}/exec`, '--pidfile', `${folder}/pid`];
  const child = holder([daemon, ...options, '--host', socket]);
  const argv = (...words: string[]): string[] => [client, '--host', socket, ...words];
  const dispose = (): Promise<void> => end(child, folder);
  return started({ name: 'docker', argv, env: {}, pid: child.pid ?? 0, dispose }, child);
}

/** Undefined where it is not installed. */
export async function podman(): Promise<OtherEngine | undefined> {
  const program = onPath('podman');
  if (noPodman !== false || program === undefined) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'skiff-podman-'));
  // Holds the network namespace open.
  const child = holder(['sleep', 'infinity']);
  const inside = ['/usr/bin/nsenter', `--net=/proc/${child.pid}/ns/net`, '--'];
  // crun 1.8 refuses machines whose cgroups are hybrid; runc is the other runtime that podman knows.
  const runc = onPath('runc');
  const folders = ['--root', `${folder}/root`, '--runroot', `${folder}/run`, '--tmpdir', `${folder}/tmp`];
  const options = [...folders, '--cgroup-manager', 'cgroupfs', ...(runc === undefined ? [] : ['--runtime', runc])];
  // Podman raises limits beyond what a machine without CAP_SYS_RESOURCE allows.
  const limits = (command: string): string[] =>
    command === 'run' ? ['--ulimit', 'nofile=1024:1024', '--ulimit', 'nproc=1024:1024'] : [];
  const argv = (command = '', ...words: string[]): string[] => [
    ...[...inside, program, ...options, command],
    ...[...limits(command), ...words],
  ];
  return started({ name: 'podman', argv, env: {}, pid: child.pid ?? 0, dispose: () => end(child, folder) }, child);
}

/** A process in a network namespace of its own, which does not outlive us, however we end. */
function holder(command: readonly string[]): ChildProcess {
  return spawn('setpriv', ['--pdeathsig', 'TERM', 'unshare', '--net', ...command], { stdio: 'ignore' });
}

async function started(engine: OtherEngine, child: ChildProcess): Promise<OtherEngine> {
  const { argv, name, dispose } = engine;
  try {
    await until(`${name} answers`, () => child.exitCode !== null || answers(argv('version')), 30_000);
    if (child.exitCode === null) return engine;
  } catch (error) {
    await dispose();
    throw error;
  }
  await dispose();
  throw new Error(`${name} is installed, but ends at once with ${child.exitCode}`);
}

function answers([command = '', ...args]: string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}

async function end(child: ChildProcess, folder: string): Promise<void> {
  const isOver = (): boolean => child.exitCode !== null || child.signalCode !== null;
  child.kill('SIGTERM');
  await until('it ends', isOver, 10_000).catch(() => child.kill('SIGKILL'));
  // What it has started may end after it.
  await until('its mounts are gone', () => {
    for (const path of mountPoints((one) => one.startsWith(folder)).reverse()) spawnSync('umount', ['-l', path]);
    return mountPoints((one) => one.startsWith(folder)).length === 0;
  });
  await removeTree(folder);
}

function whyNot(...programs: string[]): string | false {
  if (process.getuid?.() !== 0) return 'needs root';
  const missing = programs.find((name) => onPath(name) === undefined);
  return missing === undefined ? false : `${missing} is not installed`;
}

function onPath(name: string, first: string[] = []): string | undefined {
  const folders = [...first, ...(process.env['PATH'] ?? '').split(':')];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}
