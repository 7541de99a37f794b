/** From an image to a running container, by keyboard. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { useEditor } from '../support/editor.ts';
import type { Workbench } from '../support/workbench.ts';
import { until } from '../support/wait.ts';

const { story } = useEditor();
/** It and the next one: others run these stories at the same time. */
const port = 18_000 + 2 * (process.pid % 1000);

async function begin(window: Workbench): Promise<void> {
  await window.run('Skiff: Run Container…');
  await window.quick.waitFor(/Choose an image/);
  await window.quick.pick('@host');
  await window.quick.waitFor(/Enter runs it/);
}

async function say(window: Workbench, row: string, text: string): Promise<void> {
  // The last rows are out of sight.
  await window.quick.fill(row);
  await window.quick.pick(row);
  await window.quick.waitFor(new RegExp(row));
  await window.quick.enter(text);
  await window.quick.waitFor(/Enter runs it/);
}

const details = (window: Workbench): Promise<string> =>
  window.page.locator('.quick-input-widget .quick-input-list').innerText();

story('all that is said stands in the line, which can be copied', async ({ window, store }) => {
  await window.openActivity('Skiff');
  await begin(window);
  await say(window, 'Command', `sh -c 'echo "$GREETING"; exec sleep 1000'`);
  await say(window, 'Name', 'web');
  await window.quick.pick('Ports');
  await window.quick.fill('8080:eighty');
  await window.quick.waitFor(/is not HOST:CONTAINER/);
  await window.quick.enter(`127.0.0.1:${port}:80`);
  await window.quick.waitFor(/Enter runs it/);
  await say(window, 'Environment', '"GREETING=hello world"');
  await say(window, 'Memory', '64m');
  await window.quick.pick('Options');
  await window.quick.waitFor(/Options of the container/);
  await window.quick.pickMany(['Init Process']);
  await window.quick.waitFor(/Enter runs it/);
  await window.screenshot('run-form');
  const options = `--name web -p 127.0.0.1:${port}:80 -e 'GREETING=hello world' -m 64m --init`;
  await until('the line says it', async () => (await details(window)).includes(`skiff run -d ${options} @host`));
  await window.quick.pick('Copy Command Line');
  await window.waitForClipboard(`skiff run -it ${options} @host sh -c 'echo "$GREETING"; exec sleep 1000'`);
  await window.quick.waitFor(/Enter runs it/);
  await window.quick.pick('Run in Background');
  await window.tree('Containers').waitForRow('web', /^Up /);
  const facts = '{{.HostConfig.Memory}} {{.HostConfig.Init}} {{json .NetworkSettings.Ports}}';
  assert.match(await store.succeed(['inspect', '-f', facts, 'web']), new RegExp(`^67108864 true .*${port}`));
  await until('it greets', async () => (await store.succeed(['logs', 'web'])).trim() === 'hello world');
});

story('a row says its ports, and below it lie ports, networks and processes', async ({ window }) => {
  const tree = window.tree('Containers');
  await tree.waitForRow('web', new RegExp(`^Up .* · ${port} → 80 · `));
  await tree.expand('web');
  assert.equal((await tree.waitForRow(`Port ${port} → 80`)).description, 'on 127.0.0.1');
  await tree.waitForRow('Network bridge', /^\d+\.\d+\.\d+\.\d+$/);
  await tree.expand('Processes');
  await tree.waitForRow('sleep 1000', /^\d+ · root$/);
  await window.screenshot('container-parts');
  await tree.clickContext(`Port ${port} → 80`, 'Copy Address of Port');
  await window.waitForClipboard(`127.0.0.1:${port}`);
  await tree.collapse('web');
});

story('Enter runs once more what was run last; a port in use leads to the port', async ({ window, store }) => {
  await window.run('Skiff: Run Container…');
  await window.quick.waitFor(/Choose an image/);
  await window.quick.press('Enter');
  await window.quick.waitFor(/Enter runs it/);
  await window.quick.press('Enter');
  const { message } = await window.messages.waitForNotification(/port/);
  assert.equal(message, `Could not run @host: port ${port} is in use by web. Choose another.`);
  await window.screenshot('run-port-in-use');
  await window.messages.clickNotification(/port/, 'Choose Another Port');
  await window.quick.waitFor(/Ports to publish/);
  await window.quick.enter(`127.0.0.1:${port + 1}:80`);
  await window.quick.waitFor(/Enter runs it/);
  await window.quick.press('Enter');
  await window.tree('Containers').waitFor('both run', (rows) => rows.length === 2);
  await until('the second has the other port', async () => (await store.succeed(['ps'])).includes(String(port + 1)));
});

story('two keys mount the workspace, and the container begins in it', async ({ window, workspace }) => {
  writeFileSync(join(workspace, 'from-the-workspace'), '');
  await window.run('Skiff: Run Container…');
  await window.quick.waitFor(/Choose an image/);
  await window.quick.press('Enter');
  await window.quick.waitFor(/Enter runs it/);
  await window.quick.press('w');
  await window.quick.press('Enter');
  await until('it is mounted', async () => {
    const line = await details(window);
    return line.includes(`-v ${workspace}:/workspace `) && line.includes(' -w /workspace ');
  });
  await say(window, 'Ports', '');
  await say(window, 'Command', 'sh -c "pwd; ls"');
  await window.quick.pick('Run in Terminal');
  await window.terminal.waitFor(/^\/workspace\n.*from-the-workspace/s);
  await window.terminal.press('Enter');
});

story('a container is run again with changes, filled in as it was made', async ({ window, store }) => {
  await window.tree('Containers').clickContext('web', 'Run Again with Changes…');
  await window.quick.waitFor(/Enter runs it/);
  const options = `-p 127.0.0.1:${port}:80 -e 'GREETING=hello world' -m 64m --init`;
  await until('it is filled in', async () => (await details(window)).includes(`skiff run -d ${options} @host sh -c`));
  await say(window, 'Ports', '');
  await say(window, 'Name', 'again');
  await window.quick.pick('Run in Background');
  await window.tree('Containers').waitForRow('again', /^Up /);
  await until('it greets', async () => (await store.succeed(['logs', 'again'])).trim() === 'hello world');
});

story('a document is not empty after a reload of the window: it is gone', async ({ window }) => {
  await window.tree('Containers').clickContext('again', 'Inspect');
  await until('the document is open', async () => /"Id"/.test((await window.activeEditor()).text));
  await window.reload();
  await window.openActivity('Skiff');
  await window.tree('Containers').waitForRow('again');
  await until(
    'its tab is gone',
    async () => (await window.page.locator('.tab[aria-label*="again.json"]').count()) === 0,
  );
});
