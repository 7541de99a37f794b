/** A window whose folder is on a system that has no containers of ours. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { useEditor } from '../support/editor.ts';
import { repository } from '../support/paths.ts';
import { until } from '../support/wait.ts';

// The only thing that we see of the system there is its name.
const { story } = useEditor({ env: { NODE_OPTIONS: `--require=${join(repository, 'test/support/elsewhere.cjs')}` } });

story(
  'the view says where containers run and how to get there, and offers nothing that can not work',
  async ({ window }) => {
    await window.openActivity('Skiff');
    const tree = window.tree('Containers');
    await until('the welcome page shows', async () =>
      /^Skiff runs containers on Linux.*WSL.*SSH.*tunnel/s.test(await tree.welcomeText()),
    );
    assert.deepEqual(await tree.welcomeLinks(), [
      'https://code.visualstudio.com/docs/remote/wsl',
      'https://code.visualstudio.com/docs/remote/ssh',
      'https://code.visualstudio.com/docs/remote/tunnels',
    ]);
    await window.screenshot('other-system');
    await until('its log is offered', () => window.quick.hasCommand('Skiff: Show Log of Helper'));
    for (const command of ['Run Container…', 'Stop', 'Pull Image…', 'Examine This Machine (Doctor)'])
      assert.equal(await window.quick.hasCommand(`Skiff: ${command}`), false, command);
    assert.deepEqual(await window.messages.notifications(), []);
  },
);
