import { blockSize } from './tar-header.ts';
import type { TarEntry } from './tar-reader.ts';

const batchBytes = 64 * 1024;
const nameBytes = 100;

/**
 * The bytes of an archive (POSIX pax) with all that an entry has: names and xattrs as bytes, nanoseconds, and sparse files as GNU tar's
 * format 1.0. Small entries travel together.
 */
export async function* writeTar(entries: AsyncIterable<TarEntry>): AsyncGenerator<Buffer, void, undefined> {
  let parts: Buffer[] = [];
  let length = 0;
  const add = (bytes: Buffer): void => {
    parts.push(bytes);
    length += bytes.length;
  };
  for await (const entry of entries) {
    const { head, contentSize } = encodeHead(entry);
    add(head);
    if (contentSize > 0)
      for await (const piece of entry.content()) {
        add(piece);
        if (length < batchBytes) continue;
        yield Buffer.concat(parts, length);
        parts = [];
        length = 0;
      }
    add(Buffer.alloc(paddingOf(contentSize)));
    if (length < batchBytes) continue;
    yield Buffer.concat(parts, length);
    parts = [];
    length = 0;
  }
  add(Buffer.alloc(2 * blockSize));
  yield Buffer.concat(parts, length);
}

/** Everything before the content: extended header, header, and a sparse file's map. */
function encodeHead(entry: TarEntry): { head: Buffer; contentSize: number } {
  const { segments } = entry;
  const map = segments ? sparseMap(segments) : Buffer.alloc(0);
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
  const block = header({ ...entry, path, size: map.length + contentSize });
  const extended = records.length > 0 ? [paxHeader(records)] : [];
  return { head: Buffer.concat([...extended, block, map]), contentSize };
}

/** Numbers in lines, padded to a block: how many pieces, then offset and length of each (GNU tar manual, "PAX Format, Version 1.0"). */
function sparseMap(segments: readonly { offset: number; length: number }[]): Buffer {
  const numbers = [segments.length, ...segments.flatMap(({ offset, length }) => [offset, length])];
  return padded(Buffer.from(`${numbers.join('\n')}\n`));
}

function paxHeader(records: [string, Buffer | string][]): Buffer {
  const content = Buffer.concat(records.map(([key, value]) => paxRecord(key, Buffer.from(value))));
  const path = Buffer.from('PaxHeaders/entry');
  const fields = { mode: 0o644, uid: 0, gid: 0, mtimeSeconds: 0, major: 0, minor: 0, linkName: Buffer.alloc(0) };
  return Buffer.concat([header({ ...fields, type: 'x', path, size: content.length }), padded(content)]);
}

/** "%d %s=%s\n", where the number counts the whole record, itself included. */
function paxRecord(key: string, value: Buffer): Buffer {
  const rest = key.length + value.length + 3;
  let length = rest + String(rest).length;
  if (String(length).length > String(rest).length) length = rest + String(length).length;
  return Buffer.concat([Buffer.from(`${length} ${key}=`), value, Buffer.from('\n')]);
}

type Fields = Pick<
  TarEntry,
  'path' | 'linkName' | 'mode' | 'uid' | 'gid' | 'mtimeSeconds' | 'major' | 'minor' | 'size'
> & { type: string };

function header(fields: Fields): Buffer {
  const block = Buffer.alloc(blockSize);
  fields.path.copy(block, 0, 0, nameBytes);
  number(block, 100, 8, fields.mode);
  number(block, 108, 8, fields.uid);
  number(block, 116, 8, fields.gid);
  number(block, 124, 12, fields.size);
  number(block, 136, 12, fields.mtimeSeconds);
  block.fill(' ', 148, 156);
  block.write(fields.type, 156, 'latin1');
  fields.linkName.copy(block, 157, 0, nameBytes);
  block.write('ustar\x0000', 257, 'latin1');
  number(block, 329, 8, fields.major);
  number(block, 337, 8, fields.minor);
  let sum = 0;
  for (const byte of block) sum += byte;
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

/** Octal, or GNU's base-256 for what does not fit. */
function number(block: Buffer, at: number, width: number, value: number): void {
  const octal = value < 0 ? '' : value.toString(8).padStart(width - 1, '0');
  if (value >= 0 && octal.length < width) {
    block.write(octal, at, 'latin1');
    return;
  }
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
