/** Many at once: 100 containers started 8 in flight, what a monitor takes of memory; and `ps` and `inspect` beside 50 and 200. */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { prepare } from './measure.ts';
import { image, type Peer } from './peers.ts';
import { table } from './report.ts';

const count = 100;
const few = 50;
const many = 200;
const inFlight = 8;

export async function crowd(peers: Peer[]): Promise<string> {
  const rows = [
    ['', 'started/s', 'KiB PSS a container', ...[few, many].flatMap((n) => [`ps of ${n} ms`, `inspect of ${n} ms`])],
  ];
  for (const peer of peers) rows.push(await crowdOf(peer));
  return `${count} containers, ${inFlight} in flight\n${table(rows)}\n`;
}

async function crowdOf(peer: Peer): Promise<string[]> {
  const known = new Set(watchers().map(({ pid }) => pid));
  const started = performance.now();
  await startAll(peer, 0, count);
  const seconds = (performance.now() - started) / 1000;
  const memory = watchers().filter(({ pid }) => !known.has(pid));
  const kib = memory.reduce((sum, { pss }) => sum + pss, 0) / count;
  await startAll(peer, count, many);
  const beside = looks(peer);
  removeAll(peer, few, many);
  const row = [peer.name, (count / seconds).toFixed(1), kib.toFixed(0), ...looks(peer), ...beside];
  removeAll(peer, 0, few);
  return row;
}

const nameOf = (index: number): string => `c${index}`;

function startAll(peer: Peer, from: number, to: number): Promise<void> {
  return inParallel(to - from, inFlight, (index) =>
    runAsync(peer, peer.argv('run', '-d', '--name', nameOf(from + index), image, 'sleep', '100000')),
  );
}

function removeAll(peer: Peer, from: number, to: number): void {
  call(peer, 'rm', '-f', ...Array.from({ length: to - from }, (_, index) => nameOf(from + index)));
}

/** Milliseconds of `ps`, and of `inspect` of one, with what is there: the least of ten. */
function looks(peer: Peer): string[] {
  return [['ps'], ['inspect', nameOf(0)]].map((words) => {
    const times = Array.from({ length: 10 }, () => elapsed(() => call(peer, ...words)));
    return Math.min(...times).toFixed(1);
  });
}

function call({ argv, env }: Peer, ...words: string[]): string {
  const [command = '', ...args] = argv(...words);
  return prepare(command, args, env);
}

/** The processes that stay beside each container: our monitors, and what others call a shim or conmon. */
function watchers(): { pid: string; pss: number }[] {
  return readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid) && /^(skiff-monitor|containerd-shim|conmon)/.test(read(`/proc/${pid}/comm`)))
    .map((pid) => ({ pid, pss: Number(/^Pss:\s+(\d+)/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0) }));
}

async function inParallel(total: number, atOnce: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < total) await work(next++);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

function runAsync({ env }: Peer, [command = '', ...args]: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    child.once('error', reject);
    child.once('close', (code) => (code === 0 ? resolve() : reject(new Error(`${args.join(' ')}: ${said}`))));
  });
}

function elapsed(work: () => void): number {
  const started = performance.now();
  work();
  return performance.now() - started;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
