import { SkiffError } from '../lib/errors.ts';
import { ByteReader, type ByteSource } from './byte-reader.ts';
import { parsePaxRecords, type PaxRecords } from './pax-records.ts';
import { blockSize, parseHeader, type RawHeader } from './tar-header.ts';
import { readSparse, type Sparse } from './tar-sparse.ts';

/** `0` file, `1` hard link, `2` symbolic link, `3` character device, `4` block device, `5` directory, `6` fifo. */
export type TarType = '0' | '1' | '2' | '3' | '4' | '5' | '6';

export type Segment = { offset: number; length: number };

export type TarEntry = {
  type: TarType;
  /** Names are bytes, as Linux has them; without NUL. */
  path: Buffer;
  linkName: Buffer;
  mode: number;
  uid: number;
  gid: number;
  mtimeSeconds: number;
  mtimeNanoseconds: number;
  major: number;
  minor: number;
  /** Bytes of the file; 0 for all but files. */
  size: number;
  /** Of a sparse file: where its content lies, in order; the rest is zeros. Absent: the content is all of it. */
  segments?: Segment[];
  xattrs: { name: string; value: Buffer }[];
  /** Where the content begins in the (uncompressed) archive. */
  offset: number;
  /** The content, once, before the next entry is asked for; what is left of it is skipped. */
  content: () => AsyncIterable<Buffer>;
  /** All of it in one piece, in its stead, if it has come already. Absent: nobody knows. */
  contentAtOnce?: () => Buffer | undefined;
};

const maxPaxBytes = 1024 * 1024;
const maxNameBytes = 4096;
const xattrPrefix = 'SCHILY.xattr.';
/** What fills the last record of a tape or disk is much less; /dev/zero, which begins as an empty archive does, has no end. */
const maxRestBytes = 64 * 1024 * 1024;
const maxId = 0xffff_fffe;

/**
 * Reads ustar, pax and GNU archives from bytes that nobody vouches for. Reads the blocks itself, since names and xattrs
 * are bytes that libraries decode as UTF-8. Throws invalid-argument that says what is wrong in `what`; no bytes at all are wrong unless `mayBeEmpty`.
 */
export async function* readTar(
  source: ByteSource,
  what: string,
  { mayBeEmpty = false }: { mayBeEmpty?: boolean } = {},
): AsyncGenerator<TarEntry, void, undefined> {
  const reader = new ByteReader(source, what);
  const scanner = new HeaderScanner(reader, what, mayBeEmpty);
  try {
    for (let entry = await scanner.next(); entry; entry = await scanner.next()) {
      yield entry;
      await scanner.finish();
    }
    if (!(await reader.drain(maxRestBytes)))
      throw new SkiffError('invalid-argument', `${what}: goes on for more than ${maxRestBytes} bytes after its end`);
  } finally {
    await reader.close();
  }
}

class HeaderScanner {
  readonly #reader: ByteReader;
  readonly #what: string;
  readonly #mayBeEmpty: boolean;
  #global: PaxRecords = new Map();
  #offset = 0;
  #left = 0;
  #padding = 0;

  constructor(reader: ByteReader, what: string, mayBeEmpty: boolean) {
    this.#reader = reader;
    this.#what = what;
    this.#mayBeEmpty = mayBeEmpty;
  }

  async next(): Promise<TarEntry | undefined> {
    let local: PaxRecords = new Map();
    let longName: Buffer | undefined;
    let longLink: Buffer | undefined;
    for (;;) {
      const raw = await this.#header();
      if (!raw) return undefined;
      if (raw.type === 'x') local = parsePaxRecords(await this.#extension(raw), this.#what);
      else if (raw.type === 'g')
        for (const [key, value] of parsePaxRecords(await this.#extension(raw), this.#what))
          this.#global.set(key, value);
      else if (raw.type === 'L') longName = withoutNul(await this.#extension(raw));
      else if (raw.type === 'K') longLink = withoutNul(await this.#extension(raw));
      // A volume's label names the archive, nothing in it.
      else if (raw.type === 'V') await this.#extension(raw);
      else
        return this.#entry(
          { ...raw, path: longName ?? raw.path, linkName: longLink ?? raw.linkName },
          new Map([...this.#global, ...local]),
        );
    }
  }

  /** Skips what nobody has read of the entry's content. */
  async finish(): Promise<void> {
    await this.#reader.skip(this.#left);
    // As Go's archive/tar: what ends right behind its last content is whole. umoci writes such layers.
    const padding = await this.#reader.skipAtMost(this.#padding);
    this.#offset += this.#left + padding;
    this.#left = this.#padding = 0;
  }

  async #header(): Promise<RawHeader | undefined> {
    const block = await this.#reader.read(blockSize);
    if (!block) {
      if (this.#offset === 0 && !this.#mayBeEmpty) throw this.#bad('is empty');
      return undefined;
    }
    this.#offset += blockSize;
    return parseHeader(block, this.#what);
  }

  async #extension({ size }: RawHeader): Promise<Buffer> {
    if (size < 0 || size > maxPaxBytes) throw this.#bad(`an extended header of ${size} bytes is too long`);
    if (size === 0) return Buffer.alloc(0);
    const padded = size + paddingOf(size);
    const bytes = await this.#reader.read(padded);
    if (!bytes) throw this.#bad('ends in an extended header');
    this.#offset += padded;
    return bytes.subarray(0, size);
  }

  async #entry(raw: RawHeader, pax: PaxRecords): Promise<TarEntry> {
    const sparse = await readSparse(raw, pax, this.#reader, this.#what);
    this.#offset += sparse?.read ?? 0;
    const path = sparse?.name ?? pax.get('path') ?? raw.path;
    const type = this.#type(raw.type, path);
    const linkName = pax.get('linkpath') ?? raw.linkName;
    for (const name of [path, linkName]) this.#checkName(name);
    if (path.length === 0) throw this.#bad('an entry has no name');
    const declared = this.#paxInteger(pax, 'size') ?? raw.size;
    // As Go's archive/tar: a header-only entry has no content, whatever its size says.
    const stored = sparse?.stored ?? (type === '0' ? declared : 0);
    const size = sparse?.size ?? stored;
    if (size < 0) throw this.#bad(`${printable(path)} has a negative size`);
    this.#left = stored;
    this.#padding = paddingOf(stored);
    return {
      type,
      path,
      linkName,
      mode: raw.mode,
      uid: this.#id(this.#paxInteger(pax, 'uid') ?? raw.uid, path),
      gid: this.#id(this.#paxInteger(pax, 'gid') ?? raw.gid, path),
      ...this.#time(pax.get('mtime'), raw.mtime),
      major: raw.major,
      minor: raw.minor,
      size,
      ...(sparse ? { segments: withEnd(sparse) } : {}),
      xattrs: [...pax].flatMap(([key, value]) => (key.startsWith(xattrPrefix) ? [this.#xattr(key, value)] : [])),
      offset: this.#offset,
      content: () => this.#content(),
    };
  }

  async *#content(): AsyncGenerator<Buffer, void, undefined> {
    for await (const piece of this.#reader.pieces(this.#left)) {
      this.#left -= piece.length;
      this.#offset += piece.length;
      yield piece;
    }
  }

  #type(letter: string, path: Buffer): TarType {
    switch (letter) {
      case '0':
        // Before ustar a directory was a file with a slash at its end.
        return path.at(-1) === 0x2f ? '5' : '0';
      case '7':
      case 'S':
        return '0';
      case '1':
      case '2':
      case '3':
      case '4':
      case '5':
      case '6':
        return letter;
      default:
        throw this.#bad(`${printable(path)} is of type ${JSON.stringify(letter)}, which is not supported`);
    }
  }

  #checkName(name: Buffer): void {
    if (name.length > maxNameBytes) throw this.#bad(`a name of ${name.length} bytes is too long`);
    if (name.includes(0)) throw this.#bad('a name has a NUL in it');
  }

  #xattr(key: string, value: Buffer): { name: string; value: Buffer } {
    const name = key.slice(xattrPrefix.length);
    if (name === '' || name.includes('\0')) throw this.#bad('an extended attribute has no proper name');
    return { name, value };
  }

  #id(id: number, path: Buffer): number {
    if (id < 0 || id > maxId) throw this.#bad(`${printable(path)} has an owner out of range`);
    return id;
  }

  #paxInteger(pax: PaxRecords, key: string): number | undefined {
    const value = pax.get(key)?.toString('latin1');
    // An empty value takes a global record back.
    if (value === undefined || value === '') return undefined;
    const number = Number(value);
    if (!/^[0-9]+$/.test(value) || !Number.isSafeInteger(number)) throw this.#bad(`pax ${key} is not a number`);
    return number;
  }

  #time(value: Buffer | undefined, fallback: number): { mtimeSeconds: number; mtimeNanoseconds: number } {
    const text = value?.toString('latin1') ?? '';
    if (text === '') return { mtimeSeconds: fallback, mtimeNanoseconds: 0 };
    const match = /^(-?)([0-9]{1,12})(?:\.([0-9]*))?$/.exec(text);
    if (!match) throw this.#bad('pax mtime is not a time');
    const seconds = Number(match[2]);
    const nanoseconds = Number((match[3] ?? '').slice(0, 9).padEnd(9, '0'));
    if (match[1] !== '-') return { mtimeSeconds: seconds, mtimeNanoseconds: nanoseconds };
    return nanoseconds === 0
      ? { mtimeSeconds: -seconds, mtimeNanoseconds: 0 }
      : { mtimeSeconds: -seconds - 1, mtimeNanoseconds: 1e9 - nanoseconds };
  }

  #bad(reason: string): SkiffError {
    return new SkiffError('invalid-argument', `${this.#what}: ${reason}`);
  }
}

/** A file that is all zeros has a piece of nothing: without any it would not be sparse. */
function withEnd({ segments, size }: Sparse): Segment[] {
  return segments.length > 0 ? segments : [{ offset: size, length: 0 }];
}

function paddingOf(size: number): number {
  return (blockSize - (size % blockSize)) % blockSize;
}

function withoutNul(bytes: Buffer): Buffer {
  const nul = bytes.indexOf(0);
  return Buffer.from(nul < 0 ? bytes : bytes.subarray(0, nul));
}

function printable(path: Buffer): string {
  return JSON.stringify(path.toString('utf8').slice(0, 200));
}
