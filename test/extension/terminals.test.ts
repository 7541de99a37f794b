/** Terminals onto containers: where they come from, and how one leaves them. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { useEditor } from '../support/editor.ts';
import { busyboxProgram } from '../support/images.ts';
import { patience, until } from '../support/wait.ts';

const { story } = useEditor();

const noTerminal = 'the terminal closes';

story('Detach closes the terminal and lets the container go on', async ({ window, store }) => {
  await store.succeed(['run', '-dit', '--name', 'web', '@host', 'bash']);
  await window.openActivity('Skiff');
  await window.tree('Containers').waitForRow('web', /^Up /);
  await window.tree('Containers').clickContext('web', 'Attach');
  // It was written before the terminal was there.
  await window.terminal.waitFor(/root@[0-9a-f]{12}:\/# ?$/);
  await window.terminal.type('echo one $((1 + 1))\n');
  await window.terminal.waitFor(/\none 2\n/);
  await window.screenshot('terminal-attach');
  await window.run('Skiff: Detach from Container');
  await until(noTerminal, async () => (await window.terminal.text()) === '');
  await window.tree('Containers').waitForRow('web', /^Up /);
});

story('entering gives this machine’s tools in the container’s network', async ({ window, store }) => {
  const address = await store.succeed(['inspect', '-f', '{{.NetworkSettings.IPAddress}}', 'web']);
  await window.tree('Containers').clickContext('web', 'Enter Namespaces…');
  await window.quick.waitFor(/in these namespaces/);
  await window.screenshot('terminal-enter-choices');
  await window.quick.press('Enter');
  await window.terminal.waitFor(/[#$] ?$/);
  await window.terminal.type('cat /proc/net/fib_trie; hostname\n');
  const text = await window.terminal.waitFor(/32 host LOCAL[^]*[#$] ?$/);
  assert.ok(text.includes(address));
  await window.screenshot('terminal-enter');
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

story(
  'an image without a shell is said to have none, in the log of the extension, too',
  async ({ window, store, vscode }) => {
    const folder = mkdtempSync(join(tmpdir(), 'skiff-bare-'));
    mkdirSync(join(folder, 'files'), { mode: 0o755 });
    copyFileSync(busyboxProgram(), join(folder, 'files/sleep'));
    execFileSync('tar', ['-C', join(folder, 'files'), '-cf', join(folder, 'bare.tar'), '.']);
    await store.succeed(['import', join(folder, 'bare.tar'), 'bare:1']);
    await store.succeed(['run', '-d', '--name', 'bare', 'bare:1', '/sleep', '1000']);
    await window.openActivity('Skiff');
    await window.tree('Containers').waitForRow('bare', /^Up /);
    await window.tree('Containers').clickContext('bare', 'Open Shell');
    const { severity, message } = await window.messages.waitForNotification(/shell/);
    assert.deepEqual([severity, message], ['error', 'Could not open a shell in bare: there is no shell in its image.']);
    const levels = [/\[info\] The helper \S+ is running/, /\[error\] Could not open a shell in bare/];
    await until('the log has it', () => levels.every((line) => line.test(vscode.logText('Skiff'))));
    await until(noTerminal, async () => (await window.terminal.text()) === '');
    await window.run('Notifications: Clear All Notifications');
    await store.succeed(['rm', '-f', 'bare']);
    rmSync(folder, { recursive: true });
  },
);

story('an address that a program prints leads to the port that it is published on', async ({ window, store }) => {
  await store.succeed(['run', '-d', '--name', 'server', '-p', '127.0.0.1::3000', '@host', 'sleep', '1000']);
  const port = (await store.succeed(['port', 'server', '3000'])).replace('127.0.0.1:', '');
  await window.tree('Containers').waitForRow('server', /^Up /);
  await window.tree('Containers').clickContext('server', 'Open Shell');
  await window.terminal.waitFor(/:\/# ?$/);
  await window.terminal.type('clear; echo "listening on http://0.0.0.0:3000/hello."\n');
  await window.terminal.waitFor(/^listening/);
  const opened = window.page.context().waitForEvent('page', { timeout: patience(60_000) });
  // Who has found no link has something else to say.
  opened.catch(() => undefined);
  await window.terminal.openLink('http://0.0.0.0:3000/hello', 'Open port 3000');
  const page = await opened;
  // This VS Code takes the browser to be on another machine, and forwards the port.
  await until(
    'the port is shown',
    () => page.url().endsWith(`/${port}/hello`) || Promise.reject(new Error(page.url())),
  );
  await page.close();
  await window.run('Terminal: Kill All Terminals');
  await store.succeed(['rm', '-f', 'server']);
});

story(
  'a path that a program prints opens the container’s file, or this machine’s where that is mounted',
  async ({ window, store }) => {
    const folder = mkdtempSync(join(tmpdir(), 'skiff-bound-'));
    const numbers = Array.from({ length: 40 }, (_, index) => `${index + 1}`).join('\n');
    writeFileSync(join(folder, 'mine'), numbers);
    await store.succeed(['run', '-d', '--name', 'coder', '-v', `${folder}:/bound`, '@host', 'sleep', '1000']);
    await window.openActivity('Skiff');
    await window.tree('Containers').waitForRow('coder', /^Up /);
    await window.tree('Containers').clickContext('coder', 'Open Shell');
    await window.terminal.waitFor(/:\/# ?$/);
    await window.terminal.type('seq 40 > "/our numbers"; cp "/our numbers" /numbers; clear\n');
    await window.terminal.type(`echo 'see /numbers:12:2'; echo 'File "/our numbers", line 30'; echo /bound/mine:3\n`);
    await window.terminal.waitFor(/^see \/numbers:12:2\nFile "\/our numbers", line 30\n\/bound\/mine:3\n/m);
    for (const [words, hint, title, cursor] of [
      ['/numbers:12:2', 'Open /numbers of the container', 'numbers', 'Ln 12, Col 2'],
      ['/our numbers", line 30', 'Open /our numbers of the container', 'our numbers', 'Ln 30, Col 1'],
      ['/bound/mine:3', `Open ${folder}/mine of this machine`, 'mine', 'Ln 3, Col 1'],
    ] as const) {
      await window.terminal.openLink(words, hint);
      await until(`${title} is open at its line`, async () => {
        const now = [await window.activeTab(), await window.cursor()];
        return now.join() === [title, cursor].join() || Promise.reject(new Error(now.join()));
      });
    }
    await window.screenshot('terminal-file-links');
    await window.run('View: Close All Editors');
    // A link that leads somewhere else here than in there is followed in there.
    await window.terminal.openLink('/bound/mine:3', `Open ${folder}/mine of this machine`, () => {
      rmSync(join(folder, 'mine'));
      symlinkSync('/etc/hostname', join(folder, 'mine'));
    });
    const hostname = (await store.succeed(['exec', 'coder', 'cat', '/etc/hostname'])).trim();
    await until('the container’s own file is open', async () => {
      const { text } = await window.activeEditor();
      return text.includes(hostname) || Promise.reject(new Error(text));
    });
    await window.run('View: Close All Editors');
    await window.run('Terminal: Kill All Terminals');
    await store.succeed(['rm', '-f', 'coder']);
    rmSync(folder, { recursive: true });
  },
);

story('a log is followed in a terminal, and in a channel of its own', async ({ window, store }) => {
  const script =
    'printf "\\033]0;evil\\007\\033[32mgreen\\033[0m\\n"; for i in 1 2 3; do echo line $i; sleep 0.2; done; exec sleep 1000';
  await store.succeed(['run', '-d', '--name', 'writer', '@host', 'sh', '-c', script]);
  await window.tree('Containers').waitForRow('writer', /^Up /);
  await window.tree('Containers').clickContext('writer', 'Show Logs in Terminal');
  await window.terminal.waitFor(/^green\nline 1\nline 2\nline 3$/);
  await window.run('Terminal: Kill All Terminals');
  await window.tree('Containers').clickContext('writer', 'Show Logs');
  const lines = window.page.locator('.part.panel .monaco-editor .view-line');
  // Without what the terminal took for its colours.
  await until('the channel has the text alone', async () => {
    const texts = (await lines.allTextContents()).map((text) => text.replaceAll('\u00a0', ' '));
    return (
      texts.filter((text) => text !== '').join() === 'green,line 1,line 2,line 3' ||
      Promise.reject(new Error(texts.join()))
    );
  });
  // As a log, numbers have a colour.
  await lines.locator('[class^="mtk"]:not(.mtk1)', { hasText: '3' }).waitFor();
  await window.screenshot('log-channel');
  await store.succeed(['rm', '-f', 'writer', 'web']);
});
