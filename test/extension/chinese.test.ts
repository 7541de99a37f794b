/** Skiff in Simplified Chinese, as a window in that language shows it. */
import assert from 'node:assert/strict';
import { useEditor } from '../support/editor.ts';
import { until } from '../support/wait.ts';

const { story } = useEditor({ locale: 'zh-cn' });

story('views, commands, rows and questions are Chinese', async ({ window, store }) => {
  await window.openActivity('Skiff');
  const tree = window.tree('容器');
  await until('the welcome page is Chinese', async () => (await tree.welcomeText()).startsWith('还没有容器。'));
  await tree.clickWelcome('运行容器…');
  await window.quick.waitFor(/选择镜像/);
  await window.screenshot('chinese-run');
  await window.quick.cancel();
  await store.succeed(['run', '-d', '--name', 'web', '@host', 'sleep', '1000']);
  await tree.waitForRow('web', /运行/);
  const menu = await tree.contextMenu('web');
  assert.deepEqual(
    menu.filter((entry) => !/[\u4e00-\u9fff]/.test(entry)),
    [],
  );
  await tree.clickContext('web', '限制…');
  await window.quick.waitFor(/web 的限制/);
  await window.screenshot('chinese-limits');
  await window.quick.cancel();
  await tree.clickContext('web', '删除…');
  const { message } = await window.messages.dialog();
  assert.match(message, /web/);
  assert.match(message, /[\u4e00-\u9fff]{2}/);
  await window.screenshot('chinese-remove');
});
