/**
 * Maps of sparse files in their three forms (GNU tar manual, "Storing Sparse Files"): the old header of type S, pax format 0.1, and pax
 * format 1.0, whose map is in front of the content.
 */
import { SkiffError } from '../lib/errors.ts';
import type { ByteReader } from './byte-reader.ts';
import type { PaxRecords } from './pax-records.ts';
import { blockSize, parseNumber, type RawHeader } from './tar-header.ts';
import type { Segment } from './tar-reader.ts';

/** `stored`: bytes of content that are left in the archive; `read`: bytes of the map that were read from it. */
export type Sparse = { size: number; segments: Segment[]; stored: number; read: number; name?: Buffer };

const maxSegments = 65_536;

/** Undefined for a file that is not sparse. Throws invalid-argument for a map that lies. */
export async function readSparse(
  raw: RawHeader,
  pax: PaxRecords,
  reader: ByteReader,
  what: string,
): Promise<Sparse | undefined> {
  const sparse = await find(raw, pax, reader, what);
  if (sparse) check(sparse, what);
  return sparse;
}

async function find(raw: RawHeader, pax: PaxRecords, reader: ByteReader, what: string): Promise<Sparse | undefined> {
  const text = (key: string): string | undefined => pax.get(`GNU.sparse.${key}`)?.toString('latin1');
  if (raw.type === 'S') return oldSparse(raw, reader, what);
  const name = pax.get('GNU.sparse.name');
  const named = name === undefined ? {} : { name };
  const stored = Number(pax.get('size')?.toString('latin1') ?? raw.size);
  const size = Number(text('realsize') ?? text('size') ?? Number.NaN);
  if (text('major') === '1' && text('minor') === '0') {
    const { numbers, read } = await readMap(reader, stored, what);
    return { size, segments: pairs(numbers), stored: stored - read, read, ...named };
  }
  const map = text('map');
  if (map !== undefined) return { size, segments: pairs(map.split(',').map(Number)), stored, read: 0, ...named };
  if ([...pax.keys()].some((key) => key.startsWith('GNU.sparse.')))
    throw bad(what, 'a sparse file is in a format that is not supported');
  return undefined;
}

/** Lines of decimal numbers, the first of which says how many pairs follow, in whole blocks. */
async function readMap(reader: ByteReader, stored: number, what: string): Promise<{ numbers: number[]; read: number }> {
  let text = '';
  let read = 0;
  let lines: string[] = [];
  for (let wanted = 1; lines.length <= wanted;) {
    const block = read + blockSize <= stored ? await reader.read(blockSize) : undefined;
    if (!block) throw bad(what, 'the map of a sparse file is cut off');
    read += blockSize;
    text += block.toString('latin1');
    lines = text.split('\n');
    const count = Number(lines[0]);
    if (lines.length > 1 && !(count <= maxSegments)) throw bad(what, 'the map of a sparse file is too long');
    wanted = lines.length > 1 ? 2 * count + 1 : 1;
  }
  return { numbers: lines.slice(1, 2 * Number(lines[0]) + 1).map(numberOf), read };
}

/** Four pairs in the header, 21 in each block that follows it. */
async function oldSparse(raw: RawHeader, reader: ByteReader, what: string): Promise<Sparse> {
  const { block } = raw;
  const size = parseNumber(block.subarray(483, 495), what);
  const numbers = fieldPairs(block, 386, 4, what);
  let read = 0;
  for (let more = block[482] !== 0; more;) {
    const next = await reader.read(blockSize);
    if (!next || numbers.length > 2 * maxSegments) throw bad(what, 'the map of a sparse file is damaged');
    read += blockSize;
    numbers.push(...fieldPairs(next, 0, 21, what));
    more = next[504] !== 0;
  }
  return { size, segments: pairs(numbers), stored: raw.size, read };
}

function fieldPairs(block: Buffer, start: number, count: number, what: string): number[] {
  const numbers: number[] = [];
  for (let at = start; at < start + count * 24 && block[at] !== 0; at += 12)
    numbers.push(parseNumber(block.subarray(at, at + 12), what));
  return numbers;
}

function check({ size, segments, stored }: Sparse, what: string): void {
  let end = 0;
  let total = 0;
  for (const { offset, length } of segments) {
    const isSound = Number.isSafeInteger(offset) && Number.isSafeInteger(length) && offset >= end && length >= 0;
    if (!isSound || offset + length > size) throw bad(what, 'the map of a sparse file is wrong');
    end = offset + length;
    total += length;
  }
  if (!Number.isSafeInteger(size) || size < 0 || total !== stored || segments.length > maxSegments)
    throw bad(what, 'the map of a sparse file does not fit its content');
}

function pairs(numbers: number[]): Segment[] {
  const segments: Segment[] = [];
  for (let at = 0; at + 1 < numbers.length; at += 2)
    segments.push({ offset: numbers[at] ?? Number.NaN, length: numbers[at + 1] ?? Number.NaN });
  return segments;
}

const numberOf = (text: string): number => (/^\d{1,16}$/.test(text) ? Number(text) : Number.NaN);

function bad(what: string, reason: string): SkiffError {
  return new SkiffError('invalid-argument', `${what}: ${reason}`);
}
