// Runs test files, each in a process of its own, and says how each went. node:test's own runner hides what a file printed
// when it hung or crashed, and can't end all that it started.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { node24, root } from './node24.mjs';

const reporter = join(root, '.ci/event-reporter.mjs');
const running = new Set();

/** Ends all test files that still run. */
export function endTestFiles() {
  for (const child of running) endGroup(child);
}

/**
 * Runs `files` (paths from the project's folder), `concurrency` at a time, each for at most `limit` seconds. Prints a line for each, and
 * failures in full. `prefix`: a command that runs Node for us, such as sudo's. Returns the totals and a line for every failure.
 */
export async function runTestFiles(files, { concurrency = 1, limit, prefix = [], env = {} }) {
  const totals = { passed: 0, failed: 0, skipped: 0, failures: [], skips: [] };
  const queue = [...files];
  const worker = async () => {
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
      const result = await runFile(file, { limit, prefix, env });
      print(file, result);
      add(totals, file, result);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return totals;
}

async function runFile(file, { limit, prefix, env }) {
  const folder = mkdtempSync(join(tmpdir(), 'skiff-test-'));
  const events = join(folder, 'events');
  const args = [
    '--no-warnings',
    `--test-reporter=${reporter}`,
    `--test-reporter-destination=${events}`,
    join(root, file),
  ];
  const started = performance.now();
  try {
    const end = await runProcess([...prefix, node24, ...args], { limit, env });
    const told = existsSync(events) ? readEvents(readFileSync(events, 'utf8')) : [];
    const tests = told.filter(({ status }) => status !== 'begun');
    const last = told.findLast(({ status }) => status === 'begun')?.name;
    return {
      tests: withVerdict(tests, { ...end, last }, limit),
      output: end.output,
      seconds: (performance.now() - started) / 1000,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The last line may be cut when the process was killed. */
const readEvents = (text) =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));

/** A file that hung, crashed or ran nothing has failed, whatever its tests said. */
function withVerdict(tests, { code, signal, timedOut, output, last }, limit) {
  const failure = (error) => [
    ...tests,
    { name: 'the file itself', status: 'failed', error: `${error}\n${output.slice(-6000)}` },
  ];
  if (timedOut) return failure(`not done after ${limit} s, ended; the last test that had begun: ${last}`);
  if (code !== 0 && !tests.some(({ status }) => status === 'failed')) return failure(`exited with ${code ?? signal}`);
  if (tests.length === 0) return failure('it has no test');
  return tests;
}

function runProcess([command, ...args], { limit, env }) {
  // A process group of its own, so that a file that hangs is ended with all it started.
  const child = spawn(command, args, {
    cwd: root,
    env: { ...process.env, ...env },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => (output = (output + text).slice(-100_000)));
  return new Promise((resolve, reject) => {
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      endGroup(child);
    }, limit * 1000);
    child.once('error', reject);
    // Not 'close': a process that outlives the file may hold its output open.
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      running.delete(child);
      endGroup(child);
      setTimeout(() => resolve({ code, signal, timedOut, output }), 20);
    });
  });
}

function endGroup({ pid }) {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH' && error.code !== 'EPERM') throw error;
  }
}

function print(file, { tests, output, seconds }) {
  const failed = tests.filter(({ status }) => status === 'failed');
  const skipped = tests.filter(({ status }) => status === 'skipped').length;
  const counts = [
    `${tests.length} tests`,
    failed.length > 0 ? `${failed.length} failed` : '',
    skipped > 0 ? `${skipped} skipped` : '',
  ];
  console.log(
    `${failed.length === 0 ? 'ok  ' : 'FAIL'} ${file}: ${counts.filter((text) => text !== '').join(', ')}, ${seconds.toFixed(1)} s`,
  );
  for (const { name, error, line } of failed)
    console.log(indent(`✖ ${name}${line === undefined ? '' : ` (line ${line})`}\n${error}`));
  if (failed.length > 0 && output.trim() !== '') console.log(indent(`it printed:\n${output.slice(-4000)}`));
}

const indent = (text) => text.replaceAll(/^/gm, '     ');

function add(totals, file, { tests }) {
  for (const { name, status, reason } of tests) {
    totals[status] += 1;
    if (status === 'failed') totals.failures.push(`${file}: ${name}`);
    if (status === 'skipped') totals.skips.push(`${file}: ${name}${reason ? ` (${reason})` : ''}`);
  }
}
