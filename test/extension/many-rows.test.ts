/** What is done to several rows at once: to those that are selected, to a group's, to all that are of no use any more. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { useEditor } from '../support/editor.ts';
import { busyboxRootfs } from '../support/images.ts';
import { until } from '../support/wait.ts';

const { story } = useEditor({ settings: { 'skiff.containers.groupBy': 'project' } });

const project = ['--label', 'com.docker.compose.project=shop'];

story('files are copied into each of the selected containers', async ({ window, store, workspace }) => {
  for (const name of ['api', 'db'])
    await store.succeed(['run', '-d', '--name', name, ...project, '--init', '@host', 'sleep', '1000']);
  writeFileSync(join(workspace, 'both.txt'), 'for both');
  await window.openActivity('Skiff');
  const tree = window.tree('Containers');
  await tree.waitForRow('api', /^Up /);
  await tree.waitForRow('db', /^Up /);
  await tree.select('api', 'db');
  await tree.clickContext('db', 'Copy Files to Container…');
  await window.quick.chooseFile('Files to Copy', join(workspace, 'both.txt'));
  await window.quick.waitFor(/Folder in the container/);
  const words = (await window.quick.words()).join('\n');
  assert.ok(words.includes('api') && words.includes('db'), words);
  await window.quick.enter('/tmp');
  for (const name of ['api', 'db']) {
    await until(`${name} has the file`, async () => {
      const { stdout } = await store.skiff(['exec', name, 'cat', '/tmp/both.txt']);
      return stdout === 'for both';
    });
  }
});

story('a group of containers is stopped, started and removed as one', async ({ window, store }) => {
  await store.succeed(['run', '-d', '--name', 'other', '--init', '@host', 'sleep', '1000']);
  const tree = window.tree('Containers');
  await tree.waitForRow('No Project', /^1$/);
  await tree.waitForRow('shop', /^2$/);
  await tree.clickContext('shop', 'Stop');
  for (const name of ['api', 'db']) await tree.waitForRow(name, /^Exited /);
  await tree.clickContext('shop', 'Stop');
  await window.messages.waitForNotification(/No container is running/);
  await tree.clickContext('shop', 'Start');
  for (const name of ['api', 'db']) await tree.waitForRow(name, /^Up /);
  await window.screenshot('group');
  await tree.clickContext('shop', 'Remove…');
  const { message, detail } = await window.messages.dialog();
  assert.equal(message, 'Remove 2 containers?');
  assert.match(detail, /Still running, and killed first: (api, db|db, api)/);
  await window.messages.clickDialog('Kill and Remove');
  await tree.waitForNoRow('shop');
  await tree.waitForRow('other', /^Up /);
});

story('all stopped containers are removed with one question', async ({ window, store }) => {
  for (const name of ['old', 'older']) await store.succeed(['create', '--name', name, '@host', 'true']);
  const tree = window.tree('Containers');
  await tree.waitForRow('older', /^Created/);
  await window.run('Skiff: Prune Containers…');
  const { message, detail } = await window.messages.dialog();
  assert.equal(message, 'Remove all 2 stopped containers?');
  assert.match(detail, /(old, older|older, old)$/);
  await window.messages.clickDialog('Remove');
  await tree.waitForNoRow('old');
  await tree.waitForNoRow('older');
  await tree.waitForRow('other', /^Up /);
  assert.equal(await store.succeed(['ps', '-a', '--format', '{{.Names}}']), 'other');
});

story('Delete removes the selected rows of each view, after a question', async ({ window, store }) => {
  await store.succeed(['import', busyboxRootfs(), 'busybox:1']);
  await store.succeed(['network', 'create', 'lab']);
  for (const name of ['first', 'second']) await store.succeed(['volume', 'create', name]);
  const images = window.tree('Images');
  await images.waitForRow('1');
  await images.click('1');
  await images.press('Delete');
  assert.match((await window.messages.dialog()).message, /busybox:1/);
  await window.messages.clickDialog('Remove');
  await images.waitForNoRow('1');

  const networks = window.tree('Networks');
  await networks.expandPane();
  await networks.waitForRow('lab');
  await networks.click('lab');
  await networks.press('Delete');
  assert.equal((await window.messages.dialog()).message, 'Remove network lab?');
  await window.messages.clickDialog('Remove');
  await networks.waitForNoRow('lab');

  const volumes = window.tree('Volumes');
  await volumes.expandPane();
  await volumes.waitForRow('second');
  await volumes.select('first', 'second');
  await volumes.press('Delete');
  assert.equal((await window.messages.dialog()).message, 'Remove 2 volumes?');
  await window.messages.clickDialog('Remove');
  await volumes.waitForNoRow('first');
  await volumes.waitForNoRow('second');
});
