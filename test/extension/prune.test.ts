import assert from 'node:assert/strict';
import { useEditor } from '../support/editor.ts';
import { busyboxRootfs } from '../support/images.ts';
import { until } from '../support/wait.ts';

const { story } = useEditor();

story('everything unused goes in one go, but what holds data only when it is chosen', async ({ window, store }) => {
  await window.openActivity('Skiff');
  await store.succeed(['import', busyboxRootfs(), 'busybox:1']);
  await store.succeed(['network', 'create', 'quiet']);
  await store.succeed(['volume', 'create', 'data']);
  await store.succeed(['create', '--name', 'old', '--network', 'none', 'busybox:1', 'true']);
  await store.succeed(['run', '-d', '--name', 'busy', '--network', 'none', 'busybox:1', 'sleep', '1000']);
  await window.tree('Containers').waitForRow('old', /^Created/);
  await window.run('Skiff: Prune Everything Unused…');
  await window.quick.waitFor(/What is chosen is removed for good/);
  await window.quick.waitForRows([
    'Stopped Containers 1',
    'Networks Without Containers 1',
    'All Images That No Container Was Made Of',
    'Volumes That No Container Has, With Their Files 1',
  ]);
  await window.screenshot('prune-everything');
  await window.quick.press('Enter');
  const { message, detail } = await window.messages.dialog();
  assert.equal(message, 'Remove what nothing uses?');
  assert.match(detail, /^Stopped Containers: old\s*Networks Without Containers: quiet$/);
  await window.messages.clickDialog('Remove');
  const { message: told } = await window.messages.waitForNotification(/^Removed/);
  assert.equal(told, 'Removed containers: 1, networks: 1.');
  await window.tree('Containers').waitForNoRow('old');
  assert.equal(await store.succeed(['ps', '-a', '--format', '{{.Names}}']), 'busy');
  assert.doesNotMatch(await store.succeed(['network', 'ls', '-q', '--filter', 'name=quiet']), /./);
  assert.equal(await store.succeed(['volume', 'ls', '-q']), 'data');
});

story('what is chosen besides goes, too', async ({ window, store }) => {
  await store.succeed(['rm', '-f', 'busy']);
  await window.tree('Containers').waitForNoRow('busy');
  await window.run('Skiff: Prune Everything Unused…');
  await window.quick.waitForRows([
    'All Images That No Container Was Made Of',
    'Volumes That No Container Has, With Their Files 1',
  ]);
  await window.quick.pickMany([
    'All Images That No Container Was Made Of',
    'Volumes That No Container Has, With Their Files',
  ]);
  await window.messages.clickDialog('Remove');
  await window.messages.waitForNotification(/^Removed volumes: 1\. [\d.]+ MB are free again\.$/);
  await until('the image is gone', async () => (await store.succeed(['images', '-q'])) === '');
  assert.equal(await store.succeed(['volume', 'ls', '-q']), '');
});
