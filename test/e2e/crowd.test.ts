import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { busyboxRootfs } from '../support/images.ts';
import { TestStore } from '../support/store.ts';
import { until } from '../support/wait.ts';

const count = 200;
const inFlight = 16;

describe(`${count} containers at once, ${inFlight} in flight`, () => {
  const store = new TestStore();
  const names = Array.from({ length: count }, (_, index) => `c${index}`);
  const listed = async (...options: string[]): Promise<string[]> =>
    (await store.succeed(['ps', ...options, '--format', '{{.Names}}'])).split('\n').filter((name) => name !== '');
  /** What is in a folder of the store; the run root's are below a folder with the store's id. */
  const inStore = (...path: string[]): string[] => namesIn(join(store.root, ...path));
  const inRunRoot = (...path: string[]): string[] => namesIn(join(store.runRoot, store.id ?? '-', ...path));

  /** `sleep` for each container's own process. */
  const processes = (): string[] => {
    const all = store.processes().map(({ name }) => name);
    return all.filter((name) => name === 'skiff-monitor' || name === 'sleep');
  };

  before(() => store.succeed(['import', busyboxRootfs(), 'busy:1']));
  after(() => store.dispose());

  it('are all there, each with an address of its own, and leave nothing when they have ended', async () => {
    await each(names, (name) => store.succeed(['run', '-d', '--name', name, 'busy:1', 'sleep', '100000']));
    assert.deepEqual((await listed()).sort(), [...names].sort());
    assert.equal(processes().length, 2 * count, 'a monitor and a process for each');
    const addresses = await store.succeed(['inspect', '-f', '{{.NetworkSettings.IPAddress}}', ...names]);
    assert.equal(new Set(addresses.split('\n').filter((address) => address !== '')).size, count);
    assert.equal(inStore('networks', 'bridge', 'leases').length, count);

    assert.equal(await store.succeed(['stop', '-t', '0', ...names]), names.join('\n'));
    assert.deepEqual(await listed(), []);
    const ends = await store.succeed(['inspect', '-f', '{{.State.Status}} {{.State.ExitCode}}', ...names]);
    assert.deepEqual(new Set(ends.split('\n')), new Set(['exited 137']));
    await until('the monitors are gone', () => processes().length === 0);
    assert.deepEqual(inStore('networks', 'bridge', 'leases'), []);

    const ids = store.containerIds();
    await store.succeed(['rm', ...names]);
    assert.deepEqual(await listed('-a'), []);
    await until('their files are gone', () => inStore('containers').length === 0);
    // The kernel takes its time with a namespace that ends, and with its interfaces.
    await until('nothing is left', () => {
      const left = store.leftovers(ids);
      return left.length === 0 || Promise.reject(new Error(left.join()));
    });
    assert.deepEqual(inStore('names'), []);
    assert.deepEqual(inRunRoot('containers'), []);
    assert.deepEqual(inRunRoot('state'), []);
  });
});

async function each(names: readonly string[], work: (name: string) => Promise<unknown>): Promise<void> {
  const waiting = [...names];
  const worker = async (): Promise<void> => {
    for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) await work(name);
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
}

const namesIn = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder) : []);
