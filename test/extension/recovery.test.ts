import assert from 'node:assert/strict';
import { useEditor, type Editor } from '../support/editor.ts';
import { processes } from '../support/kernel-objects.ts';
import { until } from '../support/wait.ts';

const { story } = useEditor();

/** Pids of the windows' helpers on the test's store; not of one that serves the command line. */
function helpers({ store }: Editor): number[] {
  return processes()
    .filter(
      ({ command, environment }) =>
        /dist\/helper\.js/.test(command) && !/--cli/.test(command) && environment.includes(store.root),
    )
    .map(({ pid }) => pid);
}

async function killHelper(editor: Editor): Promise<void> {
  const [pid] = helpers(editor);
  assert.ok(pid !== undefined, 'no helper runs');
  process.kill(pid, 'SIGKILL');
  await until('another helper runs', () => helpers(editor).some((other) => other !== pid));
}

story('containers, terminals and logs outlive the helper', async (editor) => {
  const { window, store } = editor;
  await window.openActivity('Skiff');
  const tree = window.tree('Containers');
  await store.succeed([
    'run',
    '-d',
    '--name',
    'ticker',
    '@host',
    'sh',
    '-c',
    'i=0; while :; do i=$((i+1)); echo tick $i; sleep 0.2; done',
  ]);
  await store.succeed(['run', '-d', '-i', '-t', '--name', 'shell', '@host', 'bash']);
  await tree.waitForRow('ticker', /^Up /);
  await tree.clickContext('shell', 'Attach');
  await window.terminal.type('echo before $((40+2))\n');
  await window.terminal.waitFor(/before 42/);

  await killHelper(editor);

  await window.terminal.waitFor(/connection to Skiff’s helper was lost[^]*Attached again\./);
  await window.terminal.type('echo after $((40+2))\n');
  await window.terminal.waitFor(/after 42/);
  await tree.waitForRow('ticker', /^Up /);
  await tree.waitForRow('shell', /^Up /);
  assert.deepEqual(await window.messages.notifications(), [], 'a restart is not worth a message');
  await window.screenshot('recovered');

  const ticks = (await store.succeed(['logs', 'ticker'])).split('\n');
  assert.deepEqual(
    ticks,
    ticks.map((_, index) => `tick ${index + 1}`),
    'the log has a gap',
  );
});

story('a log that is in sight goes on after the helper was killed', async (editor) => {
  const { window } = editor;
  await window.tree('Containers').clickContext('ticker', 'Show Logs');
  const lastTick = async (): Promise<number> => {
    const lines = await window.page.locator('.part.panel .view-line', { hasText: 'tick' }).allTextContents();
    return Math.max(0, ...lines.map((line) => Number(/tick.(\d+)/.exec(line)?.[1] ?? 0)));
  };
  const before = await until('the log shows', lastTick);
  await killHelper(editor);
  await until('the log goes on', async () => (await lastTick()) > before + 5);
});

story('after the helper came back the tree follows changes made elsewhere', async (editor) => {
  const { window, store } = editor;
  await killHelper(editor);
  await store.succeed(['rm', '-f', 'ticker']);
  await window.tree('Containers').waitForNoRow('ticker');
  await store.succeed(['rm', '-f', 'shell']);
  await window.tree('Containers').waitForNoRow('shell');
});

story('a helper that keeps dying is given up with a word and an offer, and comes back when asked', async (editor) => {
  const { window } = editor;
  await until(
    'the helper is given up',
    async () => {
      for (const pid of helpers(editor)) process.kill(pid, 'SIGKILL');
      return (await window.messages.notifications()).some(({ message }) => /helper is not running/.test(message));
    },
    60_000,
  );
  await window.screenshot('given-up');
  await window.messages.clickNotification(/helper is not running/, 'Restart');
  await until('a helper runs', () => helpers(editor).length === 1);
  await until('the view is usable', async () =>
    /no containers yet/.test(await window.tree('Containers').welcomeText()),
  );
});
