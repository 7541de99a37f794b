/** Skiff in Simplified Chinese, as a window in that language shows it. */
import assert from 'node:assert/strict';
import { useEditor } from '../support/editor.ts';
import { patience, until } from '../support/wait.ts';
import { webview } from '../support/webview.ts';

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
  // The pack has no texts of the workbench's own.
  await window.messages.clickDialog('Cancel');
});

story('findings, reasons and hints of the engine are Chinese', async ({ window, store }) => {
  await window.run('Skiff: 检查此计算机（诊断）');
  const rows = webview(window.page).locator('tbody tr');
  await rows.first().waitFor({ timeout: patience(60_000) });
  await until('it has its findings', async () => (await rows.count()) > 10);
  const found = (await rows.allInnerTexts()).join('\n');
  assert.match(found, /内核\s+Linux/);
  assert.match(found, /管理员权限\s+(当前用户是 root|通过 sudo)/);
  assert.match(found, /磁盘空间\s+.* 处可用 [\d.]+ GB/);
  // Names of parts of the kernel are everywhere what they are.
  const titles = (await rows.locator('td:nth-child(2)').allInnerTexts()).filter(
    (title) => !/[\u4e00-\u9fff]/.test(title),
  );
  assert.deepEqual(titles, ['nftables', 'Seccomp']);
  await window.screenshot('chinese-doctor');

  await store.succeed(['network', 'create', 'lab']);
  await store.succeed(['run', '-d', '--name', 'on-lab', '--network', 'lab', '@host', 'sleep', '1000']);
  await window.run('Skiff: 删除网络…');
  await window.quick.pick('lab');
  await window.messages.clickDialog('删除');
  const { message } = await window.messages.waitForNotification(/lab/);
  assert.match(message, /网络 lab 上有正在使用的端点（on-lab）。请先停止它们或断开它们的连接。$/);

  await window.run('Skiff: 创建网络…');
  await window.quick.fill('no/slash');
  await until('it says what names are', async () =>
    (await window.quick.message()).startsWith('无效的网络名称：no/slash。可以使用字母、数字和'),
  );
  await window.quick.cancel();
});
