import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { useEditor } from '../support/editor.ts';
import { OddRegistry } from '../support/odd-registry.ts';
import { addImage, makeLayer } from '../support/remote-image.ts';
import { until } from '../support/wait.ts';

const { story } = useEditor();

const layer = makeLayer([{ path: 'file', content: randomBytes(4_000_000) }]);
let registry: OddRegistry;
before(async () => {
  registry = await OddRegistry.start();
  addImage(registry, 'slow', [layer]);
});
after(() => registry.dispose());

/** Half of the layer comes, and then nothing more. */
function stall(): void {
  registry.oddity = ({ url = '' }, response) => {
    if (!url.endsWith(layer.digest)) return false;
    response.writeHead(200, { 'content-length': layer.blob.length });
    return response.write(layer.blob.subarray(0, layer.blob.length / 2)) || true;
  };
}

story('a pull says how far it is, and leaves nothing when it is canceled', async ({ window, store }) => {
  const reference = `${registry.host}/team/large:slow`;
  const left = (): string[] =>
    ['images/blobs/sha256', 'layers', 'pins'].flatMap((name) => {
      const folder = join(store.root, name);
      return existsSync(folder) ? readdirSync(folder).filter((entry) => !entry.startsWith('.gone-')) : [];
    });
  stall();
  await window.openActivity('Skiff');
  await window.run('Skiff: Pull Image…');
  await window.quick.enter(reference);
  await window.messages.waitForNotification(/^Pulling .*large:slow.* of 4\.00 MB/);
  await window.screenshot('pulling');
  await window.messages.clickNotification(/Pulling/, 'Cancel');
  await until('the bar is gone', async () => (await window.messages.notifications()).length === 0);
  await until('nothing of it is left', () => left().length === 0);
  registry.oddity = () => false;
  await window.run('Skiff: Pull Image…');
  await window.quick.enter(reference);
  await window.tree('Images').waitForRow(`${registry.host}/team/large`);
  assert.match(await store.succeed(['images']), /team\/large +slow /);
});
