import assert from 'node:assert/strict';
import { useEditor } from '../support/editor.ts';
import { until } from '../support/wait.ts';

const { story } = useEditor();

story('a volume is made, shows who has it, is inspected, and is removed once it is free', async ({ window, store }) => {
  await window.openActivity('Skiff');
  await window.run('Skiff: Create Volume…');
  await window.quick.fill('no name');
  await window.quick.waitFor(/at least two letters/);
  await window.quick.enter('data');
  await until('it is made', async () => (await store.succeed(['volume', 'ls', '-q'])) === 'data');
  const tree = window.tree('Volumes');
  await tree.expandPane();
  await tree.waitForRow('data', /unused$/);
  await store.succeed(['create', '--name', 'user', '-v', 'data:/data', '@host', 'true']);
  await tree.waitForRow('data', /used by user$/);
  await window.screenshot('volumes');
  const { description } = await tree.waitForRow('data', / ago /);
  await tree.waitFor(
    'its age goes on',
    (rows) => rows.some((row) => row.label === 'data' && row.description !== description),
    40_000,
  );
  await tree.clickContext('data', 'Inspect Volume');
  await until('the document is open', async () => /"Name": "data"/.test((await window.activeEditor()).text));
  await window.run('View: Close All Editors');
  await tree.clickContext('data', 'Remove Volume…');
  assert.match((await window.messages.dialog()).message, /Remove volume data\?/);
  await window.messages.clickDialog('Remove');
  const { message } = await window.messages.waitForNotification(/volume/);
  assert.match(message, /^Could not remove volume data: .*in use/);
  await store.succeed(['rm', 'user']);
  await tree.waitForRow('data', /unused$/);
  await store.succeed(['volume', 'create', 'more']);
  await tree.waitForRow('more', /unused$/);
  await window.run('Skiff: Prune Volumes…');
  await window.messages.clickDialog('Remove');
  await until('the view is empty', async () => (await tree.rows()).length === 0);
  assert.equal(await store.succeed(['volume', 'ls', '-q']), '');
});
