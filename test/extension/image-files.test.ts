import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { useEditor } from '../support/editor.ts';
import { busyboxRootfs } from '../support/images.ts';
import { TestRegistry } from '../support/registry.ts';
import { until } from '../support/wait.ts';

const { story } = useEditor();

let guarded: TestRegistry;
let folder: string;
before(async () => {
  guarded = await TestRegistry.start({ user: { name: 'me', password: 'secret' } });
  folder = mkdtempSync(join(tmpdir(), 'skiff-files-'));
  writeFileSync(join(folder, 'beside.tar'), '');
});
after(async () => {
  await guarded.dispose();
  rmSync(folder, { recursive: true, force: true });
});

story('an image is saved to a file, and comes back from it', async ({ window, store }) => {
  await store.succeed(['import', busyboxRootfs(), 'kept:1']);
  const path = join(folder, 'kept.tar');
  await window.openActivity('Skiff');
  const tree = window.tree('Images');
  await tree.waitForRow('kept');
  await tree.clickContext('1', 'Save Image to File…');
  await window.quick.chooseFile('Save kept:1', path);
  await until('the archive is there', () => existsSync(path));
  await window.messages.waitForNotification(/Saved kept:1/);
  await store.succeed(['rmi', 'kept:1']);
  await window.run('Skiff: Load Images from a File…');
  await window.quick.chooseFile('Load Images', path);
  await tree.waitForRow('kept');
  await store.succeed(['rmi', 'kept:1']);
});

story('a root file system comes from a file, and archives are dropped on the tree', async ({ window, store }) => {
  const [root, saved] = [join(folder, 'Root FS.tar'), join(folder, 'dropped.tar')];
  copyFileSync(busyboxRootfs(), root);
  await window.openActivity('Skiff');
  await window.run('Skiff: Import Root File System as Image…');
  await window.quick.chooseFile('Import Root File System', root);
  await window.quick.waitFor(/Import Root FS\.tar/);
  await window.quick.enter('imported:1');
  const tree = window.tree('Images');
  await tree.waitForRow('imported');
  await store.succeed(['tag', 'imported:1', 'dropped:1']);
  await store.succeed(['save', '-o', saved, 'dropped:1']);
  await store.succeed(['rmi', 'dropped:1']);
  await tree.waitForNoRow('dropped');
  await tree.drop('imported', { path: saved }, { path: root });
  await window.quick.waitFor(/dropped\.tar/);
  await window.screenshot('dropped');
  await window.quick.pick('Load Images');
  await tree.waitForRow('dropped');
  await window.quick.waitFor(/Root FS\.tar/);
  await window.quick.pick('Import Root File System');
  await window.quick.waitFor(/Import Root FS\.tar/);
  await window.quick.enter('again:1');
  await tree.waitForRow('again');
});

story('what nobody needs is pruned, and the notification says how much that was', async ({ window, store }) => {
  await store.succeed(['import', busyboxRootfs(), 'needed:1']);
  await store.succeed(['create', '--name', 'needs', '--network', 'none', 'needed:1', 'true']);
  // The same tag for another image leaves one without a name.
  await store.succeed(['import', '-m', 'newer', busyboxRootfs(), 'again:1']);
  const tree = window.tree('Images');
  await tree.waitForRow('needed');
  await window.run('Skiff: Prune Images…');
  const { message, buttons } = await window.messages.dialog();
  assert.equal(message, 'Remove images that no container was made of?');
  assert.ok(['Remove Unnamed', 'Remove All Unused'].every((button) => buttons.includes(button)));
  await window.screenshot('prune');
  await window.messages.clickDialog('Remove All Unused');
  await window.messages.waitForNotification(/^\d[\d.]* [kM]?B are free again\.$/);
  await tree.waitFor('the one in use alone', (rows) =>
    rows.every(({ level, label }) => level > 1 || label === 'needed'),
  );
  await store.succeed(['rm', 'needs']);
  await store.succeed(['rmi', 'needed:1']);
});

story('a registry that wants a login asks for one, which VS Code keeps', async ({ window, store }) => {
  const reference = `${guarded.host}/team/box:1`;
  await store.succeed(['import', busyboxRootfs(), reference]);
  await window.openActivity('Skiff');
  const tree = window.tree('Images');
  await tree.waitForRow(`${guarded.host}/team/box`);
  await tree.clickContext('1', 'Push Image');
  await window.messages.clickNotification(/push access denied/, 'Log In…');
  await window.quick.waitFor(/User name/);
  await window.quick.enter('me');
  await window.quick.waitFor(/Password/);
  await window.quick.enter('secret');
  await window.messages.waitForNotification(/^Pushed /);
  await store.succeed(['rmi', reference]);
  // Not asked again.
  await window.run('Skiff: Pull Image…');
  await window.quick.enter(reference);
  await tree.waitForRow(`${guarded.host}/team/box`);
  await window.run('Skiff: Log Out of Registry…');
  await window.quick.pick(guarded.host);
  await window.messages.waitForNotification(/Logged out of/);
});
