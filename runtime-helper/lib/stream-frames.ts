/**
 * The framing of attach sockets and of `skiff` ↔ helper (ARCHITECTURE.md, Seam 2): `u8 type, u32le length, payload`.
 */
import { SkiffError } from './errors.ts';

export const maxStreamPayload = 256 * 1024;
const headerLength = 5;

/** Types of frames, by the letter on the wire. */
export const frameType = {
  attach: 0x41, // A
  input: 0x69, // i
  inputEnd: 0x65, // e
  windowSize: 0x77, // w
  signal: 0x73, // s
  last: 0x71, // q
  policy: 0x72, // r
  freeze: 0x66, // f
  names: 0x6e, // n
  lead: 0x6c, // l
  answer: 0x61, // a
  stdout: 0x6f, // o
  stderr: 0x45, // E
  gap: 0x67, // g
  exit: 0x78, // x
  hello: 0x48, // H
  connect: 0x43, // C
  wantInput: 0x49, // I
  prompt: 0x50, // P
  secret: 0x70, // p
} as const;

export type StreamFrame = { type: number; payload: Buffer };

/** One frame: `type` is a letter of `frameType`, `payload` at most `maxStreamPayload` bytes, or it throws internal. */
export function encodeFrame(type: number, payload: Uint8Array = new Uint8Array()): Buffer {
  if (payload.length > maxStreamPayload)
    throw new SkiffError('internal', `stream frame of ${payload.length} bytes is too long`);
  const frame = Buffer.allocUnsafe(headerLength + payload.length);
  frame.writeUInt8(type, 0);
  frame.writeUInt32LE(payload.length, 1);
  frame.set(payload, headerLength);
  return frame;
}

/** Splits bytes of any length into frames of the given type. */
export function encodeBytes(type: number, bytes: Uint8Array): Buffer[] {
  const frames: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += maxStreamPayload)
    frames.push(encodeFrame(type, bytes.subarray(at, at + maxStreamPayload)));
  return frames;
}

/** The first frame of a client of a monitor. Columns and rows of 0: it has no window. */
export function encodeAttach(options: {
  input: boolean;
  /** The process waits for this client. */
  lossless: boolean;
  /** The process does not, but this client is given all that the log has, however slow it is. */
  complete?: boolean;
  output: boolean;
  columns: number;
  rows: number;
  /** About how many bytes of what was written before are wanted first; absent: none. */
  replay?: number;
}): Buffer {
  const payload = Buffer.alloc(9);
  const { input, lossless, output, complete = false } = options;
  payload.writeUInt8((input ? 1 : 0) | (lossless ? 2 : 0) | (output ? 0 : 4) | (complete ? 8 : 0), 0);
  payload.writeUInt16LE(options.columns, 1);
  payload.writeUInt16LE(options.rows, 3);
  payload.writeUInt32LE(options.replay ?? 0, 5);
  return encodeFrame(frameType.attach, payload);
}

/** Of a client's window, in characters. */
export function encodeWindowSize(columns: number, rows: number): Buffer {
  const payload = Buffer.alloc(4);
  payload.writeUInt16LE(columns, 0);
  payload.writeUInt16LE(rows, 2);
  return encodeFrame(frameType.windowSize, payload);
}

/** NUL-terminated strings, as in `H` and `C` frames. */
export function encodeStrings(strings: readonly string[]): Buffer {
  return Buffer.from(strings.map((text) => `${text}\0`).join(''));
}

/** The other way round. Throws invalid-argument when the last one has no end. */
export function decodeStrings(payload: Buffer): string[] {
  if (payload.length === 0) return [];
  if (payload[payload.length - 1] !== 0)
    throw new SkiffError('invalid-argument', 'stream frame: string without its end');
  return payload.toString('utf8', 0, payload.length - 1).split('\0');
}

/** Collects chunks as they come and hands out whole frames. Throws invalid-argument for an oversized length; then the peer must be left. */
export class FrameDecoder {
  #pending: Buffer = Buffer.alloc(0);

  push(chunk: Buffer): StreamFrame[] {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    const frames: StreamFrame[] = [];
    let at = 0;
    while (this.#pending.length - at >= headerLength) {
      const length = this.#pending.readUInt32LE(at + 1);
      if (length > maxStreamPayload)
        throw new SkiffError('invalid-argument', `stream frame of ${length} bytes is too long`);
      if (this.#pending.length - at < headerLength + length) break;
      const start = at + headerLength;
      frames.push({ type: this.#pending.readUInt8(at), payload: this.#pending.subarray(start, start + length) });
      at = start + length;
    }
    this.#pending = this.#pending.subarray(at);
    return frames;
  }
}
