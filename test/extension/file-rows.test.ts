/** Files and Changes below a container's row. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { busyboxRootfs } from '../support/images.ts';
import { useEditor, type Editor } from '../support/editor.ts';
import { until } from '../support/wait.ts';
import type { TreeView } from '../support/tree-view.ts';
import type { Workbench } from '../support/workbench.ts';

const { story } = useEditor();

const files = [
  'mkdir -p /data/inner; echo hello > /data/greeting; ln -s greeting /data/link; ln -s inner /data/to-inner',
  'ln -s ../../../../../../etc/passwd /data/out; ln -s nowhere /data/broken; echo deep > /data/inner/deep.txt',
  'echo changed >> /etc/passwd',
].join('; ');

async function rowOf(
  { window, store }: Pick<Editor, 'window' | 'store'>,
  name: string,
  ends = false,
): Promise<TreeView> {
  await store.succeed(['import', busyboxRootfs(), 'busybox:rows']);
  await store.succeed([
    'run',
    '-d',
    '--name',
    name,
    'busybox:rows',
    'sh',
    '-c',
    `${files}; ${ends ? 'true' : 'exec sleep 1000'}`,
  ]);
  await until('it has written', async () => /deep/.test(await store.succeed(['diff', name])));
  await window.openActivity('Skiff');
  const tree = window.tree('Containers');
  await tree.waitForRow(name, ends ? /Exited \(0\)/ : /^Up /);
  await tree.expand(name);
  return tree;
}

async function below(tree: TreeView, label: string): Promise<string[]> {
  const rows = await tree.rows();
  const at = rows.findIndex((row) => row.label === label);
  const level = rows[at]?.level ?? 0;
  const end = rows.findIndex((row, index) => index > at && row.level <= level);
  return rows
    .slice(at + 1, end < 0 ? undefined : end)
    .filter((row) => row.level === level + 1)
    .map((row) => [row.label, row.description].filter((text) => text !== '').join(' '));
}

/** Chooses from a row's menu what asks for a name. A row that VS Code draws anew at that moment is none to the command: then it is chosen again. */
async function choose(window: Workbench, label: string, entry: string): Promise<void> {
  await until(`${entry} of ${label} asks`, async () => {
    await window.tree('Containers').clickContext(label, entry);
    return until('it asks', () => window.quick.isOpen(), 1000);
  });
}

story('files are listed when they are asked for, folders first, with what links lead to', async ({ window, store }) => {
  const tree = await rowOf({ window, store }, 'rows');
  await tree.expand('Files');
  await tree.waitForRow('etc');
  await tree.expand('data');
  await tree.waitForRow('greeting');
  assert.deepEqual(await below(tree, 'data'), [
    'inner',
    'to-inner → inner',
    'broken → nowhere',
    'greeting',
    'link → greeting',
    'out → ../../../../../../etc/passwd',
  ]);
  await window.screenshot('file-rows-light');
  await tree.click('greeting');
  await until('it is open', async () => (await window.activeEditor()).text.startsWith('hello'));
  await tree.click('out');
  await until("the container's own is open", async () =>
    (await window.activeEditor()).text.trimEnd().endsWith('changed'),
  );
  await tree.expand('to-inner');
  await tree.waitForRow('deep.txt');
  await window.run('View: Close All Editors');
});

story('what the container itself does to open files and folders is seen', async ({ window, store }) => {
  const tree = window.tree('Containers');
  await tree.click('greeting');
  await until('it is open', async () => (await window.activeEditor()).text.startsWith('hello'));
  await store.succeed(['exec', 'rows', 'sh', '-c', 'echo by itself > /data/appears; echo and more >> /data/greeting']);
  await tree.waitForRow('appears');
  await until('the editor shows it', async () => (await window.activeEditor()).text.includes('and more'));
  await store.succeed(['exec', 'rows', 'rm', '/data/appears']);
  await tree.waitForNoRow('appears');
  await store.succeed(['exec', 'rows', 'sh', '-c', 'echo hello > /data/greeting']);
  await window.run('View: Close All Editors');
});

story('files are made, renamed, deleted and copied by path', async ({ window, store }) => {
  const tree = window.tree('Containers');
  await choose(window, 'inner', 'New Folder…');
  await window.quick.fill('a/b');
  await window.quick.waitFor(/without a slash/);
  await window.quick.enter('made');
  await tree.expand('inner');
  await tree.waitForRow('made');
  await choose(window, 'made', 'New File…');
  await window.quick.enter('new.txt');
  await window.page.locator('.tab.active[aria-label^="new.txt"]').waitFor();
  await tree.expand('made');
  await choose(window, 'new.txt', 'Rename File…');
  await window.quick.enter('renamed.txt');
  await tree.waitForRow('renamed.txt');
  await tree.clickContext('renamed.txt', 'Copy Path');
  await window.waitForClipboard('/data/inner/made/renamed.txt');
  assert.equal(
    await store.succeed(['exec', 'rows', 'find', '/data/inner/made']),
    '/data/inner/made\n/data/inner/made/renamed.txt',
  );
  await tree.clickContext('made', 'Delete');
  assert.match((await window.messages.dialog()).message, /^Delete \/data\/inner\/made of rows\?$/);
  await window.messages.clickDialog('Delete');
  await tree.waitForNoRow('made');
  assert.equal(await store.succeed(['exec', 'rows', 'ls', '/data/inner']), 'deep.txt');
  await window.run('View: Close All Editors');
});

story('files of this machine are copied into a folder, and back', async ({ window, store, workspace }) => {
  const tree = window.tree('Containers');
  mkdirSync(join(workspace, 'tree/below'), { recursive: true });
  writeFileSync(join(workspace, 'tree/below/one'), 'of the workspace\n');
  writeFileSync(join(workspace, 'single'), 'single\n');
  await choose(window, 'data', 'Upload…');
  await window.quick.chooseFile('Files to Copy to /data', join(workspace, 'single'));
  await tree.waitForRow('single');
  assert.equal(await store.succeed(['exec', 'rows', 'cat', '/data/single']), 'single');
  await choose(window, 'greeting', 'Download…');
  await window.quick.waitFor(/Folder to Copy to/);
  await window.quick.enter(`${workspace}/`);
  const greeting = await store.succeed(['exec', 'rows', 'cat', '/data/greeting']);
  await until('it is here', () => readFileSync(join(workspace, 'greeting'), 'utf8').trimEnd() === greeting);
});

story(
  'what is dropped on a folder is copied there, and moved within a container',
  async ({ window, store, workspace }) => {
    const tree = window.tree('Containers');
    await tree.drop('data', { name: 'from-desktop', text: 'of the desktop\n' });
    await tree.waitForRow('from-desktop');
    assert.equal(await store.succeed(['exec', 'rows', 'cat', '/data/from-desktop']), 'of the desktop');
    await tree.drop('data', { path: join(workspace, 'tree') });
    await tree.waitForRow('tree');
    assert.equal(await store.succeed(['exec', 'rows', 'cat', '/data/tree/below/one']), 'of the workspace');
    const [id = ''] = store.containerIds();
    await tree.drop('inner', { address: `skiff://${id}/data/from-desktop` });
    await window.messages.dialog();
    const asked = await window.page.locator('.monaco-dialog-box').innerText();
    assert.match(asked, /Move from-desktop to \/data\/inner\?/);
    await window.messages.clickDialog('Move');
    await until('it has moved', async () =>
      /from-desktop/.test(await store.succeed(['exec', 'rows', 'ls', '/data/inner'])),
    );
    await store.succeed(['exec', 'rows', 'rm', '-r', '/data/inner/from-desktop', '/data/tree']);
    await tree.waitForNoRow('tree');
  },
);

story('what a container has changed is a tree, compared by a click and taken back', async ({ window, store }) => {
  const tree = window.tree('Containers');
  await tree.collapse('Files');
  await tree.expand('Changes');
  await tree.waitForRow('passwd', /^Changed$/);
  await window.screenshot('change-rows-light');
  assert.deepEqual(await below(tree, 'etc'), ['passwd Changed']);
  await tree.click('passwd');
  const modified = window.page.locator('.monaco-diff-editor .modified .view-lines').first();
  await until('the difference shows', async () => /changed/.test(await modified.innerText()));
  assert.match(await window.activeTab(), /^passwd \(image ↔ rows\)/);
  await window.run('View: Close All Editors');
  await tree.click('passwd');
  await tree.click('greeting', { modifiers: ['Control'] });
  await tree.clickContext('greeting', 'Discard…');
  assert.match((await window.messages.dialog()).message, /changes of 2 files and folders/);
  await window.messages.clickDialog('Discard');
  await tree.waitForNoRow('passwd');
  await tree.waitForNoRow('greeting');
  assert.doesNotMatch(await store.succeed(['exec', 'rows', 'cat', '/etc/passwd']), /changed/);
});

story('keys rename and delete what is selected, whatever it is', async ({ window, store }) => {
  const tree = window.tree('Containers');
  await tree.collapse('Changes');
  await tree.expand('Files');
  await tree.expand('data');
  await tree.click('single');
  await tree.press('F2');
  await window.quick.waitFor(/Rename single/);
  await window.quick.enter('by-key');
  await tree.click('by-key');
  await tree.press('Delete');
  assert.match((await window.messages.dialog()).message, /^Delete \/data\/by-key of rows\?$/);
  await window.messages.clickDialog('Delete');
  await tree.waitForNoRow('by-key');
  await tree.click('rows');
  await tree.press('F2');
  await window.quick.waitFor(/Rename rows/);
  await window.quick.enter('keyed');
  await tree.click('keyed');
  await tree.press('Delete');
  assert.equal((await window.messages.dialog()).message, 'Remove container keyed?');
  await window.messages.clickDialog('Kill and Remove');
  await tree.waitForNoRow('keyed');
  assert.deepEqual(store.containerIds(), []);
});

story('a container at rest shows its files too, and becomes an image', async ({ window, store }) => {
  const tree = await rowOf({ window, store }, 'rests', true);
  await window.run('Preferences: Toggle between Light/Dark Themes');
  await tree.expand('Files');
  await tree.expand('data');
  await tree.waitForRow('greeting');
  await window.screenshot('file-rows-dark');
  await choose(window, 'data', 'New File…');
  await window.quick.enter('at-rest');
  await tree.waitForRow('at-rest');
  await window.run('View: Close All Editors');
  await choose(window, 'rests', 'Commit…');
  await window.quick.waitFor(/Name of the new image/);
  await window.quick.enter('committed:1');
  await window.messages.waitForNotification(/rests is the image committed:1 now/);
  assert.equal(await store.succeed(['run', '--rm', 'committed:1', 'ls', '/data/at-rest']), '/data/at-rest');
  await window.run('Preferences: Toggle between Light/Dark Themes');
  await store.succeed(['rm', '-f', 'rests']);
});
