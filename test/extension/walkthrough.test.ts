/** The walkthrough, gone through by doing what it says. */
import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PageElement } from '../support/dom.ts';
import { useEditor } from '../support/editor.ts';
import { busyboxRootfs } from '../support/images.ts';
import { runFromForm } from '../support/run-container.ts';
import { until } from '../support/wait.ts';
import type { Workbench } from '../support/workbench.ts';

const { story } = useEditor();

/** Titles of the steps, in order, and whether each is ticked. */
async function steps(window: Workbench): Promise<[string, boolean][]> {
  return window.page
    .locator('.getting-started-step')
    .evaluateAll((all: PageElement[]) =>
      all.map((step): [string, boolean] => [
        step.querySelector('.step-title')?.textContent ?? '',
        step.querySelector('[role=checkbox]')?.getAttribute('aria-checked') === 'true',
      ]),
    );
}

/** Waits until so many steps are ticked, which are the first ones: they are done in order here. */
async function ticked(window: Workbench, count: number): Promise<void> {
  await until(`${count} steps are ticked`, async () => {
    const now = await steps(window);
    const expected = titles.map((title, index): [string, boolean] => [title, index < count]);
    try {
      assert.deepEqual(now, expected);
      return true;
    } catch {
      throw new Error(`the steps are ${JSON.stringify(now)}`);
    }
  });
}

const titles = [
  'Run a container',
  'Leave it running',
  'Read its log',
  'Stop it',
  'Come back to it',
  'Take its files along',
  'Bring in an image',
  'Clean up',
];

story('a step that was only begun is not ticked', async ({ window }) => {
  await window.openActivity('Skiff');
  await window.run('Skiff: Run Container…');
  await window.quick.waitFor(/Choose an image/);
  await window.quick.cancel();
  await window.run('Welcome: Open Walkthrough...');
  await window.quick.pick('Get Started with Containers');
  await ticked(window, 0);
  await window.screenshot('walkthrough');
});

story('each step is ticked when it has been done', async ({ window, store, workspace }) => {
  await store.succeed(['import', busyboxRootfs(), 'box']);
  writeFileSync(join(workspace, 'beside.tar'), 'The dialog knows by this file that it has looked.\n');
  await window.page.locator('.getting-started-step .monaco-button', { hasText: 'Run a Container…' }).click();
  await window.quick.pick('box:latest');
  await runFromForm(window, { command: `sh -c "echo hello; exec sleep 1000"` });
  await window.terminal.waitFor(/hello/);
  const tree = window.tree('Containers');
  const [row] = await tree.waitFor('a running row', (rows) => rows[0]?.description.startsWith('Up ') === true);
  const name = row?.label ?? '';
  await ticked(window, 1);
  await window.run('Terminal: Kill the Active Terminal Instance');
  await ticked(window, 2);
  await tree.clickContext(name, 'Show Logs');
  await ticked(window, 3);
  await tree.clickInline(name, 'Stop');
  await tree.waitForRow(name, /Exited/);
  await ticked(window, 4);
  await tree.clickInline(name, 'Start');
  await tree.waitForRow(name, /^Up /);
  await tree.clickContext(name, 'Attach');
  await ticked(window, 5);
  const archive = join(workspace, 'hello.tar');
  await tree.clickContext(name, 'Export…');
  await window.quick.chooseFile(`Export ${name}`, archive);
  await until('the archive is there', () => existsSync(archive), 60_000);
  await ticked(window, 6);
  await window.run('Skiff: Import Root File System as Image…');
  await window.quick.chooseFile('Import Root File System', archive);
  await window.quick.waitFor(/Name of the image/);
  await window.quick.enter('hello:1');
  await window.tree('Images').waitForRow('hello');
  await ticked(window, 7);
  await store.succeed(['rm', '-f', name]);
  await ticked(window, 8);
  await window.screenshot('walkthrough-done');
});
