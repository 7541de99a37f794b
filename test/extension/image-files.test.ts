import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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
  await tree.clickContext('1', 'Save to File…');
  await window.quick.chooseFile('Save kept:1', path);
  await until('the archive is there', () => existsSync(path));
  await window.messages.waitForNotification(/Saved kept:1/);
  await store.succeed(['rmi', 'kept:1']);
  await window.run('Skiff: Load Images from a File…');
  await window.quick.chooseFile('Load Images', path);
  await tree.waitForRow('kept');
  await store.succeed(['rmi', 'kept:1']);
});

story('a registry that wants a login asks for one, which VS Code keeps', async ({ window, store }) => {
  const reference = `${guarded.host}/team/box:1`;
  await store.succeed(['import', busyboxRootfs(), reference]);
  await window.openActivity('Skiff');
  const tree = window.tree('Images');
  await tree.waitForRow(`${guarded.host}/team/box`);
  await tree.clickContext('1', 'Push');
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
