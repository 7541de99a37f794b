import assert from 'node:assert/strict';
import { useEditor } from '../support/editor.ts';
import { until } from '../support/wait.ts';
import { curveWidth, webview } from '../support/webview.ts';
import type { Workbench } from '../support/workbench.ts';

const { story } = useEditor({ settings: { 'skiff.containers.showUsage': 'sparkline' } });

const busy = ['sh', '-c', 'while :; do i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; sleep 0.1; done'];

/** A row of the table beside the curves: now, on average, at most. */
async function measured(window: Workbench, name: string): Promise<string[]> {
  return webview(window.page)
    .locator('tr', { has: window.page.getByRole('rowheader', { name, exact: true }) })
    .locator('td')
    .allTextContents();
}

story('curves move while a container works, and say so in words', async ({ window, store }) => {
  await window.openActivity('Skiff');
  const tree = window.tree('Containers');
  await store.succeed(['run', '-d', '--name', 'busy', '@host', ...busy]);
  await tree.waitForRow('busy', /^Up .* · [▁-█]+ [\d.]+% · [\d.]+ [kM]B · /);
  await tree.clickContext('busy', 'Show Stats');
  const page = webview(window.page);
  await page.getByRole('heading', { name: 'busy' }).waitFor();
  await until('it is measured', async () => Number.parseFloat((await measured(window, 'CPU'))[0] ?? '') > 1, 30_000);
  assert.match((await measured(window, 'Memory'))[0] ?? '', /^[\d.]+ [kM]B$/);
  const width = await until('there is a curve', () => curveWidth(window.page, 0));
  await until('the curve grows', async () => (await curveWidth(window.page, 0)) > width + 3, 30_000);
  await window.screenshot('stats');
});

story('the keyboard goes from moment to moment, and what was there is read out', async ({ window }) => {
  const page = webview(window.page);
  const plot = page.getByRole('group', { name: /^CPU in the last two minutes/ });
  await plot.press('Home');
  await page.locator('[aria-live=polite]', { hasText: /^−\d+ s: CPU [\d.]+%$/ }).waitFor({ state: 'attached' });
});

story('a panel goes on with what it had when it is seen again', async ({ window }) => {
  const before = await curveWidth(window.page, 0);
  await window.run('File: New Untitled Text File');
  // Else it would be the panel that is closed.
  await until('the new one is in front', async () => (await window.activeTab()).startsWith('Untitled'));
  await window.run('View: Close Editor');
  await webview(window.page).getByRole('heading', { name: 'busy' }).waitFor();
  await until('what was seen is there again', async () => (await curveWidth(window.page, 0)) >= before - 3);
});

story('a container that stops says so, and one that starts again is measured again', async ({ window, store }) => {
  const page = webview(window.page);
  await store.succeed(['kill', 'busy']);
  await page.getByRole('status').filter({ hasText: 'Stopped, exit code 137' }).waitFor();
  await window.screenshot('stats-stopped');
  await store.succeed(['start', 'busy']);
  await page.getByRole('status').filter({ hasText: 'Running' }).waitFor();
});

story('it is there again after the window was loaded anew', async ({ window }) => {
  const tab = window.page.locator('.tab', { hasText: 'Stats: busy' });
  await until(
    'VS Code has kept it',
    async () => {
      // In a browser it keeps what is open every five seconds when nothing else is to be done, and not always when its page is left.
      await window.page.waitForTimeout(6000);
      await window.reload();
      // A browser's reload may bring the tab back that was closed just before.
      const isThere = await until('its tab is there', () => tab.isVisible(), 8000).catch(() => false);
      if (isThere) return true;
      await window.openActivity('Skiff');
      await window.tree('Containers').clickContext('busy', 'Show Stats');
      return false;
    },
    60_000,
  );
  await tab.click();
  await webview(window.page).getByRole('heading', { name: 'busy' }).waitFor();
  await until('it is measured', async () => Number.parseFloat((await measured(window, 'CPU'))[0] ?? '') > 1, 30_000);
});

story('a removed container is told of', async ({ window, store }) => {
  await store.succeed(['rm', '-f', 'busy']);
  await webview(window.page).getByRole('status').filter({ hasText: 'no longer there' }).waitFor();
  await window.run('View: Close All Editors');
});
