import assert from 'node:assert/strict';
import { useEditor } from '../support/editor.ts';
import { Pace } from '../support/pace.ts';
import { runFromForm } from '../support/run-container.ts';
import { until } from '../support/wait.ts';

const { story } = useEditor();

/** A service that ends when it is asked to, unlike most programs that are PID 1. */
const service = ['sh', '-c', 'trap "exit 0" TERM; while :; do sleep 0.1; done'];

story('an empty view says how to begin, and its button begins it', async ({ window }) => {
  await window.openActivity('Skiff');
  const tree = window.tree('Containers');
  await until('the welcome page shows', async () => /no containers yet.*@host/s.test(await tree.welcomeText()));
  await tree.clickWelcome('Run a Container…');
  await window.quick.waitFor(/Choose an image/);
  assert.equal((await window.quick.labels())[0], '@host');
  await window.quick.cancel();
});

story('what the command line does is in the tree within a second', async ({ window, store }) => {
  const tree = window.tree('Containers');
  await store.succeed(['run', '-d', '--name', 'outside', '@host', ...service]);
  const pace = new Pace();
  const row = await pace.time(tree.waitForRow('outside', /^Up .* · @host$/));
  assert.match(row.ariaLabel, /^Container outside, image @host, Up /);
  await store.succeed(['stop', 'outside']);
  await pace.time(tree.waitForRow('outside', /^Exited \(0\) .* · @host$/));
  await store.succeed(['rm', 'outside']);
  await pace.time(tree.waitForNoRow('outside'));
  pace.assertWithin(1000);
});

story('the icons in a row start and stop its container', async ({ window, store }) => {
  const tree = window.tree('Containers');
  await store.succeed(['create', '--name', 'service', '@host', ...service]);
  await tree.waitForRow('service', /^Created · /);
  await tree.waitForInlineActions('service', ['Start', 'Show Logs']);
  await tree.clickInline('service', 'Start');
  await tree.waitForRow('service', /^Up /);
  await tree.waitForInlineActions('service', ['Stop', 'Open Shell', 'Show Logs']);
  await tree.clickInline('service', 'Stop');
  await tree.waitForRow('service', /Exited \(0\)/);
});

story('the context menu offers what makes sense in the state', async ({ window }) => {
  const tree = window.tree('Containers');
  const stopped = await tree.contextMenu('service');
  const logs = ['Show Logs', 'Show Logs in Terminal'];
  const copies = ['Copy Files to Container…', 'Copy Files from Container…'];
  const files = ['Open Files as Workspace Folder', ...copies, 'Show Changes'];
  assert.deepEqual(stopped, [
    ...logs,
    'Start',
    'Restart',
    'Run Again with Changes…',
    ...files,
    'Inspect',
    'Rename…',
    'Limits…',
    'Connect Container to Network…',
    'Copy',
    'Commit…',
    'Export…',
    'Remove…',
  ]);
  await tree.clickContext('service', 'Restart');
  await tree.waitForRow('service', /^Up /);
  const running = await tree.contextMenu('service');
  const enter = [
    'Attach',
    'Open Shell',
    'Execute Command…',
    'Show Logs',
    'Show Logs in Terminal',
    'Enter Namespaces…',
    'Open Port in Browser',
  ];
  const states = ['Stop', 'Restart', 'Pause', 'Send Signal…', 'Run Again with Changes…'];
  assert.deepEqual(running, [
    ...enter,
    ...states,
    ...files,
    'Show Stats',
    'Inspect',
    'Rename…',
    'Limits…',
    'Connect Container to Network…',
    'Copy',
    'Commit…',
    'Export…',
    'Remove…',
  ]);
});

story('the copied ID is the whole one', async ({ window, store }) => {
  const tree = window.tree('Containers');
  await tree.clickContext('service', 'Copy', 'Copy ID');
  const [id = ''] = store.containerIds();
  await window.waitForClipboard(id);
  await tree.clickContext('service', 'Copy', 'Copy Name');
  await window.waitForClipboard('service');
  await tree.clickContext('service', 'Copy', 'Copy Address');
  await window.waitForClipboard(await store.succeed(['inspect', '-f', '{{.NetworkSettings.IPAddress}}', 'service']));
});

story('a container is inspected in a read-only document', async ({ window }) => {
  await window.tree('Containers').clickContext('service', 'Inspect');
  await until('the document is open', async () => /"Id": "[0-9a-f]{64}"/.test((await window.activeEditor()).text));
  await window.page.locator('.tab.active[aria-label*="service.json"]').waitFor();
  await window.run('Explorer: Focus on Outline View');
  const outline = window.tree('Outline');
  await outline.waitForRow('Id', /^[0-9a-f]{64}$/);
  await outline.click('Path');
  await until('the outline leads to the line', async () => (await window.cursor()).startsWith('Ln 4,'));
  await window.screenshot('inspect');
  await window.openActivity('Skiff');
  await window.run('View: Close All Editors');
});

story('the status bar counts what runs, and leads to it', async ({ window, store }) => {
  const count = (await store.succeed(['ps', '-q'])).split('\n').length;
  await until('it counts them', async () => (await window.statusBar()).includes(`${count}`));
  await window.run('View: Toggle Primary Side Bar Visibility');
  await window.page.locator('.statusbar-item[aria-label*="container"][aria-label*="run"]').first().click();
  await window.tree('Containers').waitForRow('service', /^Up /);
});

story('a container is paused, continued and renamed', async ({ window, store }) => {
  const tree = window.tree('Containers');
  await tree.clickContext('service', 'Pause');
  await tree.waitForRow('service', /\(Paused\)/);
  await window.screenshot('paused');
  await tree.clickInline('service', 'Continue');
  await tree.waitForRow('service', /^Up [^(]*$/);
  await tree.clickContext('service', 'Rename…');
  await window.quick.fill('no name');
  await window.quick.waitFor(/at least two letters/);
  await window.quick.enter('renamed');
  await tree.waitForRow('renamed', /^Up /);
  await store.succeed(['rename', 'renamed', 'service']);
  await tree.waitForRow('service', /^Up /);
});

story('a service that fails is told of with its last words, and can be started again', async ({ window, store }) => {
  const tree = window.tree('Containers');
  // Who sees it for the first time when it has ended takes that for long ago.
  const script =
    'test -e /again && exec sleep 1000; until test -e /again; do sleep 0.1; done; echo begun; echo "no [database](x)" >&2; exit 3';
  await store.succeed(['run', '-d', '--name', 'failing', '@host', 'sh', '-c', script]);
  await tree.waitForRow('failing', /^Up /);
  await store.skiff(['exec', 'failing', 'touch', '/again']);
  const { message, severity } = await window.messages.waitForNotification(/failing/);
  assert.deepEqual([severity, message], ['warning', 'failing ended with exit code 3: begun ⏎ no [database] (x)']);
  await window.screenshot('problem');
  await window.messages.clickNotification(/failing/, 'Restart');
  await tree.waitForRow('failing', /^Up /);
  await store.succeed(['rm', '-f', 'failing']);
  await tree.waitForNoRow('failing');
});

story('a signal is chosen, or typed and checked', async ({ window, store }) => {
  const tree = window.tree('Containers');
  const script = 'trap "echo got usr1" USR1; trap "echo got winch" WINCH; while :; do sleep 0.1; done';
  await store.succeed(['run', '-d', '--name', 'listener', '@host', 'bash', '-c', script]);
  await tree.waitForRow('listener', /^Up /);
  await tree.clickContext('listener', 'Send Signal…');
  await window.quick.pick('USR1');
  await until('it got USR1', async () => /got usr1/.test(await store.succeed(['logs', 'listener'])));
  await tree.clickContext('listener', 'Send Signal…');
  await window.quick.pick('Other…');
  await window.quick.fill('no signal');
  await window.quick.waitFor(/Not the name or number of a signal/);
  await window.quick.enter('winch');
  await until('it got WINCH', async () => /got winch/.test(await store.succeed(['logs', 'listener'])));
  await tree.clickContext('listener', 'Send Signal…');
  await window.quick.pick('KILL');
  await tree.waitForRow('listener', /Exited \(137\)/);
  assert.deepEqual(await window.messages.notifications(), [], 'who kills it knows');
});

story('rows are filtered, grouped and sorted, and the view says so', async ({ window, store }) => {
  const tree = window.tree('Containers');
  const labels = async (...expected: string[]): Promise<void> => {
    await tree.waitFor(expected.join(), (rows) => rows.map(({ label }) => label).join() === expected.join());
  };
  await store.succeed(['create', '--name', 'another', '@host', 'true']);
  await labels('another', 'listener', 'service');
  await window.run('Skiff: Sort Containers by…');
  await window.quick.pick('State');
  await labels('service', 'another', 'listener');
  await window.run('Skiff: Group Containers by…');
  await window.quick.pick('State');
  await labels('Running', 'service', 'Created', 'another', 'Exited', 'listener');
  await window.screenshot('groups');
  await window.run('Skiff: Show Only Running Containers');
  await labels('Running', 'service');
  await window.run('Skiff: Filter Containers…');
  await window.quick.enter('nothing like it');
  await until('the view says what hides the rows', async () => /No container fits/.test(await tree.welcomeText()));
  await window.screenshot('filtered');
  await tree.clickWelcome('Show All Containers');
  await labels('Running', 'service', 'Created', 'another', 'Exited', 'listener');
  await window.run('Skiff: Group Containers by…');
  await window.quick.pick('No Groups');
  await window.run('Skiff: Sort Containers by…');
  await window.quick.pick('Newest First');
  await store.succeed(['rm', 'another', 'listener']);
  await labels('service');
});

story('a shell is opened beside PID 1', async ({ window }) => {
  await window.tree('Containers').clickContext('service', 'Open Shell');
  await window.terminal.waitFor(/[#$] ?$/);
  await window.terminal.type('echo "shell $((6*7))"; tr "\\0" " " </proc/1/cmdline\n');
  await window.terminal.waitFor(/shell 42\nsh -c trap/);
  assert.deepEqual(await window.terminal.tabs(), ['service: shell']);
  await window.terminal.type('exit\n');
  await until('the terminal closes', async () => (await window.terminal.text()) === '');
  await window.tree('Containers').waitForRow('service', /^Up /);
});

story('removing asks first, and says when it must kill', async ({ window, store }) => {
  const tree = window.tree('Containers');
  await tree.clickContext('service', 'Remove…');
  const { message, detail, buttons } = await window.messages.dialog();
  assert.equal(message, 'Remove container service?');
  assert.match(detail, /Still running, and killed first: service\./);
  assert.deepEqual(buttons.toSorted(), ['Cancel', 'Kill and Remove']);
  await window.messages.clickDialog('Cancel');
  await tree.waitForRow('service', /^Up /);
  await tree.clickContext('service', 'Remove…');
  await window.messages.clickDialog('Kill and Remove');
  await tree.waitForNoRow('service');
  assert.deepEqual(store.containerIds(), []);
});

story('several selected rows are removed together', async ({ window, store }) => {
  const tree = window.tree('Containers');
  for (const name of ['one', 'two', 'three']) await store.succeed(['create', '--name', name, '@host', 'true']);
  await tree.waitFor('three rows, newest first', (rows) => rows.map(({ label }) => label).join() === 'three,two,one');
  await tree.click('three');
  await tree.click('one', { modifiers: ['Shift'] });
  await tree.clickContext('two', 'Remove…');
  assert.equal((await window.messages.dialog()).message, 'Remove 3 containers?');
  await window.messages.clickDialog('Remove');
  await until('the view is empty', async () => (await tree.rows()).length === 0);
});

story(
  'a command that the image does not have is told in one clear line, and nothing is left',
  async ({ window, store }) => {
    await window.run('Skiff: Run Container…');
    await window.quick.enter('@host');
    await runFromForm(window, { command: 'no-such-command' });
    const { severity, message } = await window.messages.waitForNotification(/no-such-command/);
    assert.equal(severity, 'error');
    assert.match(message, /^Could not run @host: /);
    await until('no terminal is left', async () => (await window.terminal.tabs()).length === 0);
    await until('no container is left', () => store.containerIds().length === 0);
    await window.messages.clickNotification(/no-such-command/, 'Change Options');
    await window.quick.waitFor(/Enter runs it/);
    await window.quick.cancel();
  },
);

story('a typed command is checked before it is run', async ({ window }) => {
  await window.run('Skiff: Run Container…');
  await window.quick.enter('@host');
  await window.quick.waitFor(/Enter runs it/);
  await window.quick.pick('Command');
  await window.quick.waitFor(/Command to run/);
  await window.quick.fill(`echo 'never closed`);
  await window.quick.waitFor(/A ' is not closed\./);
  await window.quick.fill('');
  await window.quick.waitFor(/A command is needed here/);
  // Back to the form, and out of it.
  await window.quick.press('Escape');
  await window.quick.waitFor(/Enter runs it/);
  await window.quick.cancel();
});

story('the palette has what can be done now, and asks for a container', async ({ window, store }) => {
  const offered = async (titles: readonly string[]): Promise<string[]> => {
    const all: string[] = [];
    for (const title of titles) if (await window.quick.hasCommand(`Skiff: ${title}`)) all.push(title);
    return all;
  };
  const titles = ['Run Container…', 'Start', 'Stop', 'Continue', 'Open Port in Browser', 'Show Logs', 'Inspect'];
  for (const id of store.containerIds()) await store.succeed(['rm', '-f', id]);
  await until('there is nothing to be done to containers', async () => (await offered(titles)).length === 1);
  await store.succeed(['run', '-d', '--name', 'alone', '@host', 'sleep', '1000']);
  await window.tree('Containers').waitForRow('alone', /^Up /);
  await until('what runs can be stopped', async () => {
    assert.deepEqual(await offered(titles), ['Run Container…', 'Stop', 'Show Logs', 'Inspect']);
    return true;
  });
  assert.equal(await window.quick.hasCommand('Skiff: Retry Getting Administrator Rights'), false);
  await window.run('Skiff: Stop');
  await window.quick.waitFor(/Choose a container/);
  assert.deepEqual(await window.quick.labels(), ['alone']);
  await window.quick.cancel();
  await store.succeed(['rm', '-f', 'alone']);
});

story('one that can’t get the stop signal is killed at once when that is chosen, or set', async ({ window, store }) => {
  const tree = window.tree('Containers');
  const deaf = ['--network', 'none', '--stop-timeout', '3600', '@host', 'sh', '-c', 'sleep 100000; :'];
  await store.succeed(['run', '-d', '--name', 'deaf', ...deaf]);
  await tree.waitForRow('deaf', /^Up /);
  await tree.clickInline('deaf', 'Stop');
  const told = await window.messages.waitForNotification(/stop signal can’t reach deaf/);
  assert.match(told.message, /no handler in the first process. It will be killed in 3600 s/);
  assert.deepEqual(told.buttons, ['Kill Now', 'Always Kill at Once']);
  assert.equal(await store.succeed(['inspect', '-f', '{{.State.Status}}', 'deaf']), 'running');
  await window.messages.clickNotification(/can’t reach deaf/, 'Kill Now');
  await tree.waitForRow('deaf', /Exited \(137\)/);

  await tree.clickInline('deaf', 'Start');
  await tree.waitForRow('deaf', /^Up /);
  const startedAt = (): Promise<string> => store.succeed(['inspect', '-f', '{{.State.StartedAt}}', 'deaf']);
  const first = await startedAt();
  await tree.clickContext('deaf', 'Restart');
  await window.messages.clickNotification(/can’t reach deaf/, 'Always Kill at Once');
  await until('it is another life', async () => (await startedAt()) !== first);
  await tree.waitForRow('deaf', /^Up /);
  await tree.clickInline('deaf', 'Stop');
  await tree.waitForRow('deaf', /Exited \(137\)/);
  // What says that it is being stopped may go after the row has changed; a question or a failure would stay.
  await until('neither asked again, nor told of as a failure', async () => {
    const messages = (await window.messages.notifications()).map(({ message }) => message);
    return !messages.some((message) => message.includes('deaf')) || Promise.reject(new Error(messages.join()));
  });
});
