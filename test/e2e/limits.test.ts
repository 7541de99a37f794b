import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { TestStore } from '../support/store.ts';

/** Doubles a text in memory until somebody stops it. */
const glutton = 'a=xxxxxxxx; while :; do a=$a$a; done';
/** Wants a hundred processes at once, and says how many it could not get. */
const breeder = 'for i in $(seq 100); do sleep 60 & done; wait';

describe('a container at its limits', () => {
  let store: TestStore;
  before(() => {
    store = new TestStore();
  });
  after(() => store.dispose());

  it('that wants more memory than it may have is killed, and says so', async () => {
    const { code } = await store.skiff(['run', '--name', 'glutton', '-m', '16m', '@host', 'sh', '-c', glutton]);
    assert.equal(code, 137);
    const state = await store.succeed(['inspect', '-f', '{{.State.OOMKilled}} {{.State.ExitCode}}', 'glutton']);
    assert.equal(state, 'true 137');
  });

  it('that forks without end gets no more processes than it may have, and can be removed', async () => {
    const { code, stderr } = await store.skiff([
      ...['run', '--name', 'breeder', '--pids-limit', '20', '@host', 'sh', '-c', breeder],
    ]);
    assert.notEqual(code, 0);
    assert.match(stderr, /[Cc]annot fork|Resource temporarily unavailable/);
    await store.succeed(['rm', '-f', 'breeder']);
  });

  it('of which something is to be pruned asks first, and no answer is a no', async () => {
    await store.succeed(['volume', 'create', 'kept']);
    await store.succeed(['network', 'create', 'kept']);
    for (const kind of ['volume', 'network']) {
      const args = [kind, 'prune', ...(kind === 'volume' ? ['--all'] : [])];
      const refused = await store.succeed(args, { input: 'n\n' });
      assert.match(refused, /^WARNING! This will remove all .*\nAre you sure you want to continue\? \[y\/N\] $/);
      assert.equal(await store.succeed([kind, 'inspect', '-f', '{{.Name}}', 'kept']), 'kept');
      assert.match(await store.succeed(args, { input: 'y\n' }), /Deleted (?:Volumes|Networks):\nkept/);
    }
  });
});
