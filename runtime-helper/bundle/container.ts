/** The operations of a runtime (github.com/opencontainers/runtime-spec, runtime.md, "Operations"). */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { constants } from 'node:os';
import { writeAtomic } from '../lib/atomic-file.ts';
import { errnoOf, SkiffError } from '../lib/errors.ts';
import { parseObject } from '../oci/json.ts';
import { launchBundle, startBundle } from '../sys/bundle-launch.ts';
import { cgroupProcesses, freezeCgroup, removeCgroup, removeEmptyCgroup } from '../sys/cgroup-tree.ts';
import { runHook } from '../sys/hook.ts';
import { processBirth } from '../sys/process-birth.ts';
import { parseBundleConfig, type BundleConfig } from './config.ts';
import { bundleDirectives } from './directives.ts';
import { possibleLimits } from './rlimits.ts';
import * as records from './records.ts';

export type CreateOptions = {
  root: string;
  id: string;
  /** Absolute. */
  bundle: string;
  pidFile?: string;
  consoleSocket?: string;
  preserved: number;
  native: string;
  warn: (text: string) => void;
};

/** Makes the container and leaves it waiting for its start. With `then`: goes on with that, and resolves with PID 1's exit code. */
export async function create(options: CreateOptions, then?: () => Promise<void>): Promise<number> {
  const { root, id, bundle, consoleSocket, preserved } = options;
  const config = parseBundleConfig(parseObject(readFileSync(join(bundle, 'config.json')), 'config.json'), bundle);
  checkTerminal(config, consoleSocket);
  config.config.process.rlimits = possibleLimits(config.config.process.rlimits, options.warn);
  if (!statSync(config.rootfs, { throwIfNoEntry: false })?.isDirectory())
    throw new SkiffError('not-found', `root.path: ${config.rootfs} is no directory`);
  if (config.config.process.args.length === 0)
    throw new SkiffError('invalid-argument', 'process.args: there is no command');
  const directory = records.claim(root, id);
  const cgroup = cgroupOf(config, id);
  const record = recordOf(options, config, cgroup);
  const plan = {
    id,
    directory,
    cgroup,
    preserved,
    wait: then !== undefined,
    ...(consoleSocket === undefined ? {} : { consoleSocket }),
  };
  try {
    return await launchBundle(options.native, bundleDirectives(config, plan), preserved, {
      onWarning: options.warn,
      onHooks: async (pid) => {
        records.writeRecord(directory, record(pid));
        const state = JSON.stringify(records.stateOf(record(pid), 'created'));
        await runHooks([...config.hooks.prestart, ...config.hooks.createRuntime], state);
        return state;
      },
      onCreated: async (pid) => {
        records.writeRecord(directory, record(pid));
        if (options.pidFile !== undefined) writeAtomic(options.pidFile, String(pid), { durable: false });
        await then?.();
      },
    });
  } catch (error) {
    await discard(directory, cgroup, record(0));
    throw error;
  }
}

function checkTerminal({ config }: BundleConfig, consoleSocket: string | undefined): void {
  if (config.process.terminal && consoleSocket === undefined)
    throw new SkiffError(
      'invalid-argument',
      'process.terminal: the terminal is handed over at --console-socket, which is missing',
    );
  if (!config.process.terminal && consoleSocket !== undefined)
    throw new SkiffError('invalid-argument', '--console-socket: process.terminal is not set');
}

const ownGroup = '/skiff-oci';

/** Relative ones, and those of containers that name none, are in a group of ours. */
function cgroupOf({ cgroupsPath }: BundleConfig, id: string): string {
  if (cgroupsPath === undefined) return `${ownGroup}/${id}`;
  if (/^[^/]*:[^/]*:[^/]*$/.test(cgroupsPath))
    throw new SkiffError(
      'not-implemented',
      `linux.cgroupsPath: "${cgroupsPath}" is for systemd: skiff-oci makes cgroups by itself (podman: --cgroup-manager cgroupfs)`,
    );
  if (cgroupsPath.split('/').includes('..'))
    throw new SkiffError('invalid-argument', `linux.cgroupsPath: ${cgroupsPath}`);
  return cgroupsPath.startsWith('/') ? cgroupsPath : `${ownGroup}/${cgroupsPath}`;
}

function recordOf(
  { id, bundle }: CreateOptions,
  config: BundleConfig,
  cgroup: string,
): (pid: number) => records.BundleRecord {
  const created = new Date().toISOString();
  const { ociVersion, annotations } = config.config;
  const { rootfs, hooks } = config;
  return (pid) => ({
    ociVersion,
    id,
    pid,
    birth: processBirth(pid) ?? '',
    bundle,
    rootfs,
    created,
    cgroup,
    annotations,
    hooks,
  });
}

async function runHooks(hooks: readonly Parameters<typeof runHook>[0][], state: string): Promise<void> {
  for (const hook of hooks) await runHook(hook, state);
}

async function discard(directory: string, cgroup: string, record: records.BundleRecord): Promise<void> {
  await emptyCgroup(cgroup);
  records.forget(directory);
  await afterwards(record, () => {});
}

export async function start(root: string, id: string, warn: (text: string) => void): Promise<void> {
  const record = records.readRecord(root, id);
  const status = records.statusOf(root, record);
  if (status !== 'created') throw new SkiffError('failed-precondition', `cannot start a container that is ${status}`);
  // sun_path holds 108 bytes.
  process.chdir(records.directoryOf(root, id));
  await startBundle(records.startSocket, JSON.stringify(records.stateOf(record, 'created')));
  const state = JSON.stringify(records.stateOf(record, 'running'));
  // runtime.md, "Lifecycle", 10: what fails here is told, and changes nothing.
  for (const hook of record.hooks.poststart)
    await runHook(hook, state).catch((error: unknown) => warn(String((error as Error).message)));
}

export function describe(root: string, id: string): Record<string, unknown> {
  const record = records.readRecord(root, id);
  const { rootfs, created } = record;
  return { ...records.stateOf(record, records.statusOf(root, record)), rootfs, created, owner: '' };
}

export function kill(root: string, id: string, signal: string, all: boolean): void {
  const record = records.readRecord(root, id);
  const number = signalNumber(signal);
  if (all) return cgroupProcesses(record.cgroup).forEach((pid) => sendSignal(pid, number));
  if (records.statusOf(root, record) === 'stopped')
    throw new SkiffError('failed-precondition', `container not running: "${id}"`);
  sendSignal(record.pid, number);
}

function signalNumber(text: string): number {
  const name = text.toUpperCase().replace(/^(?:SIG)?/, 'SIG');
  const real = /^SIGRTMIN(?:\+(\d+))?$/.exec(name);
  const number = /^\d+$/.test(text)
    ? Number(text)
    : real
      ? 34 + Number(real[1] ?? 0)
      : constants.signals[name as NodeJS.Signals];
  if (number === undefined || number > 64) throw new SkiffError('invalid-argument', `unknown signal "${text}"`);
  return number;
}

function sendSignal(pid: number, signal: number): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (errnoOf(error) !== 'ESRCH') throw error;
  }
}

export async function remove(root: string, id: string, force: boolean, warn: (text: string) => void): Promise<void> {
  if (force && !records.exists(root, id)) return records.forget(records.directoryOf(root, id));
  const record = records.readRecord(root, id);
  const status = records.statusOf(root, record);
  if (status !== 'stopped') {
    if (!force)
      throw new SkiffError('failed-precondition', `cannot delete container ${id} that is not stopped: ${status}`);
    freezeCgroup(record.cgroup, false);
    sendSignal(record.pid, constants.signals.SIGKILL);
    while (processBirth(record.pid) === record.birth) await pause();
  }
  await emptyCgroup(record.cgroup);
  records.forget(records.directoryOf(root, id));
  await afterwards(record, warn);
}

/** runtime.md, "Lifecycle", 13: each poststop hook runs, whatever those before it did. */
async function afterwards(record: records.BundleRecord, warn: (text: string) => void): Promise<void> {
  const text = JSON.stringify(records.stateOf(record, 'stopped'));
  for (const hook of record.hooks.poststop)
    await runHook(hook, text).catch((error: unknown) => warn(String((error as Error).message)));
}

/** Kills what PID 1's end has left: with a pid namespace of the container's own, nothing. */
async function emptyCgroup(cgroup: string): Promise<void> {
  for (let attempt = 0; attempt < 1000 && !removeCgroup(cgroup); attempt++) {
    cgroupProcesses(cgroup).forEach((pid) => sendSignal(pid, constants.signals.SIGKILL));
    await pause();
  }
  if (cgroup.startsWith(`${ownGroup}/`)) removeEmptyCgroup(ownGroup);
}

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 2));

export function freeze(root: string, id: string, frozen: boolean): void {
  const record = records.readRecord(root, id);
  const status = records.statusOf(root, record);
  if (status !== (frozen ? 'running' : 'paused'))
    throw new SkiffError('failed-precondition', `container "${id}" is ${status}`);
  if (!freezeCgroup(record.cgroup, frozen))
    throw new SkiffError('not-implemented', 'this machine has no freezer cgroup');
}

export function processes(root: string, id: string): number[] {
  return cgroupProcesses(records.readRecord(root, id).cgroup);
}

export function list(
  root: string,
): { id: string; pid: number; status: string; bundle: string; created: string; owner: string }[] {
  return records.allRecords(root).map((record) => {
    const status = records.statusOf(root, record);
    const { id, bundle, created } = record;
    return {
      ociVersion: record.ociVersion,
      id,
      pid: status === 'stopped' ? 0 : record.pid,
      status,
      bundle,
      rootfs: record.rootfs,
      created,
      owner: '',
    };
  });
}

/** Create and start, and when it is not `detached` the end: PID 1's exit code. */
export async function run(options: CreateOptions, detached: boolean, keep: boolean): Promise<number> {
  const { root, id, warn } = options;
  if (detached) {
    await create(options);
    await startOrRemove(root, id, warn);
    return 0;
  }
  const code = await create(options, async () => {
    forwardSignals(records.readRecord(root, id).pid);
    await startOrRemove(root, id, warn);
  });
  if (!keep) await remove(root, id, true, warn);
  return code;
}

/** What is said to us is meant for the process that we wait for. */
export function forwardSignals(pid: number): void {
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const)
    process.on(signal, () => sendSignal(pid, constants.signals[signal]));
}

async function startOrRemove(root: string, id: string, warn: (text: string) => void): Promise<void> {
  try {
    await start(root, id, warn);
  } catch (error) {
    await remove(root, id, true, warn);
    throw error;
  }
}
