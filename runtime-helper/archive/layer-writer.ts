import type { Writable } from 'node:stream';
import type { TarEntry } from './tar-reader.ts';

const batchBytes = 64 * 1024;
/** From here on a system call costs less than a copy. */
const largeBytes = 32 * 1024;
const endMarker = Buffer.alloc(4);

/**
 * Sends a layer's entries to the native program (ARCHITECTURE.md, Seam 3), no faster than it takes them. The end marker,
 * with which the layer becomes valid, is the caller's to send when he trusts what he has read: `finishLayer`.
 */
export async function writeLayer(entries: AsyncIterable<TarEntry>, sink: Writable): Promise<void> {
  const batch = new Batch(sink);
  for await (const entry of entries) {
    await batch.add(encodeEntry(entry));
    if (contentSize(entry) > 0) for await (const piece of entry.content()) await batch.add(piece);
  }
  await batch.flush();
}

function contentSize({ size, segments }: TarEntry): number {
  return segments ? segments.reduce((sum, { length }) => sum + length, 0) : size;
}

/** `diffId`: of a layer that was begun without one. */
export function finishLayer(sink: Writable, diffId = ''): void {
  sink.end(Buffer.concat([endMarker, Buffer.from(diffId)]));
}

/** As above, where an answer is to follow. */
export function finishEntries(sink: Writable): void {
  sink.write(endMarker);
}

/** `u32le header length`, header. */
export function encodeEntry(entry: TarEntry): Buffer {
  const { type, path, linkName, mode, uid, gid, mtimeSeconds, mtimeNanoseconds, major, minor, size, xattrs } = entry;
  const numbers = [uid, gid, mtimeSeconds, mtimeNanoseconds, major, minor, size, xattrs.length];
  const nul = Buffer.alloc(1);
  const text = (value: string): Buffer => Buffer.from(`${value}\0`, 'latin1');
  const header = Buffer.concat([
    text(type),
    ...[path, nul, linkName, nul],
    text(mode.toString(8)),
    ...numbers.map((value) => text(String(value))),
    ...xattrs.flatMap(({ name, value }) => [text(name), text(value.toString('hex'))]),
    ...(entry.segments ?? []).flatMap(({ offset, length: bytes }) => [text(String(offset)), text(String(bytes))]),
  ]);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(header.length);
  return Buffer.concat([length, header]);
}

/** Most entries are small: many go into one write. Large pieces go as they are. */
class Batch {
  readonly #sink: Writable;
  /** One for all: what is made anew for each write waits for the collector. */
  readonly #bytes = Buffer.allocUnsafe(batchBytes);
  #length = 0;

  constructor(sink: Writable) {
    this.#sink = sink;
  }

  async add(bytes: Buffer): Promise<void> {
    if (bytes.length >= largeBytes) return this.#send(bytes);
    if (this.#length + bytes.length > batchBytes) await this.flush();
    this.#length += bytes.copy(this.#bytes, this.#length);
  }

  async flush(): Promise<void> {
    if (this.#length > 0) await this.#send();
  }

  /** What has been collected, and then `bytes`, in one system call. Throws what the sink failed with. */
  #send(bytes?: Buffer): Promise<void> {
    const collected = this.#length > 0 ? [this.#bytes.subarray(0, this.#length)] : [];
    this.#length = 0;
    const all = bytes === undefined ? collected : [...collected, bytes];
    return new Promise<void>((resolve, reject) => {
      this.#sink.cork();
      for (const [index, one] of all.entries())
        this.#sink.write(one, (error) => (error ? reject(error) : index === all.length - 1 ? resolve() : undefined));
      this.#sink.uncork();
    });
  }
}
