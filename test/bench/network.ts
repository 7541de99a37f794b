/** What a network costs a start, and what it carries: iperf3 from container to container and from the host to a published port. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { measure, median, prepare, type Measurement } from './measure.ts';
import { image, type Peer } from './peers.ts';
import { report, table } from './report.ts';

/** Podman keeps them outside its store. */
const network = `skiff-bench-${process.pid}`;
const port = '15201';
const rounds = 3;
const seconds = '2';

/** Starts with and without. */
export async function networkStarts(peers: Peer[]): Promise<string> {
  return withNetwork(peers, async () => starts(peers));
}

export async function networkThroughput(peers: Peer[]): Promise<string> {
  return withNetwork(peers, () => throughput(peers));
}

async function withNetwork(peers: Peer[], work: () => Promise<string>): Promise<string> {
  for (const peer of peers) {
    const [command = '', ...args] = onHost(peer, 'ip', 'link', 'set', 'lo', 'up');
    prepare(command, args);
    call(peer, 'network', 'create', network);
  }
  try {
    return await work();
  } finally {
    for (const peer of peers) call(peer, 'network', 'rm', network);
  }
}

/** A command that runs where its published ports are to be reached. */
function onHost({ pid }: Peer, ...command: string[]): string[] {
  return pid === undefined ? command : ['/usr/bin/nsenter', `--net=/proc/${pid}/ns/net`, '--', ...command];
}

function call({ argv, env }: Peer, ...words: string[]): string {
  const [command = '', ...args] = argv(...words);
  return prepare(command, args, env);
}

function starts(peers: Peer[]): string {
  const kinds: [string, string[]][] = [
    ['no network', ['--network', 'none']],
    ['bridge', []],
    ['network with names', ['--network', network]],
    ['a published port', ['-p', `${port}:80`]],
  ];
  const measurements = peers.flatMap(({ name, argv, env }) =>
    kinds.map(([title, options]): Measurement => ({
      name: `${name} run, ${title}`,
      command: () => argv('run', '--rm', ...options, image, 'true'),
      env,
    })),
  );
  const subject = { title: 'run --rm IMAGE true', rounds: 8, unit: `${peers[0]?.name} run, no network`, measurements };
  return report(subject, measure(subject));
}

/** This machine's iperf3 in a container: its libraries come along. */
const program = '/usr/bin/iperf3';
const libraries = ['/usr/lib', '/usr/lib64'].filter((path) => existsSync(path));
const mounts = ['-v', '/usr:/usr:ro', ...libraries.flatMap((path) => ['-v', `${path}:${path.slice(4)}:ro`])];

async function throughput(peers: Peer[]): Promise<string> {
  if (!existsSync(program)) return 'throughput: no iperf3 here (Debian: iperf3)';
  const ways: [string, (peer: Peer, address: string) => string[]][] = [
    [
      'container → container',
      ({ argv }, address) =>
        argv('run', '--rm', '--network', network, ...mounts, image, program, ...client(address, '5201')),
    ],
    ['host → 127.0.0.1', (peer) => onHost(peer, program, ...client('127.0.0.1', port))],
    ['host → [::1]', (peer) => onHost(peer, program, ...client('::1', port))],
  ];
  const measured = new Map<string, Map<string, number[]>>(ways.map(([way]) => [way, new Map()]));
  for (let round = 0; round < rounds; round += 1) {
    for (const peer of peers) {
      const publish = ['--network', network, '-p', `${port}:5201`];
      call(peer, 'run', '-d', '--name', 'server', ...publish, ...mounts, image, program, '-s');
      const address = call(peer, 'inspect', '-f', '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}', 'server');
      await listens(peer);
      for (const [way, command] of ways) {
        const results = measured.get(way);
        results?.set(peer.name, [...(results.get(peer.name) ?? []), gigabits(peer, command(peer, address))]);
      }
      call(peer, 'rm', '-f', 'server');
    }
  }
  const names = peers.map(({ name }) => name);
  const rows = [...measured].map(([way, results]) => {
    const middle = names.map((name) => median(results.get(name) ?? []));
    return [
      way,
      ...middle.map((value) => (value > 0 ? value.toFixed(1) : '-')),
      ...middle.slice(1).map((value) => (value > 0 ? `${((middle[0] ?? 0) / value).toFixed(2)} x` : '-')),
    ];
  });
  const header = ['', ...names, ...names.slice(1).map((name) => `of ${name}`)];
  return `iperf3, Gbit/s (median of ${rounds} rounds of ${seconds} s)\n${table([header, ...rows])}\n`;
}

const client = (address: string, to: string): string[] => ['-c', address, '-p', to, '-t', seconds, '-J'];

async function listens(peer: Peer): Promise<void> {
  for (let tries = 0; tries < 50; tries += 1) {
    const [command = '', ...args] = peer.argv('exec', 'server', 'sh', '-c', 'netstat -ltn | grep -q :5201');
    if (spawnSync(command, args, { env: { ...process.env, ...peer.env } }).status === 0) return;
    await delay(100);
  }
  throw new Error(`${peer.name}: iperf3 does not listen`);
}

/** 0: it can't be reached there. */
function gigabits({ env }: Peer, [command = '', ...args]: string[]): number {
  const { stdout } = spawnSync(command, args, { env: { ...process.env, ...env }, encoding: 'utf8' });
  try {
    const { end } = JSON.parse(stdout) as { end: { sum_received?: { bits_per_second: number } } };
    return (end.sum_received?.bits_per_second ?? 0) / 1e9;
  } catch {
    return 0;
  }
}
