import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { after, afterEach, before, describe, it } from 'node:test';
import { busyboxRootfs } from '../support/images.ts';
import { nftTables } from '../support/kernel-objects.ts';
import { TestStore } from '../support/store.ts';

/** What the kernel has of a store's networks. */
const traces = (store: TestStore): string[] => [
  ...readdirSync('/sys/class/net').filter((name) => name.startsWith(`sk${store.id}`)),
  ...nftTables(new RegExp(`skiff-${store.id}`)),
];

describe('networks', () => {
  let store: TestStore;
  before(async () => {
    store = new TestStore();
    await store.succeed(['import', busyboxRootfs(), 'busybox:1']);
  });
  afterEach(async () => {
    const ids = store.containerIds();
    if (ids.length > 0) await store.succeed(['rm', '-f', ...ids]);
  });
  after(() => store.dispose());

  const sleeper = async (name: string, ...options: string[]): Promise<string> =>
    store.succeed(['run', '-d', '--name', name, ...options, 'busybox:1', 'sleep', '1000']);

  it('leave no trace after `system prune --network`, which waits for containers, and are there again with the next start', async () => {
    await store.succeed(['network', 'create', 'lab']);
    await sleeper('busy', '--network', 'lab');
    const { code, stderr } = await store.skiff(['system', 'prune', '--network', '-f']);
    assert.equal(code, 1);
    assert.match(stderr, /still run: busy/);
    await store.succeed(['stop', '-t', '0', 'busy']);
    assert.match(await store.succeed(['system', 'prune', '--network', '-f']), /^Deleted Bridges:\nsk[0-9a-f]+$/);
    assert.deepEqual(traces(store), []);
    await store.succeed(['start', 'busy']);
    assert.match(await store.succeed(['exec', 'busy', 'ip', 'address', 'show', 'eth0']), /inet 10\./);
    await store.succeed(['rm', '-f', 'busy']);
    await store.succeed(['network', 'rm', 'lab']);
  });
});
