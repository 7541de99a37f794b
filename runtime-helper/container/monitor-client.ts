import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import type { Socket } from 'node:net';
import { SkiffError } from '../lib/errors.ts';
import { encodeAttach, encodeFrame, FrameDecoder, frameType } from '../lib/stream-frames.ts';
import { connectMonitor } from '../sys/connect.ts';
import type { RestartPolicy } from './record.ts';
import { phrase } from '../lib/phrase.ts';

/**
 * Speaks with a container's monitor to signal PID 1 and to hear of its end. Needs no privilege: the socket is the user's,
 * and the monitor is PID 1's parent, so no signal can hit a pid that was reused.
 */
export class MonitorClient {
  readonly #socket: Socket;
  /** The exit code; absent when the monitor ended without saying one. */
  readonly exited: Promise<number | undefined>;
  readonly #answers: ((errno: number) => void)[] = [];

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.exited = new Promise((resolve) => {
      const decoder = new FrameDecoder();
      socket.on('data', (chunk: Buffer) => {
        for (const { type, payload } of decoder.push(chunk)) {
          if (type === frameType.exit) resolve(payload[0]);
          else if (type === frameType.answer) this.#answers.shift()?.(payload.readUInt32LE(0));
        }
      });
      socket.on('error', () => resolve(undefined));
      socket.on('close', () => {
        resolve(undefined);
        for (const answer of this.#answers.splice(0)) answer(constants.errno.ESRCH);
      });
    });
  }

  static async connect(path: string): Promise<MonitorClient> {
    const socket = await connectMonitor(path);
    const client = new MonitorClient(socket);
    socket.write(encodeAttach({ input: false, lossless: false, output: false, columns: 0, rows: 0 }));
    return client;
  }

  signal(number: number): void {
    this.#socket.write(encodeFrame(frameType.signal, Uint8Array.of(number)));
  }

  /** The next end of PID 1 is the last: no restart follows it. Ends a wait for one. */
  endForGood(): void {
    this.#socket.write(encodeFrame(frameType.last));
  }

  setPolicy({ name, maximumRetryCount }: RestartPolicy): void {
    const payload = Buffer.alloc(5);
    payload.writeUInt8({ no: 0, always: 1, 'unless-stopped': 1, 'on-failure': 2 }[name], 0);
    payload.writeUInt32LE(maximumRetryCount, 1);
    this.#socket.write(encodeFrame(frameType.policy, payload));
  }

  /** Freezes or thaws all processes. Resolves with 0, or the number of an errno. */
  freeze(frozen: boolean): Promise<number> {
    return this.#ask(encodeFrame(frameType.freeze, Uint8Array.of(frozen ? 1 : 0)));
  }

  /** Names are answered at 127.0.0.11 in the container's network from now on. Resolves as `freeze`. */
  answerNames(): Promise<number> {
    return this.#ask(encodeFrame(frameType.names));
  }

  /** Published ports lead to other addresses of the container from now on; without any, nothing is published. Resolves as `freeze`. */
  leadPorts({ bridge, address, address6 }: { bridge: string; address: string; address6: string }): Promise<number> {
    const payload = [bridge, address, address6].map((text) => `${text}\0`).join('');
    return this.#ask(encodeFrame(frameType.lead, Buffer.from(payload)));
  }

  #ask(frame: Uint8Array): Promise<number> {
    // Its 'close' is over: nobody would be answered any more.
    if (this.#socket.destroyed) return Promise.resolve(constants.errno.ESRCH);
    return new Promise((resolve) => {
      this.#answers.push(resolve);
      this.#socket.write(frame);
    });
  }

  close(): void {
    this.#socket.destroy();
  }
}

/** `TERM`, `SIGTERM`, `15` → 15. */
export function signalNumber(signal: string): number {
  const name = signal.toUpperCase();
  const known = new Map<string, number>(Object.entries(constants.signals));
  const number =
    known.get(name) ?? known.get(`SIG${name}`) ?? (/^\d+$/.test(name) ? Number(name) : realtimeSignal(name));
  if (number === undefined || number < 1 || number > 64)
    throw new SkiffError('invalid-argument', phrase('invalid signal: {0}', signal));
  return number;
}

/** RTMIN+n and RTMAX-n as glibc counts them (signal(7)). */
function realtimeSignal(name: string): number | undefined {
  const match = /^(?:SIG)?RT(MIN|MAX)(?:([+-])(\d+))?$/.exec(name);
  if (!match) return undefined;
  const offset = Number(`${match[2] ?? '+'}${match[3] ?? 0}`);
  return (match[1] === 'MIN' ? 34 : 64) + offset;
}

/**
 * Whether PID 1 does anything on this signal. The kernel drops a signal that the init process of a pid namespace has no
 * handler for (pid_namespaces(7)), so waiting for a shell to obey TERM is in vain.
 */
export function initHandles(pid: number, signal: number): boolean {
  if (signal === constants.signals.SIGKILL || signal === constants.signals.SIGSTOP) return true;
  try {
    const mask = /^SigCgt:\s*([0-9a-f]+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    // Without the line (hidepid) we know nothing, and wait.
    return mask === undefined || (BigInt(`0x${mask}`) & (1n << BigInt(signal - 1))) !== 0n;
  } catch {
    return true;
  }
}
