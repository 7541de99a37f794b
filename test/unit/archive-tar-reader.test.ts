import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fillHoles } from '../../runtime-helper/archive/fill-holes.ts';
import { readTar, type TarEntry } from '../../runtime-helper/archive/tar-reader.ts';
import { writeTar } from '../../runtime-helper/archive/tar-writer.ts';
import { tar, type TestEntry } from '../support/tar.ts';

type Read = Omit<TarEntry, 'content'> & { text: string };

/** Everything that is in an archive that comes in pieces of `size` bytes. */
async function read(archive: Buffer, size = archive.length): Promise<Read[]> {
  async function* pieces(): AsyncGenerator<Buffer, void, undefined> {
    for (let at = 0; at < archive.length; at += size) yield archive.subarray(at, at + size);
  }
  const found: Read[] = [];
  for await (const { content, ...entry } of readTar(pieces(), 'archive')) {
    const parts: Buffer[] = [];
    for await (const part of content()) parts.push(Buffer.from(part));
    found.push({ ...entry, text: Buffer.concat(parts).toString('latin1') });
  }
  return found;
}

const one = async (entry: TestEntry): Promise<Read> => {
  const [first] = await read(tar([entry]));
  assert.ok(first);
  return first;
};

describe('a tar archive', () => {
  it('reads the same, however its bytes are cut', async () => {
    const archive = tar([
      { path: 'folder/', type: '5', mode: 0o2755 },
      { path: 'folder/empty' },
      { path: `folder/${'long'.repeat(60)}`, content: 'x'.repeat(1500) },
      { path: 'link', type: '2', link: 'folder/empty' },
    ]);
    const whole = await read(archive);
    assert.deepEqual(
      whole.map(({ type, size }) => [type, size]),
      [
        ['5', 0],
        ['0', 0],
        ['0', 1500],
        ['2', 0],
      ],
    );
    for (const size of [1, 7, 511, 512, 513, 4096]) assert.deepEqual(await read(archive, size), whole);
  });

  it('may end right behind its last content, or in the padding, and nowhere before', async () => {
    const archive = tar([{ path: 'a', content: 'first' }]);
    const end = 512 + 'first'.length;
    for (const length of [end, end + 1, 1023, 1024, 1024 + 512]) {
      const found = await read(archive.subarray(0, length));
      assert.deepEqual(
        found.map(({ path, text }) => [path.toString(), text]),
        [['a', 'first']],
      );
    }
    for (const length of [1, 511, 512, end - 1])
      await assert.rejects(read(archive.subarray(0, length)), /ends in the middle/);
  });

  it('says where the content of an entry lies', async () => {
    const archive = tar([
      { path: 'a', content: 'first' },
      { path: 'b', content: 'second', pax: { comment: 'x' } },
    ]);
    for (const { offset, size, text } of await read(archive))
      assert.equal(archive.toString('latin1', offset, offset + size), text);
  });

  it('takes from pax headers what does not fit into a header', async () => {
    const { uid, gid, mtimeSeconds, mtimeNanoseconds, path, xattrs } = await one({
      path: Buffer.from([0x66, 0xff, 0xfe]),
      pax: {
        uid: '3000000',
        gid: '4000000',
        mtime: '1700000000.123456789',
        'SCHILY.xattr.security.capability': Buffer.from([1, 0, 0, 2, 0xff]),
      },
    });
    assert.deepEqual([uid, gid, mtimeSeconds, mtimeNanoseconds], [3_000_000, 4_000_000, 1_700_000_000, 123_456_789]);
    assert.deepEqual([...path], [0x66, 0xff, 0xfe]);
    assert.deepEqual(xattrs, [{ name: 'security.capability', value: Buffer.from([1, 0, 0, 2, 0xff]) }]);
  });

  it('knows times before 1970', async () => {
    const { mtimeSeconds, mtimeNanoseconds } = await one({ path: 'old', pax: { mtime: '-1.25' } });
    assert.deepEqual([mtimeSeconds, mtimeNanoseconds], [-2, 750_000_000]);
  });

  it('takes a file with a slash at its end for a directory, as before ustar', async () => {
    assert.equal((await one({ path: 'old/' })).type, '5');
  });

  it('ends where it ends, with zeros or without', async () => {
    const archive = tar([{ path: 'a', content: 'x' }]);
    assert.equal((await read(archive.subarray(0, 1024))).length, 1);
    assert.equal((await read(Buffer.concat([archive, Buffer.alloc(10_000, 'rubbish')]))).length, 1);
  });

  const bad: [string, Buffer, RegExp][] = [
    ['nothing at all', Buffer.alloc(0), /^archive: is empty$/],
    ['noise', Buffer.alloc(2048, 'noise'), /^archive: not a tar archive, or damaged/],
    [
      'a kind that nobody knows',
      tar([{ path: 'a', type: 'Z' }]),
      /^archive: "a" is of type "Z", which is not supported$/,
    ],
    ['no name', tar([{ path: '' }]), /^archive: an entry has no name$/],
    ['an owner out of range', tar([{ path: 'a', pax: { uid: '99999999999' } }]), /"a" has an owner out of range$/],
    ['an owner that is no number', tar([{ path: 'a', pax: { uid: 'root' } }]), /pax uid is not a number$/],
    ['a time that is none', tar([{ path: 'a', pax: { mtime: 'now' } }]), /pax mtime is not a time$/],
    ['a NUL in a name', tar([{ path: 'a', pax: { path: 'a\0b' } }]), /a name has a NUL in it$/],
    ['an end within an entry', tar([{ path: 'a', content: 'x'.repeat(600) }]).subarray(0, 700), /ends in the middle/],
  ];
  for (const [what, archive, message] of bad)
    it(`with ${what} is refused`, () => assert.rejects(read(archive), { code: 'invalid-argument', message }));
});

describe('what is written', () => {
  it('is read back as it was', async () => {
    const [first] = await read(
      tar([
        {
          path: `${'d/'.repeat(80)}f`,
          content: 'text',
          uid: 3,
          mode: 0o4711,
          pax: { mtime: '5.5', 'SCHILY.xattr.user.a': 'b' },
        },
      ]),
    );
    assert.ok(first);
    const { text, ...entry } = first;
    async function* content(): AsyncGenerator<Buffer, void, undefined> {
      yield Buffer.from(text);
    }
    async function* entries(): AsyncGenerator<TarEntry, void, undefined> {
      yield { ...entry, content };
    }
    const parts: Buffer[] = [];
    for await (const part of writeTar(entries())) parts.push(Buffer.from(part));
    const [again] = await read(Buffer.concat(parts));
    assert.deepEqual({ ...again, offset: 0 }, { ...first, offset: 0 });
  });

  it('has zeros for holes in a layer, however the pieces come, and keeps only very large ones', async () => {
    const segments = [
      { offset: 0, length: 2 },
      { offset: 700, length: 3 },
      { offset: 703, length: 1 },
      { offset: 2000, length: 0 },
    ];
    const [plain] = await read(tar([{ path: 'f', content: 'abcdef' }]));
    assert.ok(plain);
    async function* content(): AsyncGenerator<Buffer, void, undefined> {
      for (const piece of ['a', 'bcd', 'ef']) yield Buffer.from(piece);
    }
    async function* entries(): AsyncGenerator<TarEntry, void, undefined> {
      yield { ...plain, segments, size: 2000, content } as TarEntry;
      yield { ...plain, segments, size: 2 ** 40, content } as TarEntry;
    }
    const parts: Buffer[] = [];
    for await (const part of writeTar(fillHoles(entries()))) parts.push(Buffer.from(part));
    const [filled, sparse] = await read(Buffer.concat(parts));
    const expected = Buffer.alloc(2000);
    expected.write('ab');
    expected.write('cdef', 700);
    assert.deepEqual([filled?.segments, filled?.size, filled?.text], [undefined, 2000, expected.toString('latin1')]);
    assert.deepEqual([sparse?.size, sparse?.text], [2 ** 40, 'abcdef']);
  });
});
