import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileNameProblem, modeWords } from '../../src/model/file-words.ts';

test('modes read as `ls -l` has them', () => {
  const words = (mode: number): string => modeWords({ mode });
  assert.deepEqual([0o644, 0o755, 0o4755, 0o2644, 0o1777, 0o1666, 0].map(words), [
    'rw-r--r--',
    'rwxr-xr-x',
    'rwsr-xr-x',
    'rw-r-Sr--',
    'rwxrwxrwt',
    'rw-rw-rwT',
    '---------',
  ]);
});

test('a name is one component of at most 255 bytes', () => {
  assert.deepEqual(['', 'a/b', 'a\0b', '.', '..', 'é'.repeat(128)].map(fileNameProblem), [
    'empty',
    'slash',
    'slash',
    'reserved',
    'reserved',
    'long',
  ]);
  assert.deepEqual(['...', ' ', '世界', 'é'.repeat(127)].map(fileNameProblem), [
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});
