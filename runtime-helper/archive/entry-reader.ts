import { SkiffError } from '../lib/errors.ts';
import type { ByteReader } from './byte-reader.ts';
import type { Segment, TarEntry, TarType } from './tar-reader.ts';

const maxHeaderBytes = 4 * 1024 * 1024;
const nothing = Buffer.alloc(0);

/** A frame: `u32le length`, NUL-terminated strings. Empty for the one that ends a sequence. Throws at the source's end. */
export async function readFrame(reader: ByteReader, what: string): Promise<Buffer[]> {
  const strings = new Strings(await readBody(reader, what));
  const all: Buffer[] = [];
  while (!strings.atEnd) all.push(strings.bytes());
  return all;
}

/** Entries as the native program sends them (ARCHITECTURE.md, Seam 3), up to the empty frame. */
export async function* readEntries(reader: ByteReader, what: string): AsyncGenerator<TarEntry, void, undefined> {
  for (;;) {
    const body = await readBody(reader, what);
    if (body.length === 0) return;
    const { entry, left } = parseEntry(new Strings(body), reader);
    yield entry;
    if (left() > 0) await reader.skip(left());
  }
}

/** Frames are small and many: to wait for each that is here already would cost more than the rest. */
function readBody(reader: ByteReader, what: string): Buffer | Promise<Buffer> {
  const length = reader.readAtOnce(4)?.readUInt32LE();
  const body = length === undefined || length > maxHeaderBytes ? undefined : reader.readAtOnce(length);
  return body ?? awaitBody(reader, length, what);
}

async function awaitBody(reader: ByteReader, known: number | undefined, what: string): Promise<Buffer> {
  const length = known ?? (await reader.read(4))?.readUInt32LE() ?? 0xffff_ffff;
  const body = length > maxHeaderBytes ? undefined : length === 0 ? nothing : await reader.read(length);
  if (!body) throw new SkiffError('unavailable', `${what}: the native program has gone`);
  return body;
}

function parseEntry(strings: Strings, reader: ByteReader): { entry: TarEntry; left: () => number } {
  const [type, path, linkName] = [strings.text() as TarType, strings.bytes(), strings.bytes()];
  const mode = strings.number(8);
  const [uid, gid, mtimeSeconds, mtimeNanoseconds] = [
    strings.number(),
    strings.number(),
    strings.number(),
    strings.number(),
  ];
  const [major, minor, size] = [strings.number(), strings.number(), strings.number()];
  const xattrs = Array.from({ length: strings.number() }, () => ({
    name: strings.text(),
    value: Buffer.from(strings.text(), 'hex'),
  }));
  const segments: Segment[] = [];
  while (!strings.atEnd) segments.push({ offset: strings.number(), length: strings.number() });
  let left = segments.length > 0 ? segments.reduce((sum, { length }) => sum + length, 0) : size;
  async function* content(): AsyncGenerator<Buffer, void, undefined> {
    for await (const piece of reader.pieces(left)) {
      left -= piece.length;
      yield piece;
    }
  }
  const contentAtOnce = (): Buffer | undefined => {
    const all = reader.readAtOnce(left);
    if (all) left = 0;
    return all;
  };
  const entry: TarEntry = {
    ...{ type, path, linkName, mode, uid, gid, mtimeSeconds, mtimeNanoseconds, major, minor, size, xattrs },
    ...(segments.length > 0 ? { segments } : {}),
    offset: 0,
    content,
    contentAtOnce,
  };
  return { entry, left: () => left };
}

/** The NUL-terminated strings of a frame, one after the other. By its bytes: a view of each would cost more than what is in it. */
class Strings {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get atEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  /** A copy: the frame is part of a chunk that would be kept alive. */
  bytes(): Buffer {
    const { start, end } = this.#next();
    if (start === end) return nothing;
    const copy = Buffer.allocUnsafe(end - start);
    this.#bytes.copy(copy, 0, start, end);
    return copy;
  }

  text(): string {
    const { start, end } = this.#next();
    return end - start === 1
      ? String.fromCharCode(this.#bytes[start] ?? 0)
      : this.#bytes.toString('latin1', start, end);
  }

  number(base: 8 | 10 = 10): number {
    const { start, end } = this.#next();
    const isNegative = this.#bytes[start] === 0x2d;
    let value = 0;
    for (let at = isNegative ? start + 1 : start; at < end; at++) value = value * base + (this.#bytes[at] ?? 0) - 0x30;
    return isNegative ? -value : value;
  }

  #next(): { start: number; end: number } {
    const start = this.#at;
    let end = start;
    while (end < this.#bytes.length && this.#bytes[end] !== 0) end++;
    this.#at = end + 1;
    return { start, end };
  }
}
