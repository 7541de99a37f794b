// Finds the Node 24 that package-lock.json pins, and goes on in it. Imports Node's own modules only: it runs before `npm ci`.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
export const node24 = join(root, 'node_modules/.bin/node');
export const cache = join(root, '.cache');

/** Ends with one clear line on a Node that is too old even to install the rest. */
export function requireNode20() {
  const [major] = process.versions.node.split('.');
  if (Number(major) >= 20) return;
  console.error(`skiff: this needs Node 20 or newer with npm; ${process.execPath} is Node ${process.versions.node}`);
  process.exit(1);
}

/** True when this process is Node 24 or newer already. */
export const isNode24 = () => Number(process.versions.node.split('.')[0]) >= 24;

/** Runs the current script again on the pinned Node, with the same arguments, and ends with its exit code. Returns only on Node 24. */
export async function continueOnNode24() {
  if (isNode24()) return;
  if (!existsSync(node24)) {
    console.error('skiff: node_modules is missing: run `npm ci`, or `npm test`, which does it');
    process.exit(1);
  }
  const child = spawn(node24, process.argv.slice(1), { stdio: 'inherit' });
  // Ctrl-C reaches the child by itself; a signal sent to us alone is handed on. Either way the child decides when to end.
  process.on('SIGINT', () => {});
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  const [code, signal] = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (...end) => resolve(end));
  });
  process.exit(code ?? 128 + (constants.signals[signal] ?? 0));
}

/** Runs a command to its end with our own output. Returns its exit code; 127 when it does not exist. */
export function run(command, args, options = {}) {
  const { status, error, signal } = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    ...options,
  });
  if (error) {
    console.error(`skiff: ${command}: ${error.message}`);
    return 127;
  }
  return status ?? 128 + (constants.signals[signal] ?? 0);
}

/** Like `run`, up to three times: what comes over a network may fail once. */
export function runOnline(command, args, options = {}) {
  for (let tries = 1; ; tries += 1) {
    const code = run(command, args, options);
    if (code === 0 || code === 127 || tries === 3) return code;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, tries * 3000);
  }
}

/** Like `runOnline`, and throws when the command fails. */
export function mustOnline(command, args, options = {}) {
  const code = runOnline(command, args, options);
  if (code !== 0) throw new Error(`${[command, ...args].join(' ')} failed with exit code ${code}`);
}

/** Like `run`, and throws when the command fails. */
export function must(command, args, options = {}) {
  const code = run(command, args, options);
  if (code !== 0) throw new Error(`${[command, ...args].join(' ')} failed with exit code ${code}`);
}

/** A command's standard output, or undefined when it fails. */
export function output(command, args, options = {}) {
  const { status, stdout } = spawnSync(command, args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 << 20,
    stdio: ['ignore', 'pipe', 'ignore'],
    ...options,
  });
  return status === 0 ? stdout : undefined;
}

/** Ends with the message alone: what a script's user needs to know is in it. */
export function fail(error) {
  console.error(`skiff: ${error instanceof Error ? (process.env.SKIFF_DEBUG ? error.stack : error.message) : error}`);
  process.exit(1);
}
