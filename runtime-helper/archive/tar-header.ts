import { SkiffError } from '../lib/errors.ts';

/** The fields of one 512-byte block, before extended headers are laid over it (POSIX pax, "ustar Interchange Format"). */
export type RawHeader = {
  /** As a letter of the format; a NUL is '0'. */
  type: string;
  path: Buffer;
  linkName: Buffer;
  mode: number;
  uid: number;
  gid: number;
  size: number;
  mtime: number;
  major: number;
  minor: number;
  /** The whole of it. */
  block: Buffer;
};

export const blockSize = 512;

/** Undefined for a block of zeros. Throws invalid-argument for a bad checksum or number. */
export function parseHeader(block: Buffer, what: string): RawHeader | undefined {
  if (block.every((byte) => byte === 0)) return undefined;
  if (!checksumFits(block)) throw bad(what, 'not a tar archive, or damaged: the checksum of a header is wrong');
  const number = (start: number, end: number): number => parseNumber(block.subarray(start, end), what);
  const name = textField(block, 0, 100);
  // GNU tar uses the prefix's place for times; its magic is "ustar  \0".
  const isPosix = block.toString('latin1', 257, 263) === 'ustar\0';
  const prefix = isPosix ? textField(block, 345, 500) : Buffer.alloc(0);
  const type = block[156] === 0 ? '0' : String.fromCharCode(block[156] ?? 0);
  return {
    type,
    path: prefix.length > 0 ? Buffer.concat([prefix, Buffer.from('/'), name]) : name,
    linkName: textField(block, 157, 257),
    mode: number(100, 108) & 0o7777,
    uid: number(108, 116),
    gid: number(116, 124),
    size: number(124, 136),
    mtime: number(136, 148),
    // Other kinds of entries often have rubbish there.
    major: type === '3' || type === '4' ? number(329, 337) : 0,
    minor: type === '3' || type === '4' ? number(337, 345) : 0,
    block,
  };
}

/** Old programs added signed bytes up. */
function checksumFits(block: Buffer): boolean {
  const text = block
    .toString('latin1', 148, 156)
    .replace(/[\0 ]+$/, '')
    .trimStart();
  if (!/^[0-7]+$/.test(text)) return false;
  let unsigned = 0;
  let signed = 0;
  for (let at = 0; at < blockSize; at++) {
    const byte = at >= 148 && at < 156 ? 0x20 : (block[at] ?? 0);
    unsigned += byte;
    signed += byte < 128 ? byte : byte - 256;
  }
  const expected = Number.parseInt(text, 8);
  return expected === unsigned || expected === signed;
}

function textField(block: Buffer, start: number, end: number): Buffer {
  const field = block.subarray(start, end);
  const nul = field.indexOf(0);
  // A copy: the block is part of a chunk that would be kept alive.
  return Buffer.from(nul < 0 ? field : field.subarray(0, nul));
}

/** Octal text, or GNU's base-256: the first bit set, then a two's complement number, most significant byte first. */
export function parseNumber(field: Buffer, what: string): number {
  const first = field[0] ?? 0;
  if ((first & 0x80) === 0) {
    const text = field.toString('latin1').replace(/\0.*$/s, '').trim();
    if (text === '') return 0;
    if (!/^[0-7]+$/.test(text)) throw bad(what, 'a number in a header is not one');
    return Number.parseInt(text, 8);
  }
  let value = BigInt(first & 0x7f);
  for (const byte of field.subarray(1)) value = (value << 8n) | BigInt(byte);
  const bits = BigInt(field.length * 8 - 1);
  if (first & 0x40) value -= 1n << bits;
  const result = Number(value);
  if (!Number.isSafeInteger(result)) throw bad(what, 'a number in a header is out of range');
  return result;
}

function bad(what: string, reason: string): SkiffError {
  return new SkiffError('invalid-argument', `${what}: ${reason}`);
}
