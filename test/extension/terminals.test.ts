/** Terminals onto containers: where they come from, and how one leaves them. */
import assert from 'node:assert/strict';
import { useEditor } from '../support/editor.ts';
import { until } from '../support/wait.ts';

const { story } = useEditor();

const noTerminal = 'the terminal closes';

story('Detach closes the terminal and lets the container go on', async ({ window, store }) => {
  await store.succeed(['run', '-dit', '--name', 'web', '@host', 'bash']);
  await window.openActivity('Skiff');
  await window.tree('Containers').waitForRow('web', / · Up /);
  await window.tree('Containers').clickContext('web', 'Attach');
  // It was written before the terminal was there.
  await window.terminal.waitFor(/root@[0-9a-f]{12}:\/# ?$/);
  await window.terminal.type('echo one $((1 + 1))\n');
  await window.terminal.waitFor(/\none 2\n/);
  await window.run('Skiff: Detach from Container');
  await until(noTerminal, async () => (await window.terminal.text()) === '');
  await window.tree('Containers').waitForRow('web', / · Up /);
});

story('entering gives this machine’s tools in the container’s network', async ({ window, store }) => {
  const address = await store.succeed(['inspect', '-f', '{{.NetworkSettings.IPAddress}}', 'web']);
  await window.tree('Containers').clickContext('web', 'Enter Namespaces…');
  await window.quick.waitFor(/in these namespaces/);
  await window.page.keyboard.press('Enter');
  await window.terminal.waitFor(/[#$] ?$/);
  await window.terminal.type('cat /proc/net/fib_trie; hostname\n');
  const text = await window.terminal.waitFor(/32 host LOCAL[^]*[#$] ?$/);
  assert.ok(text.includes(address));
  await window.run('Terminal: Kill All Terminals');
  await until(noTerminal, async () => (await window.terminal.text()) === '');
});

story('terminals come back after a reload, with what was in them', async ({ window }) => {
  await window.tree('Containers').clickContext('web', 'Open Shell');
  await window.terminal.waitFor(/:\/# ?$/);
  await window.terminal.type('marker=kept; echo begun $((40 + 2))\n');
  await window.terminal.waitFor(/\nbegun 42\n/);
  await window.reload();
  await window.terminal.waitFor(/\nbegun 42\n/);
  await window.terminal.type('echo still $marker\n');
  await window.terminal.waitFor(/\nstill kept\n/);
  // The panel had made one of its own, which nobody had asked for.
  await until('no other is there', async () => (await window.terminal.tabs()).join() === 'web: shell');
  await window.screenshot('terminal-after-reload');
  await window.run('Terminal: Kill All Terminals');
});

story('the profile “Container…” opens a shell and shows it, though the panel was closed', async ({ window }) => {
  await until(noTerminal, async () => (await window.terminal.text()) === '');
  await until('the profiles are known', async () => {
    await window.run('Create New Terminal (With Profile)');
    // The list stays as it was when it came up.
    await window.quick.waitFor(/terminal profile to create/);
    if ((await window.quick.labels()).some((label) => label.endsWith('Container…'))) return true;
    await window.quick.cancel();
    return false;
  });
  await window.quick.enter('Container…');
  await window.quick.waitFor(/Choose a container/);
  await window.quick.pick('web');
  await window.terminal.waitFor(/:\/# ?$/);
  await window.run('Terminal: Kill All Terminals');
});

story('a log is followed in a terminal', async ({ window, store }) => {
  const script =
    'printf "\\033[32mgreen\\033[0m\\n"; for i in 1 2 3; do echo line $i; sleep 0.2; done; exec sleep 1000';
  await store.succeed(['run', '-d', '--name', 'writer', '@host', 'sh', '-c', script]);
  await window.tree('Containers').waitForRow('writer', / · Up /);
  await window.tree('Containers').clickContext('writer', 'Show Logs in Terminal');
  await window.terminal.waitFor(/^green\nline 1\nline 2\nline 3$/);
  await window.run('Terminal: Kill All Terminals');
  await store.succeed(['rm', '-f', 'writer', 'web']);
});
