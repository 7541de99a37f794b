import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changeTree, type ChangeTree } from '../../src/model/change-tree.ts';

const shape = ({ kind, label, below }: ChangeTree): unknown => [`${kind} ${label}`, ...below.map(shape)];

const treeOf = (...lines: string[]): unknown =>
  changeTree(lines.map((line) => ({ kind: line[0] as 'A' | 'C' | 'D', path: line.slice(2) }))).map(shape);

test('what lies in a folder is below it, folders first', () => {
  assert.deepEqual(treeOf('A /a', 'C /etc', 'D /etc/motd', 'C /etc/passwd', 'A /new', 'A /new/one'), [
    ['C etc', ['D motd'], ['C passwd']],
    ['A new', ['A one']],
    ['A a'],
  ]);
});

test('folders that lead to one folder alone share a row with it', () => {
  assert.deepEqual(treeOf('C /usr', 'C /usr/share', 'C /usr/share/doc', 'A /usr/share/doc/x', 'A /usr/share/doc/y'), [
    ['C usr/share/doc', ['A x'], ['A y']],
  ]);
});

test('a folder that was added keeps its row, and so does one with a file alone', () => {
  assert.deepEqual(treeOf('C /var', 'A /var/a', 'A /var/a/b', 'A /var/a/b/c'), [['C var', ['A a', ['A b', ['A c']]]]]);
  assert.deepEqual(treeOf('C /etc', 'C /etc/passwd'), [['C etc', ['C passwd']]]);
});

test('a change whose folder is in no list is at the top', () => {
  assert.deepEqual(treeOf('A /d/e/f', 'A /d/eg'), [['A d/e/f'], ['A d/eg']]);
});
