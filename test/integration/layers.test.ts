import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { operation, testEngine, type TestEngine } from '../support/engine.ts';
import { tar, type TestEntry } from '../support/tar.ts';

let test: TestEngine;
let folder: string;
before(async () => {
  test = await testEngine();
  folder = mkdtempSync(join(tmpdir(), 'skiff-layers-'));
});
after(async () => {
  await test.dispose();
  rmSync(folder, { recursive: true, force: true });
});

/** Imports an archive, hands over the directory of its layer, and removes the image. */
async function unpacked(entries: readonly TestEntry[], look: (diff: string) => void): Promise<void> {
  const bytes = tar(entries);
  const path = join(folder, 'layer.tar');
  writeFileSync(path, bytes);
  const { id } = await test.engine.importImage({ path }, {}, operation);
  const diffId = createHash('sha256').update(bytes).digest('hex');
  try {
    look(join(test.root, 'layers', diffId, 'diff'));
  } finally {
    await test.engine.removeImage(id, { force: true }, operation);
  }
}

/** What was removed is swept when nobody waits. */
const layers = (): string[] => readdirSync(join(test.root, 'layers')).filter((name) => !name.startsWith('.gone-'));

async function refused(entries: readonly TestEntry[], message: RegExp): Promise<void> {
  const path = join(folder, 'bad.tar');
  writeFileSync(path, tar(entries));
  await assert.rejects(test.engine.importImage({ path }, {}, operation), (error: Error) => {
    assert.match(error.message, message);
    assert.doesNotMatch(error.message, /\n/);
    return true;
  });
  assert.deepEqual(layers(), []);
  assert.deepEqual(test.engine.listImages(), []);
}

const isWhiteout = (path: string): boolean => {
  const status = lstatSync(path);
  return status.isCharacterDevice() && status.rdev === 0;
};

const xattrs = (path: string): string =>
  execFileSync('getfattr', ['-h', '-d', '-m', '-', '-e', 'hex', '--absolute-names', path], { encoding: 'utf8' });

describe('a layer', () => {
  it('keeps owners, modes, times, links, devices and the bytes of names', async () => {
    const odd = Buffer.from([0x61, 0xff, 0xfe, 0x62]);
    await unpacked(
      [
        { path: './', type: '5', mode: 0o711 },
        { path: 'etc/', type: '5', mode: 0o2750, uid: 3, gid: 4, mtime: 1_111_111_111 },
        { path: 'etc/file', content: 'hello', mode: 0o600, uid: 9 },
        // All names have what the last of them says, as in Docker.
        { path: 'etc/hard', type: '1', link: 'etc/file', mode: 0o4755, uid: 7, gid: 8, mtime: 1_222_222_222 },
        { path: 'etc/soft', type: '2', link: '/etc/file', uid: 5, gid: 6 },
        { path: 'null', type: '3', major: 1, minor: 3, mode: 0o666 },
        { path: 'pipe', type: '6', mode: 0o600 },
        { path: odd, content: 'x' },
        { path: 'precise', pax: { mtime: '1333333333.123456789' } },
      ],
      (diff) => {
        const file = lstatSync(join(diff, 'etc/file'));
        assert.deepEqual([file.mode & 0o7777, file.uid, file.gid, file.mtimeMs], [0o4755, 7, 8, 1_222_222_222_000]);
        assert.equal(lstatSync(join(diff, 'etc/hard')).ino, file.ino);
        const soft = lstatSync(join(diff, 'etc/soft'));
        assert.deepEqual([readlinkSync(join(diff, 'etc/soft')), soft.uid, soft.gid], ['/etc/file', 5, 6]);
        const etc = lstatSync(join(diff, 'etc'));
        assert.deepEqual([etc.mode & 0o7777, etc.uid, etc.gid, etc.mtimeMs], [0o2750, 3, 4, 1_111_111_111_000]);
        assert.equal(lstatSync(diff).mode & 0o777, 0o711);
        assert.deepEqual([lstatSync(join(diff, 'null')).rdev, lstatSync(join(diff, 'pipe')).isFIFO()], [0x103, true]);
        assert.ok(readdirSync(diff, { encoding: 'buffer' }).some((name) => name.equals(odd)));
        assert.equal(lstatSync(join(diff, 'precise'), { bigint: true }).mtimeNs, 1_333_333_333_123_456_789n);
      },
    );
  });

  it('keeps capabilities, and drops what would steer our overlay', async () => {
    const capability = Buffer.from('0100000200200000000000000000000000000000'.slice(0, 40), 'hex');
    await unpacked(
      [
        {
          path: 'ping',
          content: 'x',
          mode: 0o755,
          uid: 9,
          pax: {
            'SCHILY.xattr.security.capability': capability,
            'SCHILY.xattr.user.color': Buffer.from([0x80, 0xff]),
            'SCHILY.xattr.trusted.overlay.redirect': '/etc',
            'SCHILY.xattr.user.overlay.opaque': 'y',
          },
        },
      ],
      (diff) => {
        const text = xattrs(join(diff, 'ping'));
        assert.match(text, /security\.capability=0x0100000200200000/);
        assert.match(text, /user\.color=0x80ff/);
        assert.doesNotMatch(text, /overlay/);
      },
    );
  });

  it('leaves zeros out of files', async () => {
    const content = Buffer.alloc(8 * 1024 * 1024);
    content.write('end', content.length - 3);
    await unpacked(
      [
        { path: 'sparse', content },
        { path: 'zeros', content: Buffer.alloc(1_000_001) },
      ],
      (diff) => {
        assert.ok(readFileSync(join(diff, 'sparse')).equals(content));
        assert.ok(lstatSync(join(diff, 'sparse')).blocks * 512 < 100_000);
        assert.equal(lstatSync(join(diff, 'zeros')).size, 1_000_001);
      },
    );
  });

  it('gets a later entry in place of an earlier one of the same name', async () => {
    await unpacked(
      [
        { path: 'a', content: 'first' },
        { path: 'a', content: 'second' },
        { path: 'b/', type: '5' },
        { path: 'b/c', content: 'x' },
        { path: 'b', content: 'now a file' },
        { path: 'd', type: '2', link: 'a' },
        { path: 'd/', type: '5' },
        { path: 'd/e', content: 'below' },
        { path: 'a', type: '1', link: 'a' },
      ],
      (diff) => {
        assert.equal(readFileSync(join(diff, 'a'), 'utf8'), 'second');
        assert.equal(readFileSync(join(diff, 'b'), 'utf8'), 'now a file');
        assert.equal(readFileSync(join(diff, 'd/e'), 'utf8'), 'below');
      },
    );
  });

  it("has overlay's form of whiteouts, which hide nothing of its own", async () => {
    await unpacked(
      [
        { path: 'gone/', type: '5' },
        { path: 'gone/.wh.old' },
        { path: 'opaque/', type: '5' },
        { path: 'opaque/.wh..wh..opq', content: 'some bytes' },
        { path: 'own', content: 'own' },
        { path: '.wh.own' },
        { path: '.wh.again' },
        { path: 'again/', type: '5' },
        { path: '.wh..wh.plnk', type: '5' },
      ],
      (diff) => {
        assert.ok(isWhiteout(join(diff, 'gone/old')));
        assert.match(xattrs(join(diff, 'opaque')), /trusted\.overlay\.opaque=0x79/);
        assert.equal(readFileSync(join(diff, 'own'), 'utf8'), 'own');
        assert.match(xattrs(join(diff, 'again')), /trusted\.overlay\.opaque=0x79/);
        assert.deepEqual(readdirSync(diff), ['again', 'gone', 'opaque', 'own']);
      },
    );
  });
});

describe('no entry reaches beyond its layer:', () => {
  const outside = `/tmp/skiff-outside-${process.pid}`;
  after(() => assert.equal(existsSync(outside), false));

  it('not by ..', () => refused([{ path: '../../outside', content: 'x' }], /outside/));
  it('not by .. within a name', () => refused([{ path: 'a/../../b', content: 'x' }], /invalid argument/));
  it('not by an absolute name', () =>
    unpacked([{ path: outside, content: 'x' }], (diff) => {
      assert.equal(readFileSync(join(diff, outside), 'utf8'), 'x');
      assert.equal(existsSync(outside), false);
    }));
  it('not through a symbolic link', () =>
    unpacked(
      [
        { path: 'link', type: '2', link: '/tmp' },
        { path: `link/skiff-outside-${process.pid}`, content: 'x' },
        { path: 'up', type: '2', link: '../../../../../..' },
        { path: `up${outside}`, content: 'x' },
      ],
      (diff) => {
        assert.equal(readFileSync(join(diff, outside), 'utf8'), 'x');
        assert.equal(existsSync(outside), false);
      },
    ));
  it('not by writing to a link', () =>
    unpacked(
      [
        { path: 'target', type: '2', link: outside },
        { path: 'target', content: 'x' },
      ],
      (diff) => assert.ok(lstatSync(join(diff, 'target')).isFile()),
    ));
  it('not by a hard link', () => refused([{ path: 'passwd', type: '1', link: '/etc/passwd' }], /passwd.*no such file/));
  it('not by a hard link through a symbolic one', () =>
    refused(
      [
        { path: 'etc', type: '2', link: '/etc' },
        { path: 'passwd', type: '1', link: 'etc/passwd' },
      ],
      /passwd/,
    ));
  it('not by a device node, which nothing is written to or through', async () => {
    const node = { path: 'node', type: '4', major: 7, minor: 250, mode: 0o666 };
    await unpacked(
      [
        node,
        { path: 'node', content: 'x' },
        { path: 'below/', type: '5' },
        { path: 'below/file', content: 'x' },
        { ...node, path: 'below', type: '3' },
        { path: 'door', type: '2', link: '/dev' },
        { ...node, path: 'door/node' },
        { ...node, path: 'second' },
        { path: 'linked', type: '1', link: 'second' },
        { path: 'linked', content: 'x' },
      ],
      (diff) => {
        assert.equal(readFileSync(join(diff, 'node'), 'utf8'), 'x');
        assert.ok(lstatSync(join(diff, 'below')).isCharacterDevice());
        assert.ok(lstatSync(join(diff, 'dev/node')).isBlockDevice());
        assert.equal(existsSync('/dev/node'), false);
        assert.ok(lstatSync(join(diff, 'second')).isBlockDevice());
        assert.equal(readFileSync(join(diff, 'linked'), 'utf8'), 'x');
      },
    );
    await refused([{ ...node, path: './' }], /invalid argument/);
    await refused([node, { path: 'node/below', content: 'x' }], /not a directory/);
  });
  it('not by a whiteout of . or ..', async () => {
    await refused([{ path: 'd/.wh..' }], /invalid argument/);
    await refused([{ path: 'd/.wh...' }], /invalid argument/);
  });
});

describe('a layer that is larger than it may be', () => {
  const limited = async (name: string, value: string, work: () => Promise<void>): Promise<void> => {
    process.env[name] = value;
    try {
      await work();
    } finally {
      delete process.env[name];
    }
  };
  const bomb = [
    { path: 'a', content: Buffer.alloc(3_000_000) },
    { path: 'b', content: 'x' },
  ];
  it('is refused by its bytes', () =>
    limited('SKIFF_MAX_LAYER_BYTES', '1000000', () => refused(bomb, /has too many bytes$/)));
  it('is refused by its entries', () =>
    limited('SKIFF_MAX_LAYER_ENTRIES', '1', () => refused(bomb, /has too many entries$/)));
  it('is taken when there is no limit', () => limited('SKIFF_MAX_LAYER_BYTES', '0', () => unpacked(bomb, () => {})));
});

describe('what is no layer is refused in one line, and nothing stays:', () => {
  it('a name that is too long', () => refused([{ path: 'n'.repeat(300) }], /name too long/));
  it('a path that is too long', () => refused([{ path: 'd/'.repeat(2500) }], /too long/));
  it('a file below a file', () =>
    refused(
      [
        { path: 'a', content: 'x' },
        { path: 'a/b', content: 'x' },
      ],
      /not a directory/,
    ));
  it('an opaque mark on a file', () =>
    refused([{ path: 'a', content: 'x' }, { path: 'a/.wh..wh..opq' }], /not a directory/));
  it('a hard link to a directory', () =>
    refused(
      [
        { path: 'd/', type: '5' },
        { path: 'e', type: '1', link: 'd' },
      ],
      /illegal operation on a directory/,
    ));
  it('an archive that ends in a file', async () => {
    const path = join(folder, 'cut.tar');
    writeFileSync(path, tar([{ path: 'a', content: 'x'.repeat(5000) }]).subarray(0, 3000));
    await assert.rejects(test.engine.importImage({ path }, {}, operation), /cut\.tar/);
    assert.deepEqual(layers(), []);
  });
});
