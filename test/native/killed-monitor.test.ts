import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { heldLocks } from '../../runtime-helper/sys/locks.ts';
import { attachToEnd, NativeStore } from '../support/native-store.ts';
import { injectAt, noStrace } from '../support/traced-request.ts';

describe('a monitor that is killed before it could answer', () => {
  let store: NativeStore;
  before(async () => {
    store = await NativeStore.open();
  });
  after(() => store.dispose());

  /** Who holds the container's lock. */
  const monitorOf = (id: string): number => {
    const { ino } = statSync(join(store.run, 'containers', id, 'lock'));
    const lock = [...heldLocks()].find((one) => one.endsWith(`:${ino}`));
    return Number(lock?.split(':')[0]);
  };

  it('is answered for, and the container starts when it is asked for again', async () => {
    const waits = store.create({ args: ['/bin/true'] });
    await waits.listening;
    process.kill(monitorOf(waits.id), 'SIGKILL');
    await assert.rejects(waits.answer, /request: its process was killed before it could answer/);
    const again = store.start(waits.id, { args: ['/bin/echo', 'alive'] });
    assert.equal((await attachToEnd(again)).stdout, 'alive\n');
  });

  it('leaves the requests beside it alone', async () => {
    const [first, second] = [store.create({ args: ['/bin/true'] }), store.create({ args: ['/bin/echo', 'second'] })];
    await Promise.all([first.listening, second.listening]);
    process.kill(monitorOf(first.id), 'SIGKILL');
    await assert.rejects(first.answer);
    assert.equal((await attachToEnd(second)).stdout, 'second\n');
    await second.answer;
    // Which clears away what the first try has left.
    await attachToEnd(store.start(first.id, { args: ['/bin/true'] }));
  });
});

describe('a process that is killed while it takes a request', { skip: noStrace }, () => {
  let store: NativeStore;
  before(async () => {
    store = await NativeStore.open();
  });
  after(() => store.dispose());

  it('is answered for when it has read all, and the next request is served', async () => {
    await injectAt(store, 'sendmsg', 'signal=KILL');
    await assert.rejects(
      store.spawner.request(['volume-make', 'first']),
      /request: its process was killed before it could answer/,
    );
    await store.spawner.request(['probe']);
  });

  it('is answered for when it had read nothing yet, by a spawner that then ends', async () => {
    const ended = new Promise<void>((resolve) => store.spawner.onEnd(resolve));
    await injectAt(store, 'read', 'signal=KILL');
    await assert.rejects(
      store.spawner.request(['volume-make', 'second']),
      // Its last word and its end come by two ways.
      /request: its process was killed before it could answer|the native program has ended/,
    );
    await ended;
    store.spawner = await store.startSpawner();
    await store.spawner.request(['probe']);
  });
});
