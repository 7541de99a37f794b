/** Windows on folders that nobody has trusted so far, on folders that are not on this machine, and on none. */
import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { clickOn } from '../support/click.ts';
import { useEditor } from '../support/editor.ts';
import { patience, until } from '../support/wait.ts';
import { Workbench } from '../support/workbench.ts';

const { story } = useEditor({
  trust: true,
  settings: { 'security.workspace.trust.enabled': true, 'security.workspace.trust.startupPrompt': 'never' },
});

story('a folder that is not trusted chooses no store; once it is, it does', async ({ window, store, workspace }) => {
  await store.succeed(['run', '-d', '--name', 'mine', '@host', 'sleep', '1000']);
  mkdirSync(join(workspace, '.vscode'));
  const places = { 'skiff.root': join(workspace, 'other'), 'skiff.runRoot': join(workspace, 'other-run') };
  writeFileSync(join(workspace, '.vscode/settings.json'), JSON.stringify(places));
  await window.openActivity('Skiff');
  const tree = window.tree('Containers');
  await tree.waitForRow('mine', /^Up /);
  await window.screenshot('untrusted');

  await window.openActivity('Extensions');
  const row = window.page.locator('.extensions-list .monaco-list-row', { hasText: 'Skiff Containers' });
  const box = window.page.locator('.extensions-viewlet .suggest-input-container .monaco-editor').first();
  const query = '@installed skiff';
  await until(
    'it is among the installed ones',
    async () => {
      // The view takes the keys once it has been made. Typed once more, it would be looked for from the beginning.
      if (!(await box.innerText({ timeout: patience(3000) })).replaceAll('\u00a0', ' ').includes(query)) {
        await box.click({ timeout: patience(3000) });
        await window.page.keyboard.press('Control+A');
        await window.page.keyboard.type(query);
      }
      return row.isVisible();
    },
    60_000,
  );
  await clickOn(row, '.monaco-list-row');
  const page = window.page.locator('.extension-editor');
  await page
    .getByText(/choose neither Skiff's store nor a runtime/)
    .first()
    .waitFor();
  await window.screenshot('untrusted-limited');
  await window.run('View: Close All Editors');
  await window.openActivity('Skiff');

  // Of the palette it is asked for in vain in a window that has read the settings late.
  await window.page.locator('.part.statusbar .statusbar-item', { hasText: 'Restricted Mode' }).first().click();
  await window.page.getByRole('button', { name: 'Trust', exact: true }).click();
  await until('the folder has chosen another store', async () => /no containers yet/.test(await tree.welcomeText()));
  await window.screenshot('trusted');
  rmSync(join(workspace, '.vscode'), { recursive: true });
  await tree.waitForRow('mine', /^Up /);
});

story(
  'a folder in a container is one to work in, but none to mount, or to save to',
  async ({ vscode, store, workspace }) => {
    const id = await store.succeed(['inspect', '-f', '{{.Id}}', 'mine']);
    const file = join(workspace, 'inside.code-workspace');
    writeFileSync(
      file,
      JSON.stringify({
        folders: [
          { uri: `skiff://${id}/etc`, name: 'etc' },
          { uri: `skiff://${id}/usr`, name: 'usr' },
        ],
      }),
    );
    const window = await Workbench.open(vscode, file);
    await window.exploreFolder('etc');
    await window.openActivity('Skiff');
    const tree = window.tree('Containers');
    await tree.waitForRow('mine', /^Up /);
    await window.screenshot('virtual');
    await window.run('Skiff: Run Container…');
    await window.quick.pick('@host');
    await window.quick.waitFor(/Enter runs it/);
    assert.ok(!(await window.quick.labels()).includes('Workspace Folder'));
    await window.screenshot('virtual-run');
    await window.quick.cancel();
    await tree.clickContext('mine', 'Export…');
    await window.quick.waitFor(/Export mine/);
    await window.screenshot('virtual-export');
    const suggested = join(vscode.folder, 'home', 'mine.tar');
    await until('it suggests where the user is at home', async () => (await window.quick.value()) === suggested);
    await window.quick.cancel();
    await tree.clickContext('mine', 'Open Shell');
    // Nobody has trusted this one so far.
    assert.match((await window.messages.dialog()).message, /Do you trust the authors/);
    await window.messages.clickDialog('Trust Workspace & Continue');
    await window.terminal.waitFor(/[#$] ?$/);
    await window.screenshot('virtual-shell');
    await window.close();
  },
);

story('without a folder all works but what needs one', async ({ vscode }) => {
  const window = await Workbench.open(vscode);
  await window.openActivity('Skiff');
  const tree = window.tree('Containers');
  await tree.waitForRow('mine', /^Up /);
  await window.screenshot('empty-window');
  await window.run('Skiff: Run Container…');
  await window.quick.pick('@host');
  await window.quick.waitFor(/Enter runs it/);
  assert.ok(!(await window.quick.labels()).includes('Workspace Folder'));
  await window.quick.cancel();
  await window.close();
});
