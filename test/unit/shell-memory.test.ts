import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ShellMemory } from '../../src/terminals/shell-memory.ts';
import { shells } from '../../src/terminals/shells.ts';

describe('the shell of an image', () => {
  const kept = new Map<string, unknown>();
  let writes = 0;
  const memento = {
    keys: () => [...kept.keys()],
    get: <T>(key: string) => kept.get(key) as T,
    update: async (key: string, value: unknown) => {
      writes += 1;
      kept.set(key, structuredClone(value));
    },
  };

  it('is tried first once it was found, and the others after it', async () => {
    assert.deepEqual(new ShellMemory(memento).candidates('sha256:a'), shells);
    await new ShellMemory(memento).found('sha256:a', ['/busybox/sh']);
    const known = new ShellMemory(memento).candidates('sha256:a');
    assert.deepEqual(known[0], ['/busybox/sh']);
    assert.deepEqual(known.map(String).toSorted(), shells.map(String).toSorted());
    assert.deepEqual(new ShellMemory(memento).candidates('sha256:b'), shells);
  });

  it('is written down when it is another one only', async () => {
    writes = 0;
    await new ShellMemory(memento).found('sha256:a', ['/busybox/sh']);
    assert.equal(writes, 0);
    await new ShellMemory(memento).found('sha256:a', ['bash']);
    assert.deepEqual([writes, new ShellMemory(memento).candidates('sha256:a')[0]], [1, ['bash']]);
  });

  it('that is no longer among those we know is none', async () => {
    kept.set('skiff.shells', { 'sha256:a': 'rm -rf /' });
    assert.deepEqual(new ShellMemory(memento).candidates('sha256:a'), shells);
  });
});
