/** One more process in a container: runc's `exec`, which the specification does not know. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { processDirectives } from '../container/directives.ts';
import { writeAtomic } from '../lib/atomic-file.ts';
import { SkiffError } from '../lib/errors.ts';
import { parseObject } from '../oci/json.ts';
import { launchBundle } from '../sys/bundle-launch.ts';
import { parseBundleConfig, parseProcess, type BundleConfig, type Process } from './config.ts';
import { forwardSignals } from './container.ts';
import * as records from './records.ts';
import { possibleLimits } from './rlimits.ts';

export type ExecOptions = {
  root: string;
  id: string;
  native: string;
  warn: (text: string) => void;
  preserved: number;
  detach: boolean;
  pidFile?: string;
  consoleSocket?: string;
  /** The file with the process's JSON; absent: the container's own process, changed by what follows. */
  processFile?: string;
  command: string[];
  tty: boolean;
  cwd?: string;
  /** `uid[:gid]`, in numbers. */
  user?: string;
  env: string[];
  capabilities: string[];
  additionalGroups: string[];
  noNewPrivileges: boolean;
  apparmor?: string;
};

/** Resolves with the exit code of the process, or with 0 once it runs when it is detached. */
export async function exec(options: ExecOptions): Promise<number> {
  const { root, id, native, preserved, pidFile } = options;
  const record = records.readRecord(root, id);
  const status = records.statusOf(root, record);
  if (status !== 'running' && status !== 'created')
    throw new SkiffError('failed-precondition', `cannot exec in a container that is ${status}`);
  const bundle = readBundle(record.bundle);
  const wanted = processOf(options, bundle);
  wanted.config.rlimits = possibleLimits(wanted.config.rlimits, options.warn);
  return launchBundle(native, directivesOf(options, record, wanted, bundle), preserved, {
    onWarning: options.warn,
    onHooks: () => Promise.reject(new SkiffError('internal', 'exec runs no hooks')),
    onCreated: async (pid) => {
      if (pidFile !== undefined) writeAtomic(pidFile, String(pid), { durable: false });
      if (!options.detach) forwardSignals(pid);
    },
  });
}

function readBundle(bundle: string): BundleConfig {
  return parseBundleConfig(parseObject(readFileSync(join(bundle, 'config.json')), 'config.json'), bundle);
}

function processOf(options: ExecOptions, { config, umask }: BundleConfig): Process {
  const { processFile, consoleSocket } = options;
  const process =
    processFile === undefined
      ? { config: changed(config.process, options), ...(umask === undefined ? {} : { umask }) }
      : parseProcess(parseObject(readFileSync(processFile), processFile), config.process.capabilities);
  if (process.config.args.length === 0) throw new SkiffError('invalid-argument', 'exec: the command is missing');
  if (process.config.terminal && consoleSocket === undefined)
    throw new SkiffError('invalid-argument', 'exec: the terminal is handed over at --console-socket, which is missing');
  return process;
}

type ProcessConfig = Process['config'];

function changed(own: ProcessConfig, options: ExecOptions): ProcessConfig {
  const { command, tty, cwd, env, user, capabilities, additionalGroups, noNewPrivileges, apparmor } = options;
  const more = (set: string[]): string[] => [...new Set([...set, ...capabilities])];
  const { bounding, effective, permitted } = own.capabilities;
  return {
    ...own,
    terminal: tty,
    args: command,
    env: [...own.env, ...env],
    ...(cwd === undefined ? {} : { cwd }),
    user: {
      ...(user === undefined ? own.user : userOf(user)),
      additionalGroups: [...(own.user.additionalGroups ?? []), ...additionalGroups],
    },
    capabilities: {
      ...own.capabilities,
      ...{ bounding: more(bounding), effective: more(effective), permitted: more(permitted) },
    },
    noNewPrivileges: own.noNewPrivileges || noNewPrivileges,
    ...(apparmor === undefined ? {} : { apparmorProfile: apparmor }),
  };
}

function userOf(text: string): ProcessConfig['user'] {
  const [, uid, gid = '0'] = /^(\d{1,10})(?::(\d{1,10}))?$/.exec(text) ?? [];
  if (uid === undefined) throw new SkiffError('invalid-argument', `--user: "${text}" is not UID[:GID]`);
  return { uid: Number(uid), gid: Number(gid) };
}

function directivesOf(
  { id, preserved, detach, consoleSocket }: ExecOptions,
  { pid, cgroup }: records.BundleRecord,
  { config, umask, consoleSize }: Process,
  bundle: BundleConfig,
): string[] {
  const seccomp = bundle.config.linux.seccomp ?? false;
  return [
    ...['exec', 'id', createHash('sha256').update(id).digest('hex')],
    ...processDirectives(config, { seccomp, stdin: 'null', gate: false, columns: 0, rows: 0, ...consoleSize }),
    ...['init-pid', String(pid), 'cgroup-path', cgroup],
    ...['preserve-fds', String(preserved), 'wait', detach ? '0' : '1'],
    ...(consoleSocket === undefined ? [] : ['console-socket', consoleSocket]),
    ...(umask === undefined ? [] : ['umask', umask.toString(8)]),
  ];
}
