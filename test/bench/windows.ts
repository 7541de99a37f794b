/** Windows onto one container while it writes 100 MB: two of them, and the same two beside a third one that is stopped. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdtempSync, openSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { median, prepare } from './measure.ts';
import { image, type Peer } from './peers.ts';
import { table } from './report.ts';

const rounds = 3;
const megabytes = 100;
const total = megabytes * 1e6;
/** So long without a byte, and it is taken to stand still for good. */
const frozenMs = 3000;

export async function windows(peers: Peer[]): Promise<string> {
  const samples = new Map(peers.map(({ name }) => [name, { two: [] as Outcome[], three: [] as Outcome[] }]));
  for (let round = 0; round < rounds; round += 1)
    for (const peer of peers) {
      samples.get(peer.name)?.two.push(await outcomeOf(peer, false));
      samples.get(peer.name)?.three.push(await outcomeOf(peer, true));
    }
  const rows = [...samples].map(([name, { two, three }]) => {
    const seconds = [two, three].map((outcomes) => median(outcomes.map((outcome) => outcome.seconds)));
    const [alone = Number.NaN, beside = Number.NaN] = seconds;
    return [name, alone.toFixed(2), wordsFor(three, beside), Number.isNaN(beside) ? '' : (beside / alone).toFixed(2)];
  });
  const titles = ['', 'two windows s', 'and a third, stopped', 'ratio'];
  return `${megabytes} MB to windows that are attached (median of ${rounds})\n${table([titles, ...rows])}\n`;
}

/** `seconds`: until both had all; NaN: they never had. `least`: megabytes that the slower one got. */
type Outcome = { seconds: number; least: number };

function wordsFor(outcomes: Outcome[], seconds: number): string {
  const frozen = outcomes.filter((outcome) => Number.isNaN(outcome.seconds));
  if (frozen.length === 0) return `${seconds.toFixed(2)} s`;
  return `frozen after ${Math.max(...frozen.map(({ least }) => least)).toFixed(1)} MB`;
}

async function outcomeOf({ argv, env }: Peer, withStopped: boolean): Promise<Outcome> {
  const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'skiff-bench-windows-'));
  const call = (...words: string[]): string => {
    const [command = '', ...args] = argv(...words);
    return prepare(command, args, env);
  };
  const clients: ChildProcess[] = [];
  const attach = async (name: string): Promise<ChildProcess> => {
    const [command = '', ...args] = argv('attach', '--no-stdin', '--sig-proxy=false', 'windows');
    const file = openSync(join(folder, name), 'w');
    const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', file, 'pipe'] });
    closeSync(file);
    clients.push(child);
    await once(child.stderr ?? child, 'data');
    child.stderr?.resume();
    return child;
  };
  const write = `yes 0123456789012345678901234567890123456789 | head -c ${total}`;
  const script = `until [ -e /go ]; do echo ready >&2; usleep 100000; done; ${write}; sleep 100000`;
  call('run', '-d', '--name', 'windows', image, 'sh', '-c', script);
  try {
    await Promise.all([attach('one'), attach('two')]);
    if (withStopped) (await attach('stopped')).kill('SIGSTOP');
    const start = performance.now();
    call('exec', 'windows', 'touch', '/go');
    return await received(
      ['one', 'two'].map((name) => join(folder, name)),
      start,
    );
  } finally {
    for (const client of clients) client.kill('SIGKILL');
    call('rm', '-f', 'windows');
    rmSync(folder, { recursive: true });
  }
}

async function received(files: string[], start: number): Promise<Outcome> {
  let [least, since] = [0, performance.now()];
  while (performance.now() - since < frozenMs) {
    const now = Math.min(...files.map((file) => statSync(file).size));
    if (now >= total) return { seconds: (performance.now() - start) / 1000, least: now / 1e6 };
    if (now > least) [least, since] = [now, performance.now()];
    await delay(2);
  }
  return { seconds: Number.NaN, least: least / 1e6 };
}
