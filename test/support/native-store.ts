import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runtimeConfig, type ContainerPlan } from '../../runtime-helper/container/default-config.ts';
import { createDirectives, processDirectives, type StartPlan } from '../../runtime-helper/container/directives.ts';
import {
  encodeAttach,
  encodeFrame,
  encodeWindowSize,
  FrameDecoder,
  frameType,
} from '../../runtime-helper/lib/stream-frames.ts';
import type { RuntimeConfig } from '../../runtime-helper/oci/runtime-config.ts';
import { connectSocket } from '../../runtime-helper/sys/connect.ts';
import { heldLocks } from '../../runtime-helper/sys/locks.ts';
import { Spawner, type SpawnerProcess } from '../../runtime-helper/sys/spawner.ts';
import { awaitReady } from '../../runtime-helper/sys/spawner-start.ts';
import { skiffBinary } from './paths.ts';
import { removeTree } from './remove-tree.ts';
import { until } from './wait.ts';

/** The native program under test: SKIFF_TEST_NATIVE, or what `npm run build` left. */
export const nativeBinary = process.env['SKIFF_TEST_NATIVE'] ?? skiffBinary;

export type RunOptions = {
  args: string[];
  lowers?: string[];
  plan?: Partial<ContainerPlan>;
  start?: Partial<StartPlan>;
  /** Changes the container's config before it becomes directives. */
  adjust?: (config: RuntimeConfig) => void;
  /** Directives that no config makes. */
  extra?: string[];
};

/** A container that was asked for. */
export type Started = { id: string; socket: string; listening: Promise<void>; answer: Promise<string[]> };

const applets = ['sh', 'cat', 'echo', 'env', 'false', 'grep', 'head', 'hostname', 'id', 'ip', 'kill', 'ls', 'mkdir']
  .concat(['mknod', 'mount', 'ping', 'ps', 'pwd', 'readlink', 'seq', 'sleep', 'stat', 'stty', 'touch', 'true', 'tty'])
  .concat(['ulimit', 'umask', 'unshare', 'wc', 'yes', 'dd', 'chmod', 'ln', 'wget', 'nc', 'route']);

/** A store of its own with a busybox layer, and a spawner that serves it: the native program without the engine. */
export class NativeStore {
  readonly folder: string;
  readonly root: string;
  readonly run: string;
  readonly id = randomBytes(4).toString('hex');
  readonly busybox: string;
  readonly #children: SpawnerProcess[] = [];
  #uid: number | undefined;
  spawner!: Spawner;

  private constructor() {
    this.folder = mkdtempSync(join(tmpdir(), 'skiff-native-'));
    this.root = join(this.folder, 'root');
    this.run = join(this.folder, 'run');
    for (const name of ['containers', 'layers', 'names', 'networks'])
      mkdirSync(join(this.root, name), { recursive: true });
    for (const name of ['containers', 'state']) mkdirSync(join(this.run, name), { recursive: true, mode: 0o700 });
    this.busybox = this.addLayer((diff) => {
      for (const name of ['bin', 'etc', 'tmp']) mkdirSync(join(diff, name));
      copyFileSync('/bin/busybox', join(diff, 'bin/busybox'));
      for (const name of applets) symlinkSync('busybox', join(diff, 'bin', name));
      writeFileSync(join(diff, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\nalice:x:1000:1000::/srv/alice:/bin/sh\n');
      writeFileSync(join(diff, 'etc/group'), 'root:x:0:\nalice:x:1000:\naudio:x:29:alice\n');
    });
  }

  /** `uid`: whose store it is, as if he had come through sudo; absent: root's. */
  static async open({ uid }: { uid?: number } = {}): Promise<NativeStore> {
    const store = new NativeStore();
    store.#uid = uid;
    if (uid !== undefined)
      for (const folder of [
        store.folder,
        store.root,
        store.run,
        join(store.run, 'containers'),
        join(store.run, 'state'),
      ])
        chownSync(folder, uid, uid);
    store.spawner = await store.startSpawner();
    return store;
  }

  /** A spawner that has been greeted. */
  async startSpawner(): Promise<Spawner> {
    const spawner = await this.startRawSpawner();
    await spawner.request(['hello', '1', this.root, this.run, this.id]);
    return spawner;
  }

  async startRawSpawner(): Promise<Spawner> {
    // Behind a plain pipe there is no peer to ask: then sudo's word is taken.
    const through = [
      '-c',
      `cat | SUDO_UID=${this.#uid ?? 0} SUDO_GID=${this.#uid ?? 0} exec "$0" --spawner`,
      nativeBinary,
    ];
    const [command, args] = this.#uid === undefined ? [nativeBinary, ['--spawner']] : ['/bin/sh', through];
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#children.push(child);
    const outcome = await awaitReady(child, { log: () => {} });
    if (outcome.kind !== 'ready') throw new Error(`the spawner did not start: ${JSON.stringify(outcome)}`);
    return new Spawner(child, () => {});
  }

  /** Makes an unpacked layer, topmost of nothing; returns its name. */
  addLayer(fill: (diff: string) => void): string {
    const name = randomBytes(32).toString('hex');
    const diff = join(this.root, 'layers', name, 'diff');
    mkdirSync(diff, { recursive: true });
    fill(diff);
    return name;
  }

  /** Asks for a container. Without a network unless `start.networks` says so. */
  create(options: RunOptions): Started {
    const id = randomBytes(32).toString('hex');
    const folder = join(this.root, 'containers', id);
    mkdirSync(folder);
    for (const name of ['hosts', 'hostname', 'resolv.conf']) writeFileSync(join(folder, name), `${name} of ours\n`);
    return this.start(id, options);
  }

  /** Starts a container that exists. */
  start(id: string, options: RunOptions): Started {
    const start: StartPlan = {
      ...{ id, lowers: options.lowers ?? [this.busybox], overlayOptions: ['index=off'], stdin: 'null', gate: true },
      ...{ columns: 0, rows: 0, networks: [], publish: [], resolver: false, onExitUnlink: [], autoRemove: false },
      ...options.start,
    };
    const config = runtimeConfig({
      ...{ id, hostname: id.slice(0, 12), args: options.args, env: ['PATH=/bin'], cwd: '/', user: '', tty: false },
      ...{ network: 'none', extraMounts: [], extraMaskedPaths: [], annotations: {} },
      ...options.plan,
    });
    options.adjust?.(config);
    const socket = join(this.run, 'containers', id, 'attach.sock');
    return { id, socket, ...this.#ask([...createDirectives(config, start), ...(options.extra ?? [])]) };
  }

  /** One more process in a container. */
  exec(id: string, options: RunOptions): Started {
    const session = randomBytes(8).toString('hex');
    const { process } = runtimeConfig({
      ...{ id, hostname: '', args: options.args, env: ['PATH=/bin'], cwd: '/', user: '', tty: false },
      ...{ network: 'none', extraMounts: [], extraMaskedPaths: [], annotations: {} },
      ...options.plan,
    });
    const plan = { seccomp: true, stdin: 'null' as const, gate: true, columns: 0, rows: 0, ...options.start };
    const request = ['exec', 'id', id, 'session', session, ...processDirectives(process, plan)];
    return { id, socket: join(this.run, 'containers', id, `exec-${session}.sock`), ...this.#ask(request) };
  }

  /** A program of the host's in some of a container's namespaces. */
  enter(id: string, namespaces: string[], args: string[], { cwd = '/' }: { cwd?: string } = {}): Started {
    const session = randomBytes(8).toString('hex');
    const request = [
      'enter',
      'id',
      id,
      'session',
      session,
      'cwd',
      cwd,
      'stdin',
      'null',
      'gate',
      '1',
      'env',
      'PATH=/bin',
    ];
    const directives = [...namespaces.flatMap((kind) => ['join', kind]), ...args.flatMap((arg) => ['arg', arg])];
    const socket = join(this.run, 'containers', id, `exec-${session}.sock`);
    return { id, socket, ...this.#ask([...request, ...directives]) };
  }

  /** Runs to the end, attached from the beginning. */
  async runToEnd(options: RunOptions & { input?: string }): Promise<Outcome & { id: string }> {
    const started = this.create({
      ...options,
      start: { stdin: options.input === undefined ? 'null' : 'once', ...options.start },
    });
    return { id: started.id, ...(await attachToEnd(started, options.input)) };
  }

  /** A container that runs, with nobody attached. */
  async runDetached(options: RunOptions): Promise<Started & { pid: number; monitor: number }> {
    const started = this.create({ ...options, start: { gate: false, ...options.start } });
    const [pid] = await started.answer;
    const monitor = Number(this.state(started.id)?.split(' ')[2]);
    return { ...started, pid: Number(pid), monitor };
  }

  state(id: string): string | undefined {
    const path = join(this.run, 'state', id);
    return existsSync(path) ? readFileSync(path, 'utf8').trim() : undefined;
  }

  exitRecord(id: string): { exitCode: number; signal: number } | undefined {
    const path = join(this.root, 'containers', id, 'exit.json');
    return existsSync(path)
      ? (JSON.parse(readFileSync(path, 'utf8')) as { exitCode: number; signal: number })
      : undefined;
  }

  log(id: string): string {
    return readFileSync(join(this.root, 'containers', id, 'log/0.log'), 'utf8');
  }

  /** Whether the monitor of a running container holds its lock. */
  isLocked(id: string, monitor: number): boolean {
    return (
      [...heldLocks()].some((lock) => lock.startsWith(`${monitor}:`)) &&
      existsSync(join(this.run, 'containers', id, 'lock'))
    );
  }

  get cgroup(): string {
    const base = existsSync('/sys/fs/cgroup/cgroup.controllers') ? '/sys/fs/cgroup' : '/sys/fs/cgroup/unified';
    return join(base, `skiff-${this.id}`);
  }

  /** Ends everything, and tells what is left that should not be. */
  async dispose(): Promise<void> {
    for (const id of readdirSync(join(this.run, 'state'))) await this.end(id);
    await until('all containers ended', () =>
      readdirSync(join(this.run, 'state')).every((id) => this.state(id) === 'exited'),
    );
    this.spawner.close();
    const alive = (child: SpawnerProcess): boolean => child.exitCode === null && child.signalCode === null;
    for (const child of this.#children) child.stdin.end();
    await until('the spawners ended', () => !this.#children.some(alive));
    try {
      await until('the cgroup is gone', () => !existsSync(this.cgroup));
    } finally {
      await removeTree(this.folder);
    }
  }

  /** Kills a container that runs. It may end by itself meanwhile. */
  async end(id: string): Promise<void> {
    const socket = join(this.run, 'containers', id, 'attach.sock');
    const isOver = (): boolean => !this.state(id)?.startsWith('running') || !existsSync(socket);
    await until(`container ${id} has ended`, async () => {
      if (isOver()) return true;
      const client = await Client.attach(socket, { output: false });
      client.send(frameType.signal, Uint8Array.of(9));
      await client.end;
      return true;
    });
  }

  #ask(request: string[]): Pick<Started, 'listening' | 'answer'> {
    const listening = Promise.withResolvers<void>();
    const answer = this.spawner.request(request, (name) => {
      if (name === 'listening') listening.resolve();
    });
    answer.then(() => listening.resolve(), listening.reject);
    listening.promise.catch(() => {});
    answer.catch(() => {});
    return { listening: listening.promise, answer };
  }
}

export type ClientOptions = Partial<Parameters<typeof encodeAttach>[0]> & { keep?: boolean };

export type Outcome = { stdout: string; stderr: string; exitCode: number | undefined; missed: number };

/** One attached client, collecting what it is sent. */
export class Client implements Outcome {
  /** One character a byte; of a client that keeps nothing only the last few thousand. */
  stdout = '';
  stderr = '';
  /** Bytes of both. */
  received = 0;
  missed = 0;
  /** What it was told of the terminal's size: `80x24`. */
  readonly sizes: string[] = [];
  exitCode: number | undefined;
  readonly socket: Socket;
  /** Settles when the monitor has closed the connection. */
  readonly end: Promise<void>;
  #wake: (() => void) | undefined;

  private constructor(socket: Socket, keep: boolean) {
    this.socket = socket;
    const decoder = new FrameDecoder();
    socket.on('data', (chunk: Buffer) => {
      for (const { type, payload } of decoder.push(chunk)) {
        if (type === frameType.stdout) this.stdout += payload.toString('latin1');
        else if (type === frameType.stderr) this.stderr += payload.toString('latin1');
        else if (type === frameType.gap) this.missed += Number(payload.readBigUInt64LE());
        else if (type === frameType.exit) this.exitCode = payload[0];
        else if (type === frameType.windowSize) this.sizes.push(`${payload.readUInt16LE()}x${payload.readUInt16LE(2)}`);
        if (type === frameType.stdout || type === frameType.stderr) this.received += payload.length;
      }
      if (!keep) this.stdout = this.stdout.slice(-4096);
      this.#wake?.();
    });
    this.end = new Promise((resolve, reject) => {
      socket.on('close', () => resolve());
      socket.on('error', reject);
    });
    this.end.catch(() => {});
  }

  static async attach(path: string, { keep = true, ...options }: ClientOptions = {}): Promise<Client> {
    const client = new Client(await connectSocket(path), keep);
    const all = { input: false, lossless: true, output: true, columns: 0, rows: 0, ...options };
    client.socket.write(encodeAttach(all));
    return client;
  }

  send(type: number, payload?: Uint8Array): void {
    this.socket.write(encodeFrame(type, payload));
  }

  type(text: string): void {
    this.send(frameType.input, Buffer.from(text));
  }

  resize(columns: number, rows: number): void {
    this.socket.write(encodeWindowSize(columns, rows));
  }

  /** Waits until stdout has something. */
  async sees(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.stdout)) {
      const change = new Promise<boolean>((resolve) => {
        this.#wake = () => resolve(true);
      });
      const more = await Promise.race([change, this.end.then(() => false)]);
      if (!more && !pattern.test(this.stdout))
        throw new Error(`${pattern} never came, only ${JSON.stringify(this.stdout)}`);
    }
  }
}

/** Attaches to what was just asked for, and stays to the end. Rejects when it could not be started. */
export async function attachToEnd(started: Started, input?: string): Promise<Outcome> {
  await started.listening;
  const client = await Client.attach(started.socket, { input: input !== undefined }).catch(async (error: unknown) => {
    await started.answer;
    throw error;
  });
  if (input !== undefined) {
    if (input !== '') client.type(input);
    client.send(frameType.inputEnd);
  }
  // What could not be started closes the connection, too, maybe while we write to it: the answer says why.
  const [answer, end] = await Promise.allSettled([started.answer, client.end]);
  for (const one of [answer, end]) if (one.status === 'rejected') throw one.reason;
  const { stdout, stderr, exitCode, missed } = client;
  return { stdout, stderr, exitCode, missed };
}
