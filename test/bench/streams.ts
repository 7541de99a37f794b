/** Terminals and logs: a key's way there and back, 100 MB through a terminal and a pipe, five million lines written and read back. */
import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { compile } from '../support/compile.ts';
import { engineClock } from './engine-time.ts';
import { prepare } from './measure.ts';
import { image, type Peer } from './peers.ts';
import { table } from './report.ts';

const keys = 500;
const megabytes = 100;
const lines = 5_000_000;

export async function streams(peers: Peer[]): Promise<string> {
  const titles = ['', 'echo attach µs', 'p99', 'echo exec µs', 'p99', 'pty s', 'CPU s', 'pipe s', 'CPU s'];
  const rows = [titles, bareRow()];
  const logs = [['', 'written s', 'CPU s', 'read back s', 'CPU s']];
  for (const peer of peers) {
    rows.push([peer.name, ...echoOf(peer), ...(await throughputOf(peer, '-it')), ...(await throughputOf(peer, '-i'))]);
    logs.push([peer.name, ...(await logsOf(peer))]);
  }
  return `A key’s echo (${keys} keys); ${megabytes} MB of output; CPU of engine and container\n${table(rows)}\n
${lines} lines of a log\n${table(logs)}\n`;
}

const echo = compile(join(import.meta.dirname, 'echo.c'));

function bareRow(): string[] {
  return ['a bare terminal', ...echoTimes(['cat'], {}), '', '', '', '', '', ''];
}

function echoTimes(command: string[], env: Record<string, string>): string[] {
  return prepare(echo, [String(keys), ...command], env).split(' ');
}

function echoOf({ argv, env }: Peer): string[] {
  const call = caller({ argv, env });
  call('run', '-dit', '--name', 'echo', image, 'cat');
  try {
    return [...echoTimes(argv('attach', 'echo'), env), ...echoTimes(argv('exec', '-it', 'echo', 'cat'), env)];
  } finally {
    call('rm', '-f', 'echo');
  }
}

/** Wall and CPU seconds; only whole output counts. */
async function throughputOf({ argv, env }: Peer, mode: '-it' | '-i'): Promise<string[]> {
  const call = caller({ argv, env });
  const line = '0123456789012345678901234567890123456789012345678901234567890123456789';
  const script = `yes ${line} | head -c ${megabytes}000000 > /much; read x; cat /much; echo done; read x`;
  call('run', `-d${mode.slice(1)}`, '--name', 'much', image, 'sh', '-c', script);
  while (!succeeds({ argv, env }, 'exec', 'much', 'test', '-s', '/much')) await delay(100);
  try {
    const init = Number(call('inspect', '-f', '{{.State.Pid}}', 'much'));
    const output = mode === '-it' ? 'terminal' : 'pipe';
    const { seconds, cpu, bytes } = await drained(output, argv('attach', 'much'), env, init);
    const missed = megabytes * 1e6 - bytes;
    return [seconds.toFixed(2), cpu.toFixed(2) + (missed > 0 ? ` (${(missed / 1e6).toFixed(0)} MB skipped)` : '')];
  } finally {
    call('rm', '-f', 'much');
  }
}

async function drained(
  output: 'terminal' | 'pipe',
  command: string[],
  env: Record<string, string>,
  init: number,
): Promise<{ seconds: number; cpu: number; bytes: number }> {
  const child = spawn(compile(join(import.meta.dirname, 'drain.c')), [output, ...command], {
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let used = (): number => 0;
  for await (const line of createInterface(child.stdout)) {
    if (line === 'ready') {
      used = engineClock(init);
      child.stdin.write('\n');
      continue;
    }
    const cpu = used();
    const [microseconds = 0, bytes = 0] = line.split(' ').map(Number);
    child.stdin.end();
    return { seconds: microseconds / 1e6, cpu, bytes };
  }
  throw new Error(`${command.join(' ')} ended before its output did`);
}

async function logsOf({ argv, env }: Peer): Promise<string[]> {
  const call = caller({ argv, env });
  const script = `until [ -e /go ]; do usleep 10000; done; seq ${lines}; touch /done; sleep 100000`;
  call('run', '-d', '--name', 'log', image, 'sh', '-c', script);
  try {
    const init = Number(call('inspect', '-f', '{{.State.Pid}}', 'log'));
    const [used, start] = [engineClock(init), performance.now()];
    call('exec', 'log', 'touch', '/go');
    while (!succeeds({ argv, env }, 'exec', 'log', 'test', '-e', '/done')) await delay(100);
    const [written, cpu] = [(performance.now() - start) / 1000, used()];
    return [written.toFixed(2), cpu.toFixed(2), ...readBack({ argv, env })];
  } finally {
    call('rm', '-f', 'log');
  }
}

function readBack({ argv, env }: Pick<Peer, 'argv' | 'env'>): string[] {
  const timed = compile(join(import.meta.dirname, 'timed.c'));
  const used = engineClock();
  const [wall = 0, cpu = 0] = prepare(timed, argv('logs', 'log'), env).split(' ').map(Number);
  return [(wall / 1e9).toFixed(2), (cpu / 1e9 + used()).toFixed(2)];
}

type Caller = Pick<Peer, 'argv' | 'env'>;

function caller({ argv, env }: Caller): (...words: string[]) => string {
  return (...words) => {
    const [command = '', ...args] = argv(...words);
    return prepare(command, args, env);
  };
}

function succeeds({ argv, env }: Caller, ...words: string[]): boolean {
  const [command = '', ...args] = argv(...words);
  return spawnSync(command, args, { env: { ...process.env, ...env } }).status === 0;
}
