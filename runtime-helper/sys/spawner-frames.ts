/** The framing between helper and spawner: `u32le length, u32le request id, NUL-terminated strings` (ARCHITECTURE.md, Seam 1). */
import { SkiffError } from '../lib/errors.ts';

export const maxRequestLength = 1024 * 1024;

export type SpawnerFrame = { id: number; strings: string[] };

/** Throws invalid-argument for a NUL in a string, and for more than `maxRequestLength` bytes in all. */
export function encodeRequest(id: number, strings: readonly string[]): Buffer {
  // A NUL would be read as the end of the string, and the rest as a directive of its own. Some hundred strings: one search is quicker.
  if (strings.join('').includes('\0')) {
    const text = strings.find((one) => one.includes('\0'));
    throw new SkiffError('invalid-argument', `a NUL byte in ${JSON.stringify(text)}`);
  }
  const body = [...strings, ''].join('\0');
  const length = Buffer.byteLength(body) + 4;
  if (length > maxRequestLength)
    throw new SkiffError('invalid-argument', `arguments and environment of ${length} bytes are too long`);
  const frame = Buffer.allocUnsafe(4 + length);
  frame.writeUInt32LE(length, 0);
  frame.writeUInt32LE(id, 4);
  frame.write(body, 8);
  return frame;
}

export class ReplyDecoder {
  #pending: Buffer = Buffer.alloc(0);

  push(chunk: Buffer): SpawnerFrame[] {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    const frames: SpawnerFrame[] = [];
    let at = 0;
    while (this.#pending.length - at >= 8) {
      const length = this.#pending.readUInt32LE(at);
      if (length < 4 || length > maxRequestLength)
        throw new SkiffError('internal', `the native program sent a frame of ${length} bytes`);
      if (this.#pending.length - at < 4 + length) break;
      const id = this.#pending.readUInt32LE(at + 4);
      const body = this.#pending.toString('utf8', at + 8, at + 4 + length);
      frames.push({ id, strings: body === '' ? [] : body.split('\0').slice(0, -1) });
      at += 4 + length;
    }
    this.#pending = this.#pending.subarray(at);
    return frames;
  }
}
