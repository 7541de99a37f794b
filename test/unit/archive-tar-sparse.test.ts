import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ByteReader } from '../../runtime-helper/archive/byte-reader.ts';
import { readSparse, type Sparse } from '../../runtime-helper/archive/tar-sparse.ts';
import { parseHeader } from '../../runtime-helper/archive/tar-header.ts';
import { tar } from '../support/tar.ts';

/** What is read of a header with these pax records, and of the `content` behind it. */
function sparse(records: Record<string, string>, content = '', size = content.length): Promise<Sparse | undefined> {
  const raw = parseHeader(tar([{ path: 'f', size }]), 'archive');
  assert.ok(raw);
  async function* bytes(): AsyncGenerator<Buffer, void, undefined> {
    yield Buffer.from(content);
  }
  const pax = new Map(Object.entries(records).map(([key, value]) => [`GNU.sparse.${key}`, Buffer.from(value)]));
  return readSparse(raw, pax, new ByteReader(bytes(), 'archive'), 'archive');
}

const block = (map: string): string => map.padEnd(512, '\0');

describe('a sparse file', () => {
  it('is none without a map', async () => assert.equal(await sparse({}, 'content'), undefined));

  it('has its map in front of its content (1.0)', async () => {
    const found = await sparse(
      { major: '1', minor: '0', name: 'real', realsize: '9000' },
      block('2\n0\n3\n8000\n4\n') + 'abcdefg',
    );
    assert.deepEqual(found, {
      size: 9000,
      segments: [
        { offset: 0, length: 3 },
        { offset: 8000, length: 4 },
      ],
      stored: 7,
      read: 512,
      name: Buffer.from('real'),
    });
  });

  it('may have a map of many blocks', async () => {
    const pieces = Array.from({ length: 200 }, (_, at) => `${at * 10}\n1\n`);
    const map = `200\n${pieces.join('')}`;
    const content = map.padEnd(Math.ceil(map.length / 512) * 512, '\0') + 'x'.repeat(200);
    const found = await sparse({ major: '1', minor: '0', realsize: '5000' }, content);
    assert.equal(found?.segments.length, 200);
    assert.equal(found.stored, 200);
  });

  it('has its map in a pax record (0.1)', async () => {
    const found = await sparse({ size: '100', map: '10,2,50,3' }, 'abcde');
    assert.deepEqual(found?.segments, [
      { offset: 10, length: 2 },
      { offset: 50, length: 3 },
    ]);
  });

  const lies: [string, Record<string, string>, string][] = [
    ['pieces that overlap', { size: '100', map: '0,3,2,2' }, 'abcde'],
    ['pieces out of order', { size: '100', map: '50,3,10,2' }, 'abcde'],
    ['a piece behind the end', { size: '51', map: '10,2,50,3' }, 'abcde'],
    ['more than its content', { size: '100', map: '10,20' }, 'abcde'],
    ['less than its content', { size: '100', map: '10,2' }, 'abcde'],
    ['no numbers', { size: '100', map: 'a,b' }, ''],
    ['half a pair', { size: '100', map: '10' }, 'abcde'],
    ['no size', { map: '10,5' }, 'abcde'],
    ['a map that is cut off', { major: '1', minor: '0', realsize: '9' }, '5\n0\n'],
    ['a map of a million pieces', { major: '1', minor: '0', realsize: '9' }, block('1000000\n')],
    ['another format', { major: '2', minor: '0', realsize: '9' }, ''],
  ];
  for (const [what, records, content] of lies)
    it(`with ${what} is refused`, () =>
      assert.rejects(sparse(records, content), { code: 'invalid-argument', message: /^archive: .*sparse file/ }));
});
