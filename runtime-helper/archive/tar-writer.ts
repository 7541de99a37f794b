import { blockSize } from './tar-header.ts';
import type { TarEntry } from './tar-reader.ts';

const batchBytes = 64 * 1024;
/** From here on a copy costs more than one more step. */
const largeBytes = 16 * 1024;
const zeros = Buffer.alloc(blockSize);
const nothing = Buffer.alloc(0);
const nameBytes = 100;

/**
 * The bytes of an archive (POSIX pax) with all that an entry has: names and xattrs as bytes, nanoseconds, and sparse files as GNU tar's
 * format 1.0. Small entries travel together, large pieces as they are. What it yields is good until more is asked for.
 */
export async function* writeTar(entries: AsyncIterable<TarEntry>): AsyncGenerator<Buffer, void, undefined> {
  const batch = new Batch();
  for await (const entry of entries) {
    const { head, contentSize } = encodeHead(entry);
    batch.add(head);
    const small = contentSize > 0 && contentSize < largeBytes ? entry.contentAtOnce?.() : undefined;
    if (small) batch.add(small);
    else if (contentSize > 0)
      for await (const piece of entry.content()) {
        if (piece.length < largeBytes) batch.add(piece);
        else {
          if (batch.length > 0) yield batch.taken();
          yield piece;
        }
        if (batch.isFull) yield batch.taken();
      }
    batch.add(zeros, paddingOf(contentSize));
    if (batch.isFull) yield batch.taken();
  }
  batch.add(zeros);
  batch.add(zeros);
  yield batch.taken();
}

/** What is small, one after the other. Bytes that it was given are free at once; what is taken is good until more is added. */
class Batch {
  #bytes = Buffer.allocUnsafeSlow(2 * batchBytes);
  length = 0;

  get isFull(): boolean {
    return this.length >= batchBytes;
  }

  add(bytes: Buffer, count = bytes.length): void {
    if (this.length + count > this.#bytes.length)
      this.#bytes = Buffer.concat([this.#bytes.subarray(0, this.length)], 2 * (this.length + count));
    this.length += bytes.copy(this.#bytes, this.length, 0, count);
  }

  taken(): Buffer {
    const bytes = this.#bytes.subarray(0, this.length);
    this.length = 0;
    return bytes;
  }
}

/** Everything before the content: extended header, header, and a sparse file's map. */
function encodeHead(entry: TarEntry): { head: Buffer; contentSize: number } {
  const { segments } = entry;
  const map = segments ? sparseMap(segments) : nothing;
  const contentSize = segments ? segments.reduce((sum, segment) => sum + segment.length, 0) : entry.size;
  const path = entry.type === '5' ? withSlash(entry.path) : entry.path;
  const records: [string, Buffer | string][] = [];
  if (segments)
    records.push(
      ...([
        ['GNU.sparse.major', '1'],
        ['GNU.sparse.minor', '0'],
        ['GNU.sparse.name', path],
        ['GNU.sparse.realsize', String(entry.size)],
      ] as [string, Buffer | string][]),
    );
  else if (path.length > nameBytes) records.push(['path', path]);
  if (entry.linkName.length > nameBytes) records.push(['linkpath', entry.linkName]);
  if (entry.mtimeNanoseconds > 0) records.push(['mtime', time(entry.mtimeSeconds, entry.mtimeNanoseconds)]);
  for (const { name, value } of entry.xattrs) records.push([`SCHILY.xattr.${name}`, value]);
  const block = header(entry, path, map.length + contentSize);
  if (records.length === 0) return { head: block, contentSize };
  return { head: Buffer.concat([paxHeader(records), block, map]), contentSize };
}

/** Numbers in lines, padded to a block: how many pieces, then offset and length of each (GNU tar manual, "PAX Format, Version 1.0"). */
function sparseMap(segments: readonly { offset: number; length: number }[]): Buffer {
  const numbers = [segments.length, ...segments.flatMap(({ offset, length }) => [offset, length])];
  return padded(Buffer.from(`${numbers.join('\n')}\n`));
}

function paxHeader(records: [string, Buffer | string][]): Buffer {
  const content = Buffer.concat(records.map(([key, value]) => paxRecord(key, Buffer.from(value))));
  const path = Buffer.from('PaxHeaders/entry');
  const fields = { mode: 0o644, uid: 0, gid: 0, mtimeSeconds: 0, major: 0, minor: 0, linkName: nothing };
  return Buffer.concat([header({ ...fields, type: 'x' }, path, content.length), padded(content)]);
}

/** "%d %s=%s\n", where the number counts the whole record, itself included. */
function paxRecord(key: string, value: Buffer): Buffer {
  const rest = key.length + value.length + 3;
  let length = rest + String(rest).length;
  if (String(length).length > String(rest).length) length = rest + String(length).length;
  return Buffer.concat([Buffer.from(`${length} ${key}=`), value, Buffer.from('\n')]);
}

type Fields = Pick<TarEntry, 'linkName' | 'mode' | 'uid' | 'gid' | 'mtimeSeconds' | 'major' | 'minor'> & {
  type: string;
};

/** Of what is the same in each. Numbers are written digit by digit: by way of texts it takes five times as long. */
const plainHeader = Buffer.alloc(blockSize);
plainHeader.fill(' ', 148, 156);
plainHeader.write('ustar\x0000', 257, 'latin1');

function header(fields: Fields, path: Buffer, size: number): Buffer {
  const block = Buffer.from(plainHeader);
  path.copy(block, 0, 0, nameBytes);
  number(block, 100, 8, fields.mode);
  number(block, 108, 8, fields.uid);
  number(block, 116, 8, fields.gid);
  number(block, 124, 12, size);
  number(block, 136, 12, fields.mtimeSeconds);
  block[156] = fields.type.charCodeAt(0);
  fields.linkName.copy(block, 157, 0, nameBytes);
  number(block, 329, 8, fields.major);
  number(block, 337, 8, fields.minor);
  let sum = 0;
  // Not by its iterator, which takes ten times as long.
  for (let at = 0; at < blockSize; at++) sum += block[at] ?? 0;
  number(block, 148, 7, sum);
  block[154] = 0;
  return block;
}

/** Octal, or GNU's base-256 for what does not fit. */
function number(block: Buffer, at: number, width: number, value: number): void {
  let left = value;
  for (let place = at + width - 2; place >= at; place--) {
    block[place] = 0x30 + (left & 7);
    left = Math.floor(left / 8);
  }
  if (left === 0) return;
  let rest = BigInt.asUintN(width * 8, BigInt(value));
  for (let place = at + width - 1; place >= at; place--) {
    block[place] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  block[at] = (block[at] ?? 0) | 0x80;
}

function time(seconds: number, nanoseconds: number): string {
  if (seconds >= 0) return `${seconds}.${String(nanoseconds).padStart(9, '0')}`;
  return `-${-seconds - 1}.${String(1e9 - nanoseconds).padStart(9, '0')}`;
}

/** The root is `./`. */
function withSlash(path: Buffer): Buffer {
  if (path.length === 0) return Buffer.from('./');
  return path.at(-1) === 0x2f ? path : Buffer.concat([path, Buffer.from('/')]);
}

function padded(content: Buffer): Buffer {
  return Buffer.concat([content, Buffer.alloc(paddingOf(content.length))]);
}

function paddingOf(size: number): number {
  return (blockSize - (size % blockSize)) % blockSize;
}
