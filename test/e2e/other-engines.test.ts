import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { dockerArchive } from '../support/image-archive.ts';
import { busyboxRootfs } from '../support/images.ts';
import { docker, noDocker, noPodman, podman, type OtherEngine } from '../support/other-engines.ts';
import { run } from '../support/run.ts';
import { TestStore } from '../support/store.ts';
import { tar, type TestEntry } from '../support/tar.ts';
import { assertSameTree, listing } from '../support/tree-listing.ts';

/** CAP_NET_RAW, permitted and effective (linux/capability.h): bytes that are no text. */
const capability = Buffer.from('0100000200200000000000000000000000000000', 'hex');
const capable = { 'SCHILY.xattr.security.capability': capability };

/** All kinds of files, with whole seconds, since Docker's archives know no others. */
const bottom: TestEntry[] = [
  { path: 'data/', type: '5', mode: 0o755, mtime: 1_100_000_000 },
  { path: 'data/file', content: 'hello\n' },
  // What it says holds for the file.
  { path: 'data/hard', type: '1', link: 'data/file', mode: 0o4751, uid: 7, gid: 8, mtime: 1_200_000_000 },
  { path: 'data/soft', type: '2', link: '../../outside', mode: 0o777, uid: 5, gid: 6, mtime: 1_000_000_001 },
  { path: 'data/far', type: '2', link: `/${'long/'.repeat(30)}target`, mode: 0o777 },
  { path: 'data/pipe', type: '6', mode: 0o622 },
  { path: 'data/zero', type: '3', major: 1, minor: 5, mode: 0o666 },
  { path: 'data/disk', type: '4', major: 7, minor: 9, mode: 0o660, gid: 6 },
  { path: 'data/capable', content: 'binary', mode: 0o755, pax: capable },
  { path: 'data/noted', content: 'with a note', pax: { 'SCHILY.xattr.user.note': 'of the user' } },
  { path: 'data/others', content: 'large ids', uid: 1_000_000, gid: 1_000_001 },
  { path: 'data/sticky/', type: '5', mode: 0o1777, uid: 1000, gid: 1000, mtime: 1_300_000_000 },
  { path: 'data/set-group/', type: '5', mode: 0o2750, mtime: 1_300_000_001 },
  { path: 'data/sp ace', content: '' },
  { path: 'data/grüße', content: 'not only ASCII' },
  { path: `data/${'n'.repeat(200)}`, content: 'a long name' },
  { path: 'data/zeros', content: Buffer.concat([Buffer.alloc(1_000_000), Buffer.from('end')]) },
  { path: 'data/goes', content: 'not to be seen' },
  { path: 'data/hidden/', type: '5' },
  { path: 'data/hidden/inside', content: 'not to be seen' },
  { path: 'data/changes', content: 'first' },
];

const top: TestEntry[] = [
  { path: 'data/.wh.goes' },
  { path: 'data/hidden/', type: '5', mode: 0o711, mtime: 1_400_000_000 },
  { path: 'data/hidden/.wh..wh..opq' },
  { path: 'data/hidden/new', content: 'new' },
  { path: 'data/changes', type: '5', mode: 0o700, mtime: 1_400_000_002 },
  { path: 'data/', type: '5', mode: 0o755, mtime: 1_400_000_001 },
];

const config = {
  author: 'somebody',
  config: { Cmd: ['/data/file'], Env: ['A=b'], Labels: { of: 'ours' } },
};

for (const [name, why, start] of [
  ['docker', noDocker, docker],
  ['podman', noPodman, podman],
] as const)
  describe(`what goes through ${name} and comes back`, { skip: why }, () => {
    let folder: string;
    let engine: OtherEngine;
    let first: TestStore;
    let second: TestStore;
    const at = (file: string): string => join(folder, file);
    const theirs = async (...words: string[]): Promise<string> => {
      const [command = '', ...args] = engine.argv(...words);
      const { code, stdout, stderr } = await run(command, args, { env: engine.env });
      assert.equal(code, 0, `${name} ${words.join(' ')}: ${stderr}`);
      return stdout.trim();
    };

    before(async () => {
      folder = mkdtempSync(join(tmpdir(), 'skiff-trip-'));
      [first, second] = [new TestStore(), new TestStore()];
      writeFileSync(at('image.tar'), tar(dockerArchive('trip:1', [tar(bottom), tar(top)], config)));
      await first.succeed(['load', '-i', at('image.tar')]);
      const found = await start();
      assert.ok(found, `${name} can be started`);
      engine = found;
    });
    after(async () => {
      await engine?.dispose();
      await first.dispose();
      await second.dispose();
      rmSync(folder, { recursive: true, force: true });
    });

    /** The part of an exported archive that is the image's, unpacked by GNU tar. */
    const unpacked = async (archive: string): Promise<string> => {
      const tree = at(`${archive}.d`);
      mkdirSync(tree);
      const { code, stderr } = await run('tar', ['-xpf', at(archive), '--xattrs', '--xattrs-include=*', '-C', tree]);
      assert.equal(code, 0, stderr);
      return join(tree, 'data');
    };
    const exported = async (store: TestStore, image: string, archive: string): Promise<string> => {
      const id = await store.succeed(['create', '--network', 'none', image]);
      await store.succeed(['export', '-o', at(archive), id]);
      await store.succeed(['rm', id]);
      return unpacked(archive);
    };

    it('by save and load has the same id, history and tree, which is what they see of it', async () => {
      await first.succeed(['save', '-o', at('ours.tar'), 'trip:1']);
      await theirs('load', '-i', at('ours.tar'));
      await theirs('save', '-o', at('theirs.tar'), 'trip:1');
      await second.succeed(['load', '-i', at('theirs.tar')]);
      const id = await first.succeed(['images', '-q', '--no-trunc']);
      assert.equal(await second.succeed(['images', '-q', '--no-trunc']), id);
      assert.match(
        await theirs('image', 'inspect', '--format', '{{.Id}}', 'trip:1'),
        new RegExp(id.replace('sha256:', '')),
      );
      const history = ['history', '--no-trunc', 'trip:1'];
      assert.equal(await second.succeed(history), await first.succeed(history));
      const sent = await exported(first, 'trip:1', 'before.tar');
      assert.match(listing(sent), /^file\|f\|4751\|7:8\|1200000000\.0+\|\|2$/m);
      assert.match(listing(sent), /security\.capability=0x0100000200200000/);
      assert.doesNotMatch(listing(sent), /goes|inside/);
      assertSameTree(await exported(second, 'trip:1', 'after.tar'), sent);
      await theirs('create', '--name', 'seen', 'trip:1');
      await theirs('export', '-o', at('seen.tar'), 'seen');
      assertSameTree(await unpacked('seen.tar'), sent, lostBy(name));
    });

    it('by export and import has the same tree, and none of its history', async () => {
      const sent = await exported(first, 'trip:1', 'sent.tar');
      await theirs('import', at('sent.tar'), 'flat:1');
      await theirs('create', '--name', 'flat', 'flat:1', '/data/file');
      await theirs('export', '-o', at('returned.tar'), 'flat');
      await second.succeed(['import', at('returned.tar'), 'flat:1']);
      const id = await second.succeed(['create', '--network', 'none', 'flat:1', '/data/file']);
      await second.succeed(['export', '-o', at('final.tar'), id]);
      assertSameTree(await unpacked('final.tar'), sent, lostBy(name));
      assert.doesNotMatch(await second.succeed(['history', '--no-trunc', 'flat:1']), /step/);
    });

    it('after a commit of files with holes and of hard links is whole, and can be saved there', async () => {
      await first.succeed(['import', busyboxRootfs(), 'box:1']);
      const script =
        'mkdir /data; cd /data; truncate -s 3M holes; echo end >>holes; echo a >a; ln a b; touch -d "2001-02-03 04:05:06" a holes .';
      await first.succeed(['run', '--name', 'maker', '--network', 'none', 'box:1', 'sh', '-c', script]);
      const upper = await first.succeed(['inspect', '-f', '{{.GraphDriver.Data.UpperDir}}', 'maker']);
      const value = '0x0100000200200000000000000000000000000000';
      await run('setfattr', ['-n', 'security.capability', '-v', value, join(upper, 'data/a')]);
      await first.succeed(['commit', '-c', 'CMD sh', 'maker', 'holes:1']);
      await first.succeed(['save', '-o', at('holes.tar'), 'holes:1']);
      await theirs('load', '-i', at('holes.tar'));
      await theirs('save', '-o', at('again.tar'), 'holes:1');
      await second.succeed(['load', '-i', at('again.tar')]);
      const sent = await exported(first, 'holes:1', 'holes-sent.tar');
      assert.match(listing(sent), /security\.capability=0x0100000200200000/);
      assertSameTree(await exported(second, 'holes:1', 'holes-back.tar'), sent);
      await theirs('create', '--name', 'holes', 'holes:1');
      await theirs('export', '-o', at('holes-seen.tar'), 'holes');
      assertSameTree(await unpacked('holes-seen.tar'), sent);
    });
  });

/** Docker's own archives have no xattrs but security.capability (moby, pkg/archive: ReadSecurityXattrToTarHeader). */
function lostBy(name: string): RegExp {
  return name === 'docker' ? /user\.note|# file: noted/ : /^$/;
}
