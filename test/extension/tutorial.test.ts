/** The first screen of the tutorial, by mouse and keyboard. */
import assert from 'node:assert/strict';
import { useEditor } from '../support/editor.ts';
import { runFromForm } from '../support/run-container.ts';
import type { Workbench } from '../support/workbench.ts';
import { until } from '../support/wait.ts';

const { story } = useEditor();

async function run(window: Workbench, command: string, place?: 'Run in Background'): Promise<void> {
  await window.run('Skiff: Run Container…');
  await window.quick.waitFor(/Choose an image/);
  await window.quick.pick('@host');
  await runFromForm(window, place ? { command, place } : { command });
}

/** The only row's name, when its description matches; the row is then taken away. */
async function removeOnly(window: Workbench): Promise<void> {
  const tree = window.tree('Containers');
  const [row] = await tree.waitFor('one row', (rows) => rows.length === 1);
  await tree.clickContext(row?.label ?? '', 'Remove…');
  const { buttons } = await window.messages.dialog();
  await window.messages.clickDialog(buttons.find((button) => button !== 'Cancel') ?? '');
  await until('the view is empty', async () => (await tree.rows()).length === 0);
}

story('echo prints, its exit code is shown, and the row turns to exited', async ({ window }) => {
  await window.openActivity('Skiff');
  await run(window, `/bin/echo 'Hello World'`);
  await window.terminal.waitFor(/^Hello World\n\n\[Exited with code 0\. Press any key to close\.\]$/);
  const rows = await window
    .tree('Containers')
    .waitFor('an exited row', ([row]) => /Exited \(0\)/.test(row?.description ?? ''));
  assert.equal(rows.length, 1);
  assert.match(rows[0]?.label ?? '', /^[a-z]+_[a-z]+$/);
  await window.screenshot('tutorial-echo');
  await window.terminal.press('Enter');
  await until('the terminal closes', async () => (await window.terminal.text()) === '');
  await removeOnly(window);
});

story(
  'an interactive bash is root and PID 1 in a container of its own, and exit ends it',
  async ({ window, store }) => {
    await run(window, 'bash');
    const prompt = /root@([0-9a-f]{12}):\/# $/;
    const text = await window.terminal.waitFor(/root@[0-9a-f]{12}:\/# ?$/);
    const host = prompt.exec(`${text.trimEnd()} `)?.[1] ?? '';
    assert.ok(store.containerIds()[0]?.startsWith(host), `${host} is not the beginning of the id`);
    await window.terminal.type('ps -e\n');
    const listed = await window.terminal.waitFor(/ps -e\n[^]*:\/# ?$/);
    const processes = [...listed.matchAll(/^ *(\d+) (\S+) +\S+ (\S+)$/gm)].map(
      ([, pid, tty, name]) => `${pid} ${tty} ${name}`,
    );
    assert.equal(processes[0], '1 pts/0 bash');
    assert.match(processes[1] ?? '', /^\d+ pts\/0 ps$/);
    assert.equal(processes.length, 2);
    await window.screenshot('tutorial-bash');
    const size = await window.terminal.size();
    await window.terminal.type('stty size\n');
    await window.terminal.waitFor(new RegExp(`\\n${size?.rows} ${size?.columns}\\n`));
    await window.terminal.type('exit\n');
    await until('the terminal closes', async () => (await window.terminal.text()) === '');
    await window.tree('Containers').waitFor('an exited row', ([row]) => /Exited \(0\)/.test(row?.description ?? ''));
    await removeOnly(window);
  },
);

story('a detached loop goes on in the background, and its log follows it', async ({ window, store }) => {
  const command = 'while true; do echo hello world; sleep 1; done';
  await run(window, `/bin/sh -c "${command}"`, 'Run in Background');
  const tree = window.tree('Containers');
  const [row] = await tree.waitFor('a running row', (rows) => rows[0]?.description.startsWith('Up ') === true);
  const name = row?.label ?? '';
  assert.match(await store.succeed(['ps', '--no-trunc']), new RegExp(`"/bin/sh -c '${command}'".*${name}$`, 'm'));
  await tree.clickContext(name, 'Show Logs');
  const output = window.page.locator('.part.panel .view-line', { hasText: 'hello world' });
  await until('two lines have come', async () => (await output.count()) >= 2);
  await window.screenshot('tutorial-logs');
});

story('attaching shows what the container writes, and closing the tab only detaches', async ({ window }) => {
  const tree = window.tree('Containers');
  const [row] = await tree.waitFor('a running row', (rows) => rows.length === 1);
  const name = row?.label ?? '';
  await tree.clickContext(name, 'Attach');
  await window.terminal.waitFor(/hello world\nhello world/);
  await until('it is the only terminal', async () => (await window.terminal.tabs()).join() === name);
  await window.run('Terminal: Kill the Active Terminal Instance');
  await until('the terminal closes', async () => (await window.terminal.text()) === '');
  await tree.waitForRow(name, /^Up /);
  await removeOnly(window);
});

story('two terminals on one container show the same, and both reach its input', async ({ window }) => {
  await run(window, 'cat');
  const tree = window.tree('Containers');
  const [row] = await tree.waitFor('a running row', (rows) => rows[0]?.description.startsWith('Up ') === true);
  await window.terminal.type('first\n');
  await window.terminal.waitFor(/first\nfirst/);
  await tree.clickContext(row?.label ?? '', 'Attach');
  await until('a second terminal', async () => (await window.terminal.tabs()).length === 2);
  await window.terminal.type('second 世界\n');
  await window.terminal.waitFor(/second 世界\nsecond 世界/);
  await window.run('Terminal: Focus Previous Terminal Group');
  await window.terminal.waitFor(/first\nfirst\nsecond 世界\nsecond 世界/);
  await window.terminal.press('Control+D');
  await window.terminal.waitFor(/Exited with code 0|^$/);
  await window.run('Terminal: Kill All Terminals');
  await removeOnly(window);
});
