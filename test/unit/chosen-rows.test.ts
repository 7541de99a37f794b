import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rowsOf } from '../../src/model/chosen-rows.ts';
import { isContainerNode, isVolumeNode } from '../../src/model/nodes.ts';

const one = { kind: 'container', id: 'one' };
const two = { kind: 'container', id: 'two' };
const volume = { kind: 'volume', name: 'data' };

test('a command is for the selected rows, or for the one that it was chosen on', () => {
  assert.deepEqual(rowsOf([one, [one, two]], isContainerNode), [one, two]);
  assert.deepEqual(rowsOf([one, undefined], isContainerNode), [one]);
  assert.deepEqual(rowsOf([one, []], isContainerNode), [one]);
  assert.deepEqual(rowsOf([one, [one, volume, two]], isContainerNode), [one, two]);
  assert.deepEqual(rowsOf([one], isVolumeNode), []);
});

test('from the palette there is no row, which is not the same as one that was lost', () => {
  assert.deepEqual(rowsOf([], isContainerNode), []);
  assert.equal(rowsOf([undefined, undefined], isContainerNode), 'lost');
  assert.equal(rowsOf([null], isContainerNode), 'lost');
});

test('nothing is done to some of the selected rows when others were lost', () => {
  assert.equal(rowsOf([one, [one, undefined]], isContainerNode), 'lost');
});
