import assert from 'node:assert/strict';
import { readManifest } from '../support/manifest.ts';
import { useEditor } from '../support/editor.ts';
import { until } from '../support/wait.ts';

type Manifest = {
  contributes: { viewsContainers: { activitybar: { title: string }[] }; views: Record<string, { name: string }[]> };
};
const { contributes } = readManifest() as Manifest;
const activity = contributes.viewsContainers.activitybar[0]?.title ?? '';
const views = Object.values(contributes.views)
  .flat()
  .map((view) => view.name);

const { story } = useEditor();

story('a window opens with Skiff in the activity bar', async ({ window }) => {
  await until('it is there', async () => (await window.activities()).some((title) => title.startsWith(activity)));
});

story('its views open, the helper answers, and nothing is said about failing', async ({ window }) => {
  await window.openActivity(activity);
  for (const view of views) await window.tree(view).pane.waitFor();
  // Shown only once the helper has said which containers there are.
  await until('the view knows that the store is empty', async () =>
    /no containers yet/.test(await window.tree('Containers').welcomeText()),
  );
  const failures = (await window.messages.notifications()).filter(({ severity }) => severity === 'error');
  assert.deepEqual(failures, []);
});

story('the terminal has `skiff` on its PATH, and it is ours', async ({ window }) => {
  await window.run('Terminal: Create New Terminal');
  await window.terminal.waitFor(/[#$] ?$/);
  await window.terminal.type('skiff --version\n');
  await window.terminal.waitFor(/Skiff version \d+\.\d+\.\d+/);
});
