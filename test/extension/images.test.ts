import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { useEditor } from '../support/editor.ts';
import { runFromForm } from '../support/run-container.ts';
import { busyboxRootfs } from '../support/images.ts';
import { TestRegistry } from '../support/registry.ts';
import { until } from '../support/wait.ts';

const { story } = useEditor();

let registry: TestRegistry;
before(async () => {
  registry = await TestRegistry.start();
});
after(() => registry.dispose());

story('an image is pulled from a registry, and shows in the view', async ({ window, store }) => {
  const reference = `${registry.host}/team/box:1`;
  await store.succeed(['import', busyboxRootfs(), reference]);
  await store.succeed(['push', reference]);
  await store.succeed(['rmi', reference]);
  await window.openActivity('Skiff');
  await window.run('Skiff: Pull Image…');
  await window.quick.fill('two words');
  await until('it is refused', async () => (await window.quick.rows()).includes('two words A reference is one word.'));
  await window.quick.enter(reference);
  const tree = window.tree('Images');
  await tree.waitForRow(`${registry.host}/team/box`);
  await tree.waitForRow('1', /MB|kB/);
  await window.screenshot('images');
});

story('what was pulled before is found by a part of its name', async ({ window, store }) => {
  const reference = `${registry.host}/team/box:1`;
  await store.succeed(['rmi', reference]);
  await window.tree('Images').waitForNoRow('1');
  await window.run('Skiff: Pull Image…');
  await window.quick.fill('team');
  // What was typed is an entry, too, once the extension has heard of it.
  await until('it is the second entry', async () => (await window.quick.labels()).join() === `team,${reference}`);
  await window.screenshot('pull-again');
  await window.quick.pick(reference);
  await window.tree('Images').waitForRow('1', /MB|kB/);
});

story('an image is tagged, inspected, and its history is a page', async ({ window, store }) => {
  const tree = window.tree('Images');
  const menu = await tree.contextMenu('1');
  for (const entry of ['Run', 'Pull Image…', 'Push Image', 'Tag Image…', 'Inspect Image', 'Show History of Image'])
    assert.ok(
      menu.some((one) => one.startsWith(entry)),
      `${entry} is not in ${menu.join()}`,
    );
  await tree.clickContext('1', 'Tag Image…');
  await window.quick.enter('mine:2');
  await tree.waitForRow('mine');
  assert.match(await store.succeed(['images']), /^mine +2 /m);
  await tree.clickContext('2', 'Inspect Image');
  await until('the document is open', async () => /"Id": "sha256:/.test((await window.activeEditor()).text));
  await tree.clickContext('2', 'Show History of Image');
  await until('the page is open', async () => /History of mine/.test(await window.activeTab()));
  await window.screenshot('history');
  await window.run('View: Close All Editors');
});

story(
  'what is not there is told in one line, and what is missing is pulled before it runs',
  async ({ window, store }) => {
    await window.run('Skiff: Pull Image…');
    await window.quick.enter(`${registry.host}/team/none:1`);
    const { severity, message } = await window.messages.waitForNotification(/^Could not/);
    assert.equal(severity, 'error');
    assert.match(message, /^Could not pull /);
    const reference = `${registry.host}/team/box:1`;
    await store.succeed(['rmi', reference, 'mine:2']);
    await window.run('Skiff: Run Container…');
    await window.quick.enter(reference);
    await runFromForm(window, { command: 'sleep 1000', place: 'Run in Background' });
    await window.tree('Containers').waitFor('it runs', (rows) => rows.some((row) => row.description.startsWith('Up ')));
  },
);
