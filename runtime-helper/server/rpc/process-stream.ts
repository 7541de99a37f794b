import type { Socket } from 'node:net';
import { connectMonitor } from '../../engine/index.ts';
import {
  encodeAttach,
  encodeBytes,
  encodeFrame,
  encodeWindowSize,
  FrameDecoder,
  frameType,
  type StreamFrame,
} from '../../lib/stream-frames.ts';
import type { OutputPump, StreamEnd } from './output-pump.ts';
import type { Source, StreamTable } from './stream-table.ts';

export type Attaching = { socket: string; input: boolean; columns: number; rows: number; replay?: number };

/** Opens a stream onto a process through its monitor's socket; returns the stream's name. */
export async function openProcessStream(streams: StreamTable, { socket: path, ...how }: Attaching): Promise<string> {
  const socket = await connectMonitor(path);
  socket.write(encodeAttach({ ...how, lossless: false, output: true }));
  return streams.open((pump, ended, name) => {
    const resized: Resized = (size) => streams.resized(name, size);
    return new ProcessStream(socket, { pump, ended, resized }, how.input).source;
  });
}

type Resized = (size: { columns: number; rows: number }) => void;
type Sink = { pump: OutputPump; ended: (end: StreamEnd) => void; resized: Resized };

const hangUpSignal = 1;

/** One client of a monitor (ARCHITECTURE.md, Seam 2). */
class ProcessStream {
  readonly source: Source;
  readonly #socket: Socket;
  readonly #pump: OutputPump;
  readonly #resized: Resized;
  readonly #decoder = new FrameDecoder();
  #end: StreamEnd = { error: 'the container has ended without telling its exit code' };

  constructor(socket: Socket, { pump, ended, resized }: Sink, input: boolean) {
    this.#socket = socket;
    this.#pump = pump;
    this.#resized = resized;
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    // 'close' follows.
    socket.on('error', () => {});
    socket.on('close', () => ended(this.#end));
    this.source = {
      hold: (held) => void (held ? socket.pause() : socket.resume()),
      ...(input ? { input: (bytes) => this.#input(bytes), endInput: () => this.#endInput() } : {}),
      resize: ({ columns, rows }) => void socket.write(encodeWindowSize(columns, rows)),
      close: ({ hangUp }) => {
        if (hangUp) socket.end(encodeFrame(frameType.signal, Uint8Array.of(hangUpSignal)), () => socket.destroy());
        else socket.destroy();
      },
    };
  }

  #receive(chunk: Buffer): void {
    try {
      for (const frame of this.#decoder.push(chunk)) this.#take(frame);
    } catch (error) {
      this.#end = { error: String(error) };
      this.#socket.destroy();
    }
  }

  #take({ type, payload }: StreamFrame): void {
    if (type === frameType.stdout) this.#pump.push('stdout', payload);
    else if (type === frameType.stderr) this.#pump.push('stderr', payload);
    else if (type === frameType.gap) this.#pump.push('stderr', gapNotice(payload));
    else if (type === frameType.windowSize && payload.length === 4)
      this.#resized({ columns: payload.readUInt16LE(0), rows: payload.readUInt16LE(2) });
    else if (type === frameType.exit) this.#end = { exitCode: payload[0] ?? 0 };
  }

  /** Resolves when the monitor has taken it: a process that reads nothing holds back who types, and nobody else. */
  #input(bytes: Buffer): Promise<void> {
    const [last] = encodeBytes(frameType.input, bytes)
      .map((frame) => this.#socket.write(frame))
      .slice(-1);
    if (last !== false || this.#socket.destroyed) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        this.#socket.off('drain', done).off('close', done);
        resolve();
      };
      this.#socket.on('drain', done).on('close', done);
    });
  }

  /** For good, also where others may attach later: somebody asked for it. */
  #endInput(): void {
    this.#socket.write(encodeFrame(frameType.inputEnd, Uint8Array.of(1)));
  }
}

function gapNotice(payload: Buffer): Buffer {
  return Buffer.from(`\r\n[skiff: this terminal was too slow: ${payload.readBigUInt64LE()} bytes left out]\r\n`);
}
