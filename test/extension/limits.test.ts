/** What a container may use, and whether it does its work. */
import assert from 'node:assert/strict';
import { useEditor } from '../support/editor.ts';
import { patience, until } from '../support/wait.ts';

const { story } = useEditor();

const mebibyte = 1024 ** 2;

story(
  'limits of a running container are seen, checked while they are typed, and changed',
  async ({ window, store }) => {
    await window.openActivity('Skiff');
    const tree = window.tree('Containers');
    await store.succeed(['run', '-d', '--name', 'web', '--pids-limit', '50', '@host', 'sleep', '1000']);
    await tree.waitForRow('web', /^Up /);
    await tree.clickContext('web', 'Limits…');
    await window.quick.waitFor(/^Limits of web\nChoose what to change$/);
    await window.quick.waitForRows(['Memory no limit', 'Processors no limit', 'Processes 50', 'Restart Policy no']);
    await window.quick.pick('Memory');
    await window.quick.waitFor(/At most so much memory/);
    await window.quick.fill('much');
    await window.quick.waitFor(/A number with a unit/);
    await window.quick.enter('64m');
    await window.quick.waitFor(/Enter applies it/);
    await window.quick.pick('Restart Policy');
    await window.quick.pick('unless-stopped');
    await window.quick.waitFor(/Enter applies it/);
    await window.screenshot('limits');
    await window.quick.waitForRows([
      'Apply',
      'Memory 64m (changed)',
      'Processors no limit',
      'Processes 50',
      'Restart Policy unless-stopped (changed)',
    ]);
    await window.quick.press('Enter');
    const now = (): Promise<string> =>
      store.succeed([
        'inspect',
        '-f',
        '{{.HostConfig.Memory}} {{.HostConfig.PidsLimit}} {{.HostConfig.RestartPolicy.Name}}',
        'web',
      ]);
    await until('the limits are changed', async () => (await now()) === `${64 * mebibyte} 50 unless-stopped`);
  },
);

story('what can not be is told, with the way back; several containers are changed together', async (editor) => {
  const { window, store } = editor;
  const tree = window.tree('Containers');
  await store.succeed(['run', '-d', '--rm', '--name', 'passing', '@host', 'sleep', '1000']);
  await tree.waitForRow('passing', /^Up /);
  await tree.clickContext('passing', 'Limits…');
  await window.quick.pick('Restart Policy');
  await window.quick.pick('always');
  await window.quick.waitFor(/Enter applies it/);
  await window.quick.press('Enter');
  const { severity, message } = await window.messages.waitForNotification(/Could not change the limits of passing/);
  assert.equal(severity, 'error');
  assert.match(message, /AutoRemove is enabled/);
  await window.messages.clickNotification(/passing/, 'Change Limits');
  await window.quick.waitFor(/Limits of passing/);
  await window.quick.cancel();

  await tree.click('passing');
  await tree.click('web', { modifiers: ['Shift'] });
  await tree.clickContext('web', 'Limits…');
  await window.quick.waitFor(/Limits of 2 containers/);
  await until('memory differs', async () => (await window.quick.rows())[0] === 'Memory they differ');
  await window.quick.pick('Memory');
  await window.quick.enter('96m');
  await window.quick.waitFor(/Enter applies it/);
  await window.quick.press('Enter');
  await until('both are limited', async () => {
    const memory = await store.succeed(['inspect', '-f', '{{.HostConfig.Memory}}', 'web', 'passing']);
    return memory === `${96 * mebibyte}\n${96 * mebibyte}`;
  });
  await store.succeed(['rm', '-f', 'web', 'passing']);
});

story('health shows in the row, and a failing check is told of with its last words', async ({ window, store }) => {
  const tree = window.tree('Containers');
  const check = ['--health-cmd', 'echo "no answer from db" >&2; test -e /ok', '--health-interval', '200ms'];
  // Long enough for the row to be seen starting, once it is restarted.
  const more = ['--health-retries', '2', '--health-start-period', `${patience(4000)}ms`];
  await store.succeed(['run', '-d', '--name', 'checked', ...check, ...more, '@host', 'sleep', '1000']);
  const icon = async (): Promise<string | undefined> => (await tree.waitForRow('checked')).icon;
  await tree.waitForRow('checked', /^unhealthy · Up /);
  assert.equal(await icon(), 'warning');
  const { severity, message, buttons } = await window.messages.waitForNotification(/checked/);
  assert.deepEqual(
    [severity, message, buttons],
    ['warning', 'checked does not pass its health check: no answer from db', ['Restart', 'Show Logs', 'Open Shell']],
  );
  await window.screenshot('unhealthy');
  await window.messages.clickNotification(/checked/, 'Open Shell');
  await window.terminal.waitFor(/[#$] ?$/);
  await window.terminal.type('touch /ok; exit\n');
  const { ariaLabel } = await tree.waitForRow('checked', /\(healthy\) · /);
  assert.match(ariaLabel, /\(healthy\)/);
  assert.equal(await icon(), 'vm-running');
  await store.succeed(['exec', 'checked', 'rm', '/ok']);
  await window.messages.waitForNotification(/checked/);
  await window.messages.clickNotification(/checked/, 'Restart');
  await tree.waitForRow('checked', /\(health: starting\) · /);
});
