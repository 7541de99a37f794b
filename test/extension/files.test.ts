import assert from 'node:assert/strict';
import { busyboxRootfs } from '../support/images.ts';
import { useEditor, type Editor } from '../support/editor.ts';
import { until } from '../support/wait.ts';
import type { Workbench } from '../support/workbench.ts';

const { story } = useEditor();
const greets = 'echo changed >> /etc/passwd; echo hello > /greeting; exec sleep 1000';

/** A container that has changed two files of its image, and its row. */
async function runGreeter({ window, store }: Pick<Editor, 'window' | 'store'>, name: string): Promise<void> {
  await store.succeed(['import', busyboxRootfs(), 'busybox:files']);
  await store.succeed(['run', '-d', '--name', name, 'busybox:files', 'sh', '-c', greets]);
  await until('it has written', async () => /greeting/.test(await store.succeed(['diff', name])));
  await window.openActivity('Skiff');
  await window.tree('Containers').waitForRow(name, /^Up /);
}

/** The right side of the difference that is open. */
function modifiedText(window: Workbench): Promise<string> {
  return window.page.locator('.monaco-diff-editor .modified .view-lines').first().innerText();
}

story('what a container has changed is compared with its image', async ({ window, store }) => {
  await runGreeter({ window, store }, 'differs');
  await window.tree('Containers').clickContext('differs', 'Show Changes');
  await until('the changes are listed', async () =>
    (await window.quick.labels()).some((label) => /greeting/.test(label)),
  );
  await window.screenshot('changes');
  assert.deepEqual(
    (await window.quick.labels()).map((label) => label.trim()),
    ['/etc', '/etc/passwd', '/greeting'],
  );
  await window.quick.pick('/etc/passwd');
  await until('the difference shows', async () => /changed/.test(await modifiedText(window)));
  assert.match(await window.activeTab(), /^passwd \(image ↔ differs\)/);
  await window.screenshot('changes-diff');
  await store.succeed(['rm', '-f', 'differs']);
});

story('its files are a folder of the workspace, where they are edited and saved', async ({ window, store }) => {
  await runGreeter({ window, store }, 'edited');
  await window.tree('Containers').clickContext('edited', 'Open Files as Workspace Folder');
  assert.match((await window.messages.dialog()).message, /Reload this window/);
  await window.messages.clickDialog('Reload');
  await window.page.waitForURL((url) => url.searchParams.has('workspace'));
  const explorer = await window.exploreFolder('edited');
  await explorer.expand('edited');
  await explorer.waitForRow('greeting');
  await window.screenshot('files-explorer');
  await explorer.doubleClick('greeting');
  await until('the file is open', async () => /hello/.test((await window.activeEditor()).text));
  // What is to be seen may not have the keys yet.
  await window.page.locator('.part.editor .editor-group-container.active .monaco-editor.focused').waitFor();
  await window.page.keyboard.type('well, ');
  await window.run('File: Save');
  await until('the container has it', async () =>
    /well, hello/.test(await store.succeed(['exec', 'edited', 'cat', '/greeting'])),
  );
  await window.screenshot('files-edit');
  assert.equal(await store.succeed(['exec', 'edited', 'stat', '-c', '%u %a', '/greeting']), '0 644');
  await store.succeed(['rm', '-f', 'edited']);
});
