import type { Socket } from 'node:net';
import type { Attachment, Terminal } from '../cli/terminal.ts';
import { SkiffError } from '../lib/errors.ts';
import {
  decodeStrings,
  encodeBytes,
  encodeFrame,
  encodeStrings,
  FrameDecoder,
  frameType,
  type StreamFrame,
} from '../lib/stream-frames.ts';
import { ByteQueue } from './byte-queue.ts';

/** Resolves with the exit code; with nothing when the front has been handed over to a monitor, which says it. */
export type RunCommand = (terminal: Terminal) => Promise<number | undefined>;

const frontVersion = '2';
const highWater = 1024 * 1024;

/** Serves one front on its connection, from `H` to `x` (ARCHITECTURE.md, Seam 2). Resolves when the connection has ended. */
export function serveFront(socket: Socket, run: RunCommand): Promise<void> {
  return new Promise((resolve) => {
    const front = new Front(socket, run);
    socket.on('data', (chunk) => front.received(chunk));
    socket.on('end', () => front.gone());
    // A front that was killed: 'close' follows.
    socket.on('error', () => front.gone());
    socket.on('close', () => {
      front.gone();
      resolve();
    });
  });
}

class Front {
  readonly #socket: Socket;
  readonly #run: RunCommand;
  readonly #decoder = new FrameDecoder();
  readonly #stdin: ByteQueue;
  readonly #aborter = new AbortController();
  readonly #secrets: ((secret: string | undefined) => void)[] = [];
  #greeted = false;
  #attached = false;
  #gone = false;

  constructor(socket: Socket, run: RunCommand) {
    this.#socket = socket;
    this.#run = run;
    this.#stdin = new ByteQueue({ full: () => socket.pause(), empty: () => socket.resume() });
  }

  received(chunk: Buffer): void {
    try {
      for (const frame of this.#decoder.push(chunk)) this.#take(frame);
    } catch {
      // What is not our framing is not our front.
      this.#socket.destroy();
    }
  }

  /** A front that was handed over goes when its container ends: what is still to be done for it goes on. */
  gone(): void {
    this.#gone = true;
    this.#stdin.end();
    for (const answer of this.#secrets.splice(0)) answer(undefined);
    if (!this.#attached) this.#aborter.abort();
  }

  #take({ type, payload }: StreamFrame): void {
    if (!this.#greeted) {
      if (type !== frameType.hello) throw new SkiffError('invalid-argument', 'the first frame is no greeting');
      this.#greeted = true;
      // From here on nobody else may be given the command: a front that has heard nothing tries the next helper.
      this.#send([encodeFrame(frameType.wantInput, Uint8Array.of(0))]);
      void this.#serve(payload);
    } else if (type === frameType.input) this.#stdin.push(payload);
    else if (type === frameType.inputEnd) this.#stdin.end();
    else if (type === frameType.secret) this.#secrets.shift()?.(payload.length === 0 ? undefined : payload.toString());
    // Signals and sizes are for the monitor, once there is one.
  }

  async #serve(hello: Buffer): Promise<void> {
    let code: number | undefined;
    try {
      code = await this.#run(this.#terminal(hello));
    } catch (error) {
      this.#send(encodeBytes(frameType.stderr, Buffer.from(`skiff: ${String(error)}\n`)));
      code = 1;
    }
    if (this.#gone) this.#socket.destroy();
    else if (code === undefined) this.#socket.end();
    else this.#socket.end(encodeFrame(frameType.exit, Uint8Array.of(code)));
  }

  #terminal(hello: Buffer): Terminal {
    const { flags, columns, rows, cwd, pid, args, env } = parseHello(hello);
    return {
      args,
      cwd,
      pid,
      env,
      stdinTty: flags[0] === '1',
      stdoutTty: flags[1] === '1',
      stderrTty: flags[2] === '1',
      columns,
      rows,
      signal: this.#aborter.signal,
      stdout: (bytes) => this.#send(encodeBytes(frameType.stdout, asBuffer(bytes))),
      stderr: (bytes) => this.#send(encodeBytes(frameType.stderr, asBuffer(bytes))),
      drained: () => this.#drained(),
      readStdin: () => this.#readStdin(),
      connect: (attachment) => this.#connect(attachment),
      askSecret: (prompt) => this.#askSecret(prompt),
    };
  }

  #send(frames: Buffer[]): void {
    if (this.#gone) return;
    for (const frame of frames) this.#socket.write(frame);
  }

  async #drained(): Promise<void> {
    if (this.#socket.writableLength < highWater || this.#gone) return;
    await new Promise<void>((resolve) => {
      this.#socket.once('drain', resolve);
      this.#socket.once('close', resolve);
    });
  }

  async *#readStdin(): AsyncGenerator<Buffer> {
    this.#send([encodeFrame(frameType.wantInput, Uint8Array.of(1))]);
    try {
      yield* this.#stdin.chunks();
      // A front that was killed has not sent the end of its input: half an archive is none.
      this.#aborter.signal.throwIfAborted();
    } finally {
      this.#send([encodeFrame(frameType.wantInput, Uint8Array.of(0))]);
    }
  }

  #connect({ socket, input, tty, detachKeys, signals, replay, begins, outputs }: Attachment): void {
    this.#attached = true;
    const flag = (set: boolean): string => (set ? '1' : '0');
    const wanted = outputs.map((output) => (output === 'stdout' ? '1' : '2')).join('');
    const told = [socket, flag(input), flag(tty), detachKeys, flag(signals), String(replay), flag(begins), wanted];
    this.#send([encodeFrame(frameType.connect, encodeStrings(told))]);
  }

  #askSecret(prompt: string): Promise<string | undefined> {
    if (this.#gone) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      this.#secrets.push(resolve);
      this.#send([encodeFrame(frameType.prompt, Buffer.from(prompt))]);
    });
  }
}

type Hello = {
  flags: string;
  columns: number;
  rows: number;
  cwd: string;
  pid: number;
  args: string[];
  env: Record<string, string>;
};

function parseHello(payload: Buffer): Hello {
  const [version, flags = '', columns, rows, cwd = '/', pid, count, ...rest] = decodeStrings(payload);
  if (version !== frontVersion)
    throw new SkiffError('failed-precondition', `this helper does not know version ${version} of the front`);
  const length = Number(count);
  if (!/^[01]{3}$/.test(flags) || !/^\d+$/.test(pid ?? '') || !Number.isSafeInteger(length) || length > rest.length)
    throw new SkiffError('invalid-argument', 'broken greeting');
  const env = rest.slice(length).map((entry): [string, string] => {
    const at = entry.indexOf('=');
    return at < 0 ? [entry, ''] : [entry.slice(0, at), entry.slice(at + 1)];
  });
  return {
    flags,
    columns: Number(columns) || 0,
    rows: Number(rows) || 0,
    cwd,
    pid: Number(pid),
    args: rest.slice(0, length),
    env: Object.fromEntries(env),
  };
}

const asBuffer = (bytes: string | Uint8Array): Uint8Array => (typeof bytes === 'string' ? Buffer.from(bytes) : bytes);
