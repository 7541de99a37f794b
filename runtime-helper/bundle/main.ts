import { appendFileSync, writeSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { asSkiffError, SkiffError } from '../lib/errors.ts';
import { execReason, NativeFailure } from '../sys/failure.ts';
import { parseArguments, type Arguments } from './arguments.ts';
import * as container from './container.ts';
import { exec, type ExecOptions } from './exec.ts';
import { features } from './features.ts';
import { notBuilt } from './not-built.ts';
import { readUpdate, update } from './update.ts';

declare const SKIFF_VERSION: string;

const usage = `Usage: skiff-oci [--root DIR] [--log FILE] [--log-format text|json] COMMAND [OPTIONS] [CONTAINER]

An OCI runtime (github.com/opencontainers/runtime-spec).

  create   [--bundle DIR] [--pid-file FILE] [--console-socket PATH] [--preserve-fds N] CONTAINER
  run      the same, [--detach] [--keep]
  start    CONTAINER
  state    CONTAINER
  kill     [--all] CONTAINER [SIGNAL]
  delete   [--force] CONTAINER
  exec     [--process FILE] [--pid-file FILE] [--console-socket PATH] [--detach] [--tty] [--cwd DIR] [--env K=V] [--user UID[:GID]]
           CONTAINER [COMMAND [ARG...]]
  update   [--resources FILE] [--memory BYTES] [--cpu-quota N] [--cpuset-cpus LIST] [--pids-limit N] … CONTAINER
  pause    CONTAINER
  resume   CONTAINER
  ps       [--format table|json] CONTAINER
  list     [--format table|json] [--quiet]
  features
`;

let log: { file?: string; json: boolean } = { json: false };

async function main(argv: readonly string[]): Promise<number> {
  const given = parseArguments(argv);
  const { options, operands, command } = given;
  const file = text(options['log']);
  const format = text(options['log-format']) ?? 'text';
  log = { ...(file === undefined ? {} : { file }), json: format === 'json' };
  if (format !== 'text' && format !== 'json') throw bad(`--log-format: "${format}" is neither text nor json`);
  if (options['version']) return print(`skiff-oci version ${SKIFF_VERSION}\nspec: 1.2.0\n`);
  if (options['help'] || command === 'help' || command === '') return print(usage);
  if (options['systemd-cgroup']) throw notBuilt('--systemd-cgroup (podman: --cgroup-manager cgroupfs)');
  const root = resolve(text(options['root']) ?? defaultRoot());
  if (command === 'features') return print(`${JSON.stringify(features, undefined, 2)}\n`);
  if (command === 'list') return list(root, options);
  const [id, ...rest] = operands;
  if (id === undefined || id === '') throw bad(`${command}: the container's id is missing`);
  if (command !== 'exec' && rest.length > (command === 'kill' ? 1 : 0))
    throw bad(`${command}: "${rest.at(-1)}" is one argument too many`);
  return carryOut(given, root, id);
}

async function carryOut(given: Arguments, root: string, id: string): Promise<number> {
  const { command, options, operands } = given;
  switch (command) {
    case 'create':
      return container.create(createOptions(options, root, id));
    case 'run':
      return container.run(createOptions(options, root, id), options['detach'] === true, options['keep'] === true);
    case 'exec':
      return exec(execOptions(given, root, id));
    case 'update':
      update(root, id, readUpdate(options));
      return 0;
    case 'start':
      await container.start(root, id, warn);
      return 0;
    case 'state':
      return print(`${JSON.stringify(container.describe(root, id), undefined, 2)}\n`);
    case 'kill':
      container.kill(root, id, operands[1] ?? 'TERM', options['all'] === true);
      return 0;
    case 'delete':
      await container.remove(root, id, options['force'] === true, warn);
      return 0;
    case 'pause':
    case 'resume':
      container.freeze(root, id, command === 'pause');
      return 0;
    case 'ps':
      return print(
        text(options['format']) === 'json'
          ? `${JSON.stringify(container.processes(root, id))}\n`
          : `PID\n${container.processes(root, id).join('\n')}\n`,
      );
    default:
      throw bad(`unknown command "${command}"`);
  }
}

function createOptions(options: Arguments['options'], root: string, id: string): container.CreateOptions {
  if (options['no-pivot']) throw notBuilt('--no-pivot');
  return { ...launchOptions(options), root, id, bundle: resolve(text(options['bundle']) ?? '.') };
}

/** What create and exec have in common. */
function launchOptions(
  options: Arguments['options'],
): Pick<container.CreateOptions, 'native' | 'warn' | 'preserved' | 'pidFile' | 'consoleSocket'> {
  const preserved = Number(text(options['preserve-fds']) ?? 0) + Number(process.env['LISTEN_FDS'] ?? 0);
  if (!Number.isInteger(preserved) || preserved < 0) throw bad('--preserve-fds takes a number');
  const [pidFile, consoleSocket] = [text(options['pid-file']), text(options['console-socket'])];
  return {
    ...{ preserved, warn, native: process.env['SKIFF_NATIVE'] ?? join(__dirname, 'bin/skiff-oci') },
    ...(pidFile === undefined ? {} : { pidFile: resolve(pidFile) }),
    ...(consoleSocket === undefined ? {} : { consoleSocket: resolve(consoleSocket) }),
  };
}

function execOptions({ options, lists, operands }: Arguments, root: string, id: string): ExecOptions {
  for (const name of ['process-label', 'cgroup', 'ignore-paused']) if (options[name]) throw notBuilt(`exec --${name}`);
  const [processFile, cwd, user] = [text(options['process']), text(options['cwd']), text(options['user'])];
  const apparmor = text(options['apparmor']);
  return {
    ...launchOptions(options),
    ...{ root, id, command: operands.slice(1), env: lists['env'] ?? [], capabilities: lists['cap'] ?? [] },
    additionalGroups: lists['additional-gids'] ?? [],
    detach: options['detach'] === true,
    tty: options['tty'] === true,
    noNewPrivileges: options['no-new-privs'] === true,
    ...(processFile === undefined ? {} : { processFile: resolve(processFile) }),
    ...(cwd === undefined ? {} : { cwd }),
    ...(user === undefined ? {} : { user }),
    ...(apparmor === undefined ? {} : { apparmor }),
  };
}

function list(root: string, options: Arguments['options']): number {
  const found = container.list(root);
  if (text(options['format']) === 'json') return print(`${JSON.stringify(found)}\n`);
  if (options['quiet']) return print(found.map(({ id }) => `${id}\n`).join(''));
  const rows = [
    ['ID', 'PID', 'STATUS', 'BUNDLE', 'CREATED'],
    ...found.map(({ id, pid, status, bundle, created }) => [id, String(pid), status, bundle, created]),
  ];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)) + 3);
  return print(rows.map((row) => `${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('')}\n`).join(''));
}

function defaultRoot(): string {
  const runtime = process.env['XDG_RUNTIME_DIR'];
  return process.geteuid?.() === 0 || !runtime ? '/run/skiff-oci' : join(runtime, 'skiff-oci');
}

const text = (value: string | true | undefined): string | undefined => (value === true ? undefined : value);

function print(content: string): number {
  writeSync(1, content);
  return 0;
}

function bad(message: string): SkiffError {
  return new SkiffError('invalid-argument', message);
}

const warn = (message: string): void => report('warning', message);

/** To stderr, and as logrus writes it to --log, where podman and containerd look for the reason. */
function report(level: 'error' | 'warning', message: string): void {
  writeSync(2, `skiff-oci: ${message}\n`);
  if (log.file === undefined) return;
  const time = new Date().toISOString();
  const line = log.json
    ? JSON.stringify({ level, msg: message, time })
    : `time=${JSON.stringify(time)} level=${level} msg=${JSON.stringify(message)}`;
  appendFileSync(log.file, `${line}\n`);
}

/** podman takes its exit codes 126 and 127 from these words. */
function words(error: unknown): string {
  if (!(error instanceof NativeFailure) || error.stage !== 'exec') return asSkiffError(error).message;
  return `exec: "${error.object}": ${execReason(error.errno, error.object) ?? error.message}`;
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    report('error', words(error));
    process.exit(1);
  },
);
