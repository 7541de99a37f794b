import assert from 'node:assert/strict';
import { useEditor } from '../support/editor.ts';
import { runFromForm } from '../support/run-container.ts';
import { busyboxRootfs } from '../support/images.ts';
import { until } from '../support/wait.ts';

const { story } = useEditor();

story('images are in the tree by repository and tag, whoever brought them in', async ({ window, store }) => {
  await window.openActivity('Skiff');
  const tree = window.tree('Images');
  await until('the welcome page shows', async () => /no images yet/.test(await tree.welcomeText()));
  await store.succeed(['import', busyboxRootfs(), 'busybox:1']);
  await store.succeed(['import', busyboxRootfs(), 'busybox:2']);
  const row = await tree.waitForRow('1', /^[\d.]+ MB · /);
  assert.match(row.ariaLabel, /^Image busybox:1, /);
  await tree.waitForRow('busybox', /2 tags/);
});

story('an image is run from its row, which says who uses it', async ({ window }) => {
  const tree = window.tree('Images');
  await tree.clickInline('2', 'Run Image…');
  await runFromForm(window, { command: 'sleep 1000', place: 'Run in Background' });
  await window
    .tree('Containers')
    .waitFor('a container of busybox:2', (rows) =>
      rows.some(({ description }) => /^Up .* · busybox:2$/.test(description)),
    );
  await tree.waitForRow('2', /used by \w+_\w+$/);
});

story('removing asks first, and an image in use is refused by name', async ({ window, store }) => {
  const tree = window.tree('Images');
  await tree.clickContext('2', 'Remove Image…');
  const { message, detail } = await window.messages.dialog();
  assert.equal(message, 'Remove image busybox:2?');
  assert.match(detail, /Containers made of it: \w+_\w+\. Remove them first\./);
  await window.messages.clickDialog('Remove');
  await window.messages.waitForNotification(/Could not remove image busybox:2: .* is using its/);
  await store.succeed(['rm', '-f', ...store.containerIds()]);
  await tree.waitForRow('2', /ago$/);
  await tree.clickContext('2', 'Remove Image…');
  await window.messages.clickDialog('Remove');
  await tree.waitForNoRow('2');
});

story('the doctor reports on this machine', async ({ window }) => {
  await window.run('Skiff: Examine This Machine (Doctor)');
  await until('its report is open', async () => /Skiff Doctor/.test(await window.activeTab()));
});
