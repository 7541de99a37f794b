import assert from 'node:assert/strict';
import { test } from 'node:test';
import { importsOf } from '../support/sources.ts';

const imports = (text: string): [string, boolean][] =>
  importsOf({ path: 'src/views/tree.ts', text }).map(({ to, typeOnly }) => [to, typeOnly]);

test('an import over several lines, an export, a bare import and an import() are found', () => {
  const text = `import {
  one,
  two,
} from '../model/one.ts';
export { three } from './three.ts';
import 'node:fs';
const four = await import('vscode');`;
  assert.deepEqual(imports(text), [
    ['src/model/one.ts', false],
    ['src/views/three.ts', false],
    ['node:fs', false],
    ['vscode', false],
  ]);
});

test('an import of types only is told apart, in both spellings', () => {
  const text = `import type { A } from './a.ts';
import { type B, type C } from './b.ts';
import { type D, e } from './c.ts';
export type { F } from './f.ts';`;
  assert.deepEqual(imports(text), [
    ['src/views/a.ts', true],
    ['src/views/b.ts', true],
    ['src/views/c.ts', false],
    ['src/views/f.ts', true],
  ]);
});

test('what stands in a comment is no import, and an export without a source is none', () => {
  const text = `/* import { a } from './a.ts'; */
// import './b.ts';
export const text = 'from';
export type Words = 'import' | 'export';`;
  assert.deepEqual(imports(text), []);
});
