import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { ByteReader } from '../../runtime-helper/archive/byte-reader.ts';
import { readEntries, readFrame } from '../../runtime-helper/archive/entry-reader.ts';
import { encodeEntry } from '../../runtime-helper/archive/layer-writer.ts';
import { readTar, type TarEntry } from '../../runtime-helper/archive/tar-reader.ts';
import { writeTar } from '../../runtime-helper/archive/tar-writer.ts';

type Plain = Omit<TarEntry, 'content' | 'contentAtOnce' | 'offset'> & { bytes: Buffer };

const none = {
  ...{ type: '0' as const, linkName: Buffer.alloc(0), mode: 0o644, uid: 0, gid: 0, major: 0, minor: 0 },
  ...{ mtimeSeconds: 1_700_000_000, mtimeNanoseconds: 0, xattrs: [], bytes: Buffer.alloc(0) },
};

const plain = (path: string, rest: Partial<Plain> = {}): Plain => {
  return { ...none, path: Buffer.from(path, 'latin1'), size: rest.bytes?.length ?? 0, ...rest };
};

const entries: Plain[] = [
  plain('d', { type: '5', mode: 0o2755, uid: 4_294_967_294, gid: 65_534 }),
  plain('d/empty'),
  plain('d/small', { bytes: Buffer.from('small'), mtimeSeconds: -1, mtimeNanoseconds: 5e8 }),
  plain('d/large', { bytes: randomBytes(300_000), mtimeNanoseconds: 1 }),
  plain(`d/${'\xff'.repeat(200)}`, { bytes: randomBytes(512) }),
  plain('d/link', { type: '2', linkName: Buffer.from(`${'../'.repeat(50)}x`), mode: 0o777 }),
  plain('d/device', { type: '3', major: 4095, minor: 1_048_575 }),
  plain('d/attributes', { xattrs: [{ name: 'security.capability', value: Buffer.from([1, 0, 0, 2, 0x80, 0xff]) }] }),
  plain('d/old', { mtimeSeconds: 2 ** 40, bytes: randomBytes(40_000) }),
  plain('d/sparse', {
    size: 10_000_000_000,
    bytes: randomBytes(5000),
    segments: [
      { offset: 4096, length: 4096 },
      { offset: 9_999_990_784, length: 904 },
      { offset: 10_000_000_000, length: 0 },
    ],
  }),
];

const stream = Buffer.concat([
  ...entries.flatMap(({ bytes, ...entry }) => [encodeEntry({ ...entry, offset: 0, content }), bytes]),
  Buffer.from([0, 0, 0, 0, 3, 0, 0, 0]),
  Buffer.from('ok\0'),
]);

async function* content(): AsyncGenerator<Buffer, void, undefined> {
  // What is encoded is only an entry's header.
}

/** Pieces that are good only until the next one is asked for. */
async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Buffer, void, undefined> {
  const buffer = Buffer.alloc(size);
  for (let at = 0; at < bytes.length; at += size) {
    const count = bytes.copy(buffer, 0, at, at + size);
    yield buffer.subarray(0, count);
    buffer.fill(0xee);
  }
}

async function tarOf(size: number): Promise<Buffer> {
  const reader = new ByteReader(pieces(stream, size), 'stream');
  const parts: Buffer[] = [];
  for await (const part of writeTar(readEntries(reader, 'stream'))) parts.push(Buffer.from(part));
  assert.deepEqual((await readFrame(reader, 'stream')).map(String), ['ok']);
  return Buffer.concat(parts);
}

describe('entries that the native program sends', () => {
  it('become the same archive, however their bytes are cut', async () => {
    const whole = await tarOf(stream.length);
    for (const size of [61, 511, 4096, 65_536, 262_144]) assert.ok((await tarOf(size)).equals(whole), `${size}`);
  });

  it('are read back from it as they were', async () => {
    const found: Plain[] = [];
    for await (const { content: read, contentAtOnce: _, offset: __, ...entry } of readTar(
      pieces(await tarOf(65_536), 10_000),
      'archive',
    )) {
      const parts: Buffer[] = [];
      for await (const part of read()) parts.push(Buffer.from(part));
      found.push({ ...entry, bytes: Buffer.concat(parts) });
    }
    assert.deepEqual(
      found,
      entries.map((entry) => (entry.type === '5' ? { ...entry, path: Buffer.from('d/') } : entry)),
    );
  });

  it('are left out in part, where nobody reads a content', async () => {
    const reader = new ByteReader(pieces(stream, 4096), 'stream');
    const names: string[] = [];
    for await (const { path } of readEntries(reader, 'stream')) names.push(path.toString('latin1'));
    assert.deepEqual(
      names,
      entries.map(({ path }) => path.toString('latin1')),
    );
    assert.deepEqual((await readFrame(reader, 'stream')).map(String), ['ok']);
  });

  it('that break off are an error', async () => {
    for (const length of [2, 30, stream.length - 310_000]) {
      const reader = new ByteReader(pieces(stream.subarray(0, length), 4096), 'stream');
      await assert.rejects(async () => {
        for await (const part of writeTar(readEntries(reader, 'stream'))) assert.ok(part.length > 0);
      }, /stream: (the native program has gone|ends in the middle of an entry)/);
    }
  });
});
