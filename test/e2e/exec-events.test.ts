import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { busyboxRootfs } from '../support/images.ts';
import { TestStore } from '../support/store.ts';

describe('events of exec', () => {
  let store: TestStore;
  before(async () => {
    store = new TestStore();
    await store.succeed(['import', busyboxRootfs(), 'box']);
    await store.succeed(['run', '-d', '--name', 'one', '-l', 'a=b', 'box', 'sleep', '1000']);
  });
  after(() => store.dispose());

  it('are its making, its start, and its end with its exit code, under one name', async () => {
    assert.equal((await store.skiff(['exec', 'one', 'sh', '-c', 'exit 5'])).code, 5);
    const filters = ['exec_create', 'exec_start', 'exec_die'].flatMap((event) => ['--filter', `event=${event}`]);
    const range = ['--since', '1h', '--until', '0s', ...filters];
    const lines = (await store.succeed(['events', ...range, '--format', 'json'])).split('\n');
    const events = lines.map(
      (line) => JSON.parse(line) as { Action: string; Actor: { Attributes: Record<string, string> } },
    );
    const [id = ''] = events.map(({ Actor }) => Actor.Attributes['execID'] ?? '');
    assert.match(id, /^[0-9a-f]{16}$/);
    const attributes = { a: 'b', execID: id, image: 'box', name: 'one' };
    const order = (a: { Action: string }, b: { Action: string }): number => a.Action.localeCompare(b.Action);
    assert.deepEqual(events.map(({ Action, Actor }) => ({ Action, ...Actor.Attributes })).toSorted(order), [
      { Action: 'exec_create: sh -c exit 5', ...attributes },
      { Action: 'exec_die', ...attributes, exitCode: '5' },
      { Action: 'exec_start: sh -c exit 5', ...attributes },
    ]);
  });
});
