import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { useEditor } from '../support/editor.ts';
import { busyboxRootfs } from '../support/images.ts';
import type { TestStore } from '../support/store.ts';
import { until } from '../support/wait.ts';
import type { Workbench } from '../support/workbench.ts';

const { story } = useEditor();

story('networks are in the tree, with the containers on each and their addresses', async ({ window, store }) => {
  await store.succeed(['import', busyboxRootfs(), 'busybox:1']);
  await store.succeed(['run', '-d', '--name', 'web', 'busybox:1', 'sleep', '1000']);
  await window.openActivity('Skiff');
  const tree = window.tree('Networks');
  await tree.expandPane();
  await tree.waitForRow('host', /^host$/);
  await tree.waitForRow('bridge', /^10\.[\d.]+\/24 · 1 container$/);
  const row = await tree.waitForRow('web', /^10\.[\d.]+$/);
  assert.match(row.ariaLabel, /^Container web on network bridge, 10\./);
});

story('a network is created, and what is wrong with it is said while it is typed', async ({ window, store }) => {
  const tree = window.tree('Networks');
  await tree.clickTitleAction('Create Network…');
  await window.quick.fill('bridge');
  await window.quick.waitFor(/not permitted on predefined bridge network/);
  await window.quick.enter('lab');
  await window.quick.waitFor(/Subnet/);
  await window.quick.fill('10.0.0.0/40');
  await window.quick.waitFor(/Invalid subnet: 10\.0\.0\.0\/40/);
  await window.quick.enter('10.213.7.0/24');
  await window.quick.waitFor(/None is usual/);
  await window.quick.pickMany(['Internal']);
  await tree.waitForRow('lab', /^10\.213\.7\.0\/24 · internal$/);
  assert.match(await store.succeed(['network', 'ls']), / lab +bridge/);
});

story('a container is connected and disconnected, by whomever', async ({ window, store }) => {
  const tree = window.tree('Networks');
  await tree.clickInline('lab', 'Connect Container to Network…');
  await window.quick.pick('web');
  await tree.waitFor('web is on two networks', (rows) => rows.filter(({ label }) => label === 'web').length === 2);
  await tree.waitForRow('lab', /^10\.213\.7\.0\/24 · internal · 1 container$/);
  await window.screenshot('networks');
  assert.match(await store.succeed(['exec', 'web', 'ip', 'address']), /inet 10\.213\.7\./);
  const containers = window.tree('Containers');
  await containers.expand('web');
  await containers.waitForRow('Network lab', /^10\.213\.7\.\d+$/);
  assert.deepEqual(await containers.contextMenu('Network lab'), ['Disconnect from Network', 'Copy Address on Network']);
  // It is on all that there are.
  await containers.clickContext('web', 'Connect Container to Network…');
  await window.messages.waitForNotification(/There is no other network to connect to/);
  await store.succeed(['network', 'disconnect', 'bridge', 'web']);
  await tree.waitFor('web is on one', (rows) => rows.filter(({ label }) => label === 'web').length === 1);
  await tree.clickContext('lab', 'Remove Network…');
  await window.messages.clickDialog('Remove');
  await window.messages.waitForNotification(/Could not remove network lab: .*active endpoints \(web\)/);
  await tree.clickInline('web', 'Disconnect from Network');
  await tree.waitForNoRow('web');
});

story('a network is inspected and removed', async ({ window }) => {
  const tree = window.tree('Networks');
  await tree.clickContext('lab', 'Inspect Network');
  await until('the document is open', async () => /"Name": "lab"/.test((await window.activeEditor()).text));
  await tree.clickContext('lab', 'Remove Network…');
  await window.messages.clickDialog('Remove');
  await tree.waitForNoRow('lab');
});

story(
  'a container’s row connects it, its address is copied, and unused networks are pruned',
  async ({ window, store }) => {
    const tree = window.tree('Networks');
    for (const name of ['spare', 'unused']) await store.succeed(['network', 'create', name]);
    await window.tree('Containers').clickContext('web', 'Connect Container to Network…');
    await window.quick.waitFor(/Choose a network/);
    await window.quick.pick('spare');
    const { description } = await tree.waitForRow('web', /^10\.[\d.]+$/);
    await tree.clickContext('web', 'Copy Address on Network');
    await window.waitForClipboard(description);
    await window.run('Skiff: Prune Networks…');
    await window.messages.clickDialog('Remove');
    await window.messages.waitForNotification(/^Removed unused\.$/);
    await tree.waitForNoRow('unused');
    await tree.clickContext('web', 'Disconnect from Network');
    await tree.waitForNoRow('web');
    await tree.clickContext('spare', 'Remove Network…');
    await window.messages.clickDialog('Remove');
    await tree.waitForNoRow('spare');
  },
);

const openInBrowser = 'Open Port in Browser';

story('a published port opens in the browser, from its row and from its container’s', async ({ window, store }) => {
  const [port = ''] = await serve(store, 'one', '80');
  const tree = window.tree('Containers');
  await tree.waitForRow('one', new RegExp(`^Up .* · ${port} → 80 · `));
  assert.deepEqual(await opened(window, 1, () => tree.clickContext('one', openInBrowser)), [port]);
  await tree.expand('one');
  const row = `Port ${port} → 80`;
  assert.deepEqual(await opened(window, 1, () => tree.clickContext(row, openInBrowser)), [port]);
  assert.deepEqual(await opened(window, 1, () => tree.clickInline(row, openInBrowser)), [port]);
  // Nobody forwards it here; this machine's own browser shows the container's page.
  const page = await window.page.context().newPage();
  await page.goto(`http://127.0.0.1:${port}/`);
  assert.match(await page.locator('body').innerText(), /^this is one/);
  await page.close();
  await tree.collapse('one');
});

story('several ports open at once, and one is asked for where a container has several', async ({ window, store }) => {
  const [first = '', second = ''] = await serve(store, 'two', '80', '81');
  const tree = window.tree('Containers');
  await tree.waitForRow('two', /^Up /);
  const pickSecond = async (): Promise<void> => {
    await tree.clickContext('two', openInBrowser);
    await window.quick.waitFor(/Open Port of Container two/);
    await window.quick.pick(`${second} → 81`);
  };
  assert.deepEqual(await opened(window, 1, pickSecond), [second]);
  await tree.select('one', 'two');
  const one = (await store.succeed(['port', 'one', '80'])).replace('127.0.0.1:', '');
  assert.deepEqual(await opened(window, 2, pickSecond), [one, second].toSorted());
  await tree.expand('two');
  const [above, below] = [`Port ${first} → 80`, `Port ${second} → 81`];
  await tree.select(above, below);
  const ports = await opened(window, 2, () => tree.clickContext(below, openInBrowser));
  assert.deepEqual(ports, [first, second].toSorted());
  await tree.clickContext(below, 'Copy Address of Port');
  await window.waitForClipboard(`127.0.0.1:${first}\n127.0.0.1:${second}`);
  await store.succeed(['rm', '-f', 'one', 'two']);
});

/** A web server that says who it is, on ports of the machine's choice, which it returns. */
async function serve(store: TestStore, name: string, ...ports: string[]): Promise<string[]> {
  const script = `mkdir /www; echo "this is ${name}" > /www/index.html; exec httpd -f -h /www`;
  const publish = ports.flatMap((port) => ['-p', `127.0.0.1::${port}`]);
  await store.succeed(['run', '-d', '--name', name, ...publish, 'busybox:1', 'sh', '-c', script]);
  const published = await Promise.all(ports.map((port) => store.succeed(['port', name, port])));
  return published.map((address) => address.replace('127.0.0.1:', ''));
}

/** The ports that are opened in as many pages, sorted. This VS Code takes the browser to be on another machine, and forwards them. */
async function opened(window: Workbench, count: number, choose: () => Promise<void>): Promise<string[]> {
  const pages: Page[] = [];
  const take = (page: Page): number => pages.push(page);
  const context = window.page.context().on('page', take);
  try {
    await choose();
    return await until(`${count} ports are opened`, () => {
      const ports = pages.map((page) => /\/proxy\/(\d+)\/$/.exec(page.url())?.[1] ?? '');
      if (ports.length === count && !ports.includes('')) return ports.toSorted();
      throw new Error(pages.map((page) => page.url()).join());
    });
  } finally {
    context.off('page', take);
    for (const page of pages) await page.close();
  }
}
