/** Two windows on one store, many containers, and a view that nobody sees. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { busyboxRootfs } from '../support/images.ts';
import { useEditor, type Editor } from '../support/editor.ts';
import { processes } from '../support/kernel-objects.ts';
import { Pace } from '../support/pace.ts';
import { runFromForm } from '../support/run-container.ts';
import { patience, until } from '../support/wait.ts';

const { story } = useEditor();

const many = 1000;
/** How many are made at a time. */
const together = 20;

const watchTasks = `
  globalThis.longTasks = [];
  new PerformanceObserver((list) => longTasks.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: 'longtask' });
`;

/** Pids of the windows' helpers on the test's store. */
function helpers({ store }: Pick<Editor, 'store'>): number[] {
  return processes()
    .filter(
      ({ command, environment }) =>
        /dist\/helper\.js/.test(command) && !/--cli/.test(command) && environment.includes(store.root),
    )
    .map(({ pid }) => pid);
}

/** How often a process has read and written: a helper reads when it is asked, and writes when it answers or tells. */
function turns(pid: number): number {
  const io = readFileSync(`/proc/${pid}/io`, 'utf8');
  return ['syscr', 'syscw'].reduce((sum, name) => sum + Number(new RegExp(`${name}: (\\d+)`).exec(io)?.[1]), 0);
}

story('what runs in one window is in the other within a second, and both are attached in sync', async (editor) => {
  const { window } = editor;
  const other = await editor.openWindow();
  await window.openActivity('Skiff');
  await other.openActivity('Skiff');
  await until('there are two helpers', () => helpers(editor).length === 2);
  await window.run('Skiff: Run Container…');
  await window.quick.waitFor(/Choose an image/);
  await window.quick.pick('@host');
  await runFromForm(window, { command: 'cat' });
  const [row] = await window
    .tree('Containers')
    .waitFor('its row', (rows) => rows[0]?.description.startsWith('Up ') === true);
  const name = row?.label ?? '';
  const pace = new Pace();
  await pace.time(other.tree('Containers').waitForRow(name, /^Up /));
  await other.tree('Containers').clickContext(name, 'Attach');
  await until('it is attached', async () => (await other.terminal.tabs()).length === 1);
  await window.terminal.type('from one\n');
  await other.terminal.waitFor(/from one\nfrom one/);
  await other.terminal.type('from the other\n');
  await window.terminal.waitFor(/from one\nfrom one\nfrom the other\nfrom the other/);
  await other.terminal.waitFor(/from the other\nfrom the other/);
  await other.screenshot('two-windows');
  await window.terminal.press('Control+D');
  await pace.time(other.tree('Containers').waitForRow(name, /Exited \(0\)/));
  await editor.store.succeed(['rm', name]);
  await pace.time(other.tree('Containers').waitForNoRow(name));
  pace.assertWithin(1000);
  await other.close();
});

story('a view that nobody sees asks for nothing', async (editor) => {
  const { window, store } = editor;
  await store.succeed(['import', busyboxRootfs(), 'busybox:scale']);
  const busy = 'mkdir /a; while :; do date > /a/now; sleep 0.05; done';
  await store.succeed(['run', '-d', '--name', 'ages', 'busybox:scale', 'sh', '-c', busy]);
  const tree = window.tree('Containers');
  await tree.waitForRow('ages', /^Up /);
  await tree.expand('ages');
  await tree.expand('Files');
  await tree.expand('a');
  await tree.expand('Processes');
  await tree.waitForRow('now');
  await until('the other window has gone', () => helpers(editor).length === 1);
  const [helper = 0] = helpers(editor);
  const shown = turns(helper);
  await until('what happens in the folder is told while the view is seen', () => turns(helper) - shown > 10);
  await window.openActivity('Explorer');
  const seconds = 3;
  const quiet = async (): Promise<number> => {
    const before = turns(helper);
    // Nothing is to happen for so long: there is nothing else to wait for.
    await delay(seconds * 1000);
    return turns(helper) - before;
  };
  // The last that was on its way may still come.
  assert.equal(await until('it is quiet', async () => ((await quiet()) === 0 ? 'quiet' : false)), 'quiet');
  await window.openActivity('Skiff');
  await tree.waitForRow('now');
  await store.succeed(['rm', '-f', 'ages']);
});

story(`${many} containers are shown, filtered and scrolled without standing still`, async ({ window, store }) => {
  const tree = window.tree('Containers');
  const numbers = Array.from({ length: many }, (_, index) => index);
  for (let at = 0; at < many; at += together)
    await Promise.all(
      numbers
        .slice(at, at + together)
        .map((number) => store.succeed(['create', '--network', 'none', '--name', `crowd-${number}`, '@host', 'true'])),
    );
  await tree.waitFor(
    'rows of the crowd',
    (rows) => rows.length > 10 && rows.every(({ label }) => label.startsWith('crowd-')),
  );
  /** What else the machine does meanwhile is measured with it: the least of three is nearest to our own. */
  const longest = async (what: string, action: (turn: number) => Promise<void>): Promise<void> => {
    const stood: number[] = [];
    for (let turn = 0; turn < 3 && !stood.some((most) => most < patience(400)); turn += 1) {
      await window.page.evaluate(watchTasks);
      await action(turn);
      stood.push(Math.max(0, ...(await window.page.evaluate<number[]>('globalThis.longTasks'))));
    }
    assert.ok(Math.min(...stood) < patience(400), `${what}: the window stood still for ${stood.join(', ')} ms`);
  };
  await longest('shown anew', async () => {
    await window.openActivity('Explorer');
    await window.openActivity('Skiff');
    await tree.waitFor('rows', (rows) => rows.length > 10);
  });
  await longest('scrolled to the end and back', async () => {
    await tree.click((await tree.rows())[3]?.label ?? '');
    for (let page = 0; page < 60; page++) await window.page.keyboard.press('PageDown');
    await window.page.keyboard.press('End');
    await until('the end', async () => (await tree.rows()).some(({ label }) => Number(label.slice(6)) < together));
    await window.page.keyboard.press('Home');
  });
  assert.ok((await tree.rows()).length < 100, 'only what is in sight has rows');
  await longest('filtered', async () => {
    await window.run('Skiff: Filter Containers…');
    await window.quick.enter('crowd-777');
    await tree.waitFor('one row', (rows) => rows.length === 1 && rows[0]?.label === 'crowd-777');
    await window.screenshot('crowd-filtered');
    await window.run('Skiff: Clear Filter of Containers');
    await tree.waitFor('all rows', (rows) => rows.length > 10);
  });
  const renamed = new Pace();
  await longest('one renamed', async (turn) => {
    const [first] = await tree.rows();
    await store.succeed(['rename', first?.label ?? '', `renamed-${turn}`]);
    await renamed.time(tree.waitForRow(`renamed-${turn}`));
  });
  renamed.assertWithin(1000);
  await window.screenshot('crowd');
  await store.succeed(['container', 'prune', '-f']);
  await until('the view is empty', async () => (await tree.rows()).length === 0);
});
