import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { layerUsage } from '../../runtime-helper/engine/images/layer-usage.ts';

describe('what images take', () => {
  const sizes: Record<string, number> = { base: 100, one: 10, two: 1 };
  const image = (id: string, ...diffIds: string[]) => ({ id, config: { diffIds } });

  it('counts a layer once, and as shared where another image has it too', () => {
    const images = [image('a', 'base', 'one'), image('b', 'base', 'two'), image('c', 'two', 'two')];
    const { layersSize, shared } = layerUsage(images, (diffId) => sizes[diffId] ?? 0);
    assert.equal(layersSize, 111);
    assert.deepEqual(
      [...shared],
      [
        ['a', 100],
        ['b', 101],
        ['c', 1],
      ],
    );
  });

  it('is nothing without images', () => {
    assert.deepEqual(
      layerUsage([], () => 1),
      { layersSize: 0, shared: new Map() },
    );
  });
});
