/** VS Code of somebody whom this machine gives no administrator rights. */
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { useEditor, type Editor } from '../support/editor.ts';
import { userWithoutSudo } from '../support/ordinary-user.ts';
import { runFromForm } from '../support/run-container.ts';
import { until } from '../support/wait.ts';

const user = userWithoutSudo();
const { uid = -1, name = '' } = user ?? {};
const skip = user ? false : 'every user here may use sudo';
const env = { USER: name, LOGNAME: name };

async function welcomeSaysSo({ window }: Editor): Promise<void> {
  const tree = window.tree('Containers');
  await until('the welcome page says what is missing', async () =>
    /^Skiff needs administrator rights.*Retry.*Show Log.*Examine This Machine$/s.test(await tree.welcomeText()),
  );
}

describe('an ordinary user whom sudo refuses', { skip }, () => {
  const { story } = useEditor({ uid, env });

  story('is told what is missing, nothing is left of the attempt, and the page has the way on', async (editor) => {
    const { window, store } = editor;
    await window.openActivity('Skiff');
    await window.run('Skiff: Run Container…');
    await window.quick.pick('@host');
    await runFromForm(window, { command: 'true', place: 'Run in Background' });
    await until('the password is asked for', async () => {
      // Only once for each version of the program.
      if (await window.messages.hasDialog()) await window.messages.clickDialog('Install');
      return (await window.quick.words()).some((text) => /administrator rights/.test(text));
    });
    await window.screenshot('password');
    await window.quick.cancel();
    const { severity, message, buttons } = await window.messages.waitForNotification(/Could not run @host/);
    assert.deepEqual([severity, buttons], ['error', ['Retry']]);
    assert.match(message, /no password was given\. Containers need root rights\./);
    await welcomeSaysSo(editor);
    await window.screenshot('no-privilege');
    assert.deepEqual(store.containerIds(), []);
  });
});

describe('a session that can gain no privileges', { skip }, () => {
  const { story } = useEditor({ uid, env, through: ['setpriv', '--no-new-privs'] });

  story('is told so before anything was tried, and why when it is tried again', async (editor) => {
    const { window } = editor;
    await window.openActivity('Skiff');
    await welcomeSaysSo(editor);
    await window.tree('Containers').clickWelcome('Retry');
    const { message } = await window.messages.waitForNotification(/administrator rights/);
    assert.match(message, /NoNewPrivs is set.*Start VS Code outside the sandbox/);
    await window.screenshot('no-new-privs');
  });
});
