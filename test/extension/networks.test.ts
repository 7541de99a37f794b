import assert from 'node:assert/strict';
import { useEditor } from '../support/editor.ts';
import { busyboxRootfs } from '../support/images.ts';
import { until } from '../support/wait.ts';

const { story } = useEditor();

story('networks are in the tree, with the containers on each and their addresses', async ({ window, store }) => {
  await store.succeed(['import', busyboxRootfs(), 'busybox:1']);
  await store.succeed(['run', '-d', '--name', 'web', 'busybox:1', 'sleep', '1000']);
  await window.openActivity('Skiff');
  const tree = window.tree('Networks');
  await tree.expandPane();
  await tree.waitForRow('host', /^host$/);
  await tree.waitForRow('bridge', /^10\.[\d.]+\/24 · 1 container$/);
  const row = await tree.waitForRow('web', /^10\.[\d.]+$/);
  assert.match(row.ariaLabel, /^Container web on network bridge, 10\./);
});

story('a network is created, and what is wrong with it is said while it is typed', async ({ window, store }) => {
  const tree = window.tree('Networks');
  await tree.clickTitleAction('Create Network…');
  await window.quick.fill('bridge');
  await window.quick.waitFor(/not permitted on predefined bridge network/);
  await window.quick.enter('lab');
  await window.quick.waitFor(/Subnet/);
  await window.quick.fill('10.0.0.0/40');
  await window.quick.waitFor(/Invalid subnet: 10\.0\.0\.0\/40/);
  await window.quick.enter('10.213.7.0/24');
  await window.quick.waitFor(/None is usual/);
  await window.quick.pickMany(['Internal']);
  await tree.waitForRow('lab', /^10\.213\.7\.0\/24 · internal$/);
  assert.match(await store.succeed(['network', 'ls']), / lab +bridge/);
});

story('a container is connected and disconnected, by whomever', async ({ window, store }) => {
  const tree = window.tree('Networks');
  await tree.clickInline('lab', 'Connect Container to Network…');
  await window.quick.pick('web');
  await tree.waitFor('web is on two networks', (rows) => rows.filter(({ label }) => label === 'web').length === 2);
  await tree.waitForRow('lab', /^10\.213\.7\.0\/24 · internal · 1 container$/);
  await window.screenshot('networks');
  assert.match(await store.succeed(['exec', 'web', 'ip', 'address']), /inet 10\.213\.7\./);
  await store.succeed(['network', 'disconnect', 'bridge', 'web']);
  await tree.waitFor('web is on one', (rows) => rows.filter(({ label }) => label === 'web').length === 1);
  await tree.clickContext('lab', 'Remove Network…');
  await window.messages.clickDialog('Remove');
  await window.messages.waitForNotification(/Could not remove network lab: .*active endpoints \(web\)/);
  await tree.clickInline('web', 'Disconnect from Network');
  await tree.waitForNoRow('web');
});

story('a network is inspected and removed', async ({ window }) => {
  const tree = window.tree('Networks');
  await tree.clickContext('lab', 'Inspect Network');
  await until('the document is open', async () => /"Name": "lab"/.test((await window.activeEditor()).text));
  await tree.clickContext('lab', 'Remove Network…');
  await window.messages.clickDialog('Remove');
  await tree.waitForNoRow('lab');
});
