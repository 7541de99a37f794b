import { SkiffError } from '../lib/errors.ts';
import type { ByteReader } from './byte-reader.ts';
import type { Segment, TarEntry, TarType } from './tar-reader.ts';

const maxHeaderBytes = 4 * 1024 * 1024;

/** A frame: `u32le length`, NUL-terminated strings. Empty for the one that ends a sequence. Throws at the source's end. */
export async function readFrame(reader: ByteReader, what: string): Promise<Buffer[]> {
  const length = (await reader.read(4))?.readUInt32LE() ?? 0xffff_ffff;
  if (length > maxHeaderBytes) throw new SkiffError('unavailable', `${what}: the native program has gone`);
  if (length === 0) return [];
  const body = await reader.read(length);
  if (!body) throw new SkiffError('unavailable', `${what}: the native program has gone`);
  const strings: Buffer[] = [];
  for (let at = 0; at < body.length;) {
    const end = body.indexOf(0, at);
    // A copy: the frame is part of a chunk that would be kept alive.
    strings.push(Buffer.from(body.subarray(at, end)));
    at = end + 1;
  }
  return strings;
}

/** Entries as the native program sends them (ARCHITECTURE.md, Seam 3), up to the empty frame. */
export async function* readEntries(reader: ByteReader, what: string): AsyncGenerator<TarEntry, void, undefined> {
  for (;;) {
    const frame = await readFrame(reader, what);
    if (frame.length === 0) return;
    const { entry, left } = parseEntry(frame, reader);
    yield entry;
    await reader.skip(left());
  }
}

function parseEntry(frame: Buffer[], reader: ByteReader): { entry: TarEntry; left: () => number } {
  const [type, path, linkName, ...rest] = frame;
  const words = rest.map((word) => word.toString('latin1'));
  const [mode = '', ...numbers] = words.splice(0, 9);
  const [uid = 0, gid = 0, mtimeSeconds = 0, mtimeNanoseconds = 0, major = 0, minor = 0, size = 0, xattrCount = 0] =
    numbers.map(Number);
  const xattrs = Array.from({ length: xattrCount }, (_, index) => ({
    name: words[2 * index] ?? '',
    value: Buffer.from(words[2 * index + 1] ?? '', 'hex'),
  }));
  const segments = pairs(words.slice(2 * xattrCount).map(Number));
  let left = segments.length > 0 ? segments.reduce((sum, { length }) => sum + length, 0) : size;
  async function* content(): AsyncGenerator<Buffer, void, undefined> {
    for await (const piece of reader.pieces(left)) {
      left -= piece.length;
      yield piece;
    }
  }
  const entry: TarEntry = {
    type: (type?.toString('latin1') ?? '0') as TarType,
    path: path ?? Buffer.alloc(0),
    linkName: linkName ?? Buffer.alloc(0),
    mode: Number.parseInt(mode, 8),
    ...{ uid, gid, mtimeSeconds, mtimeNanoseconds, major, minor, size, xattrs },
    ...(segments.length > 0 ? { segments } : {}),
    offset: 0,
    content,
  };
  return { entry, left: () => left };
}

function pairs(numbers: number[]): Segment[] {
  const segments: Segment[] = [];
  for (let at = 0; at + 1 < numbers.length; at += 2)
    segments.push({ offset: numbers[at] ?? 0, length: numbers[at + 1] ?? 0 });
  return segments;
}
