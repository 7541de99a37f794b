import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { planCopy, splitPath, type CopyTarget } from '../../runtime-helper/engine/trees/plan-copy.ts';

const file = { path: 'from/a.txt', isDirectory: false, contentsOnly: false };
const folder = { path: 'from/d', isDirectory: true, contentsOnly: false };
const target = (kind: CopyTarget['kind'], path = '/to', mustBeDirectory = false): CopyTarget => ({
  path,
  kind,
  mustBeDirectory,
});

describe('where a copy goes', () => {
  it('is the name itself where nothing is', () => {
    assert.deepEqual(planCopy(file, target('missing')), { path: '/to', isThere: false });
    assert.deepEqual(planCopy(folder, target('missing', '/to', true)), { path: '/to', isThere: false });
  });
  it('is in a directory, under its own name', () => {
    assert.deepEqual(planCopy(file, target('directory')), { path: '/to/a.txt', isThere: false });
    assert.deepEqual(planCopy(folder, target('directory', '/')), { path: '/d', isThere: false });
  });
  it('is the directory itself for what is in another one, and for /', () => {
    assert.deepEqual(planCopy({ ...folder, contentsOnly: true }, target('directory')), { path: '/to', isThere: true });
    assert.deepEqual(planCopy({ ...folder, path: '/' }, target('directory')), { path: '/to', isThere: true });
  });
  it('is over a file, for a file', () => {
    assert.deepEqual(planCopy(file, target('other')), { path: '/to', isThere: false });
  });
  it('is nowhere for what can not be', () => {
    assert.throws(() => planCopy(file, target('missing', '/to', true)), { code: 'not-found' });
    assert.throws(() => planCopy(folder, target('other')), {
      code: 'invalid-argument',
      message: /a directory to a file/,
    });
    assert.throws(() => planCopy(file, target('other', '/to', true)), { message: /not a directory/ });
  });
});

describe('a path that is typed', () => {
  const cases: [string, string, boolean, boolean][] = [
    ['a/b', 'a/b', false, false],
    ['a/b/', 'a/b', false, true],
    ['a/b/.', 'a/b', true, false],
    ['a/b/./', 'a/b', true, true],
    ['/', '/', false, true],
    ['/.', '/', true, false],
    ['.', '.', true, false],
    ['..', '..', false, false],
    ['a/..', 'a/..', false, false],
  ];
  for (const [text, path, contentsOnly, endsInSlash] of cases)
    it(`${text} is ${path}${contentsOnly ? ', what is in it' : ''}`, () =>
      assert.deepEqual(splitPath(text), { path, contentsOnly, endsInSlash }));
});
