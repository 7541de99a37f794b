import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sources } from '../support/sources.ts';

const ownText = sources(/\.(ts|mjs|c|h|md|json|sh|yml)$|^\.ci\/run$/).filter(
  ({ path }) => path !== 'package-lock.json',
);
const helper = sources(/^runtime-helper\/.*\.ts$/);

test("nothing but the server prints: the helper's stdout is the protocol's", () => {
  const prints = /\bconsole\.\w+\(|\bprocess\.stdout\b/;
  const printing = helper.filter(
    ({ path, text }) => prints.test(withoutComments(text)) && !path.startsWith('runtime-helper/server/'),
  );
  assert.deepEqual(names(printing), []);
});

test('only the server writes to the stream of the protocol, and never through console', () => {
  const server = helper.filter(({ path }) => path.startsWith('runtime-helper/server/'));
  assert.deepEqual(names(server.filter(({ text }) => /\bconsole\.(log|info|debug)\(/.test(withoutComments(text)))), []);
});

test('no file names a folder of one machine', () => {
  const homes = /(?<![\w.$}-])\/(work|home\/(?!user\b)[a-z]\w*|Users|root\/[a-z]\w+)\b/;
  assert.deepEqual(linesWith(homes), []);
});

test('no file carries a registry of one machine in it', () => {
  const lock = sources(/^package-lock\.json$/);
  assert.deepEqual(
    lock.filter(({ text }) => /"resolved": "(?!https:\/\/registry\.npmjs\.org\/)/.test(text)),
    [],
  );
});

test('no test is left alone or out', () => {
  const tests = ownText.filter(({ path }) => path.endsWith('.test.ts'));
  assert.deepEqual(
    names(tests.filter(({ text }) => /\b(test|it|describe|suite|story)\.only\(|\bonly: true/.test(text))),
    [],
  );
});

test('no check is switched off without a reason', () => {
  const code = ownText.filter(({ path }) => /\.(ts|mjs)$/.test(path) && path !== 'test/tidy/sources.test.ts');
  const bare = code.flatMap(({ path, text }) =>
    text
      .split('\n')
      .filter((line) => /@ts-(ignore|nocheck)|@ts-expect-error\s*$|(oxlint|eslint)-disable(?!.*--)/.test(line))
      .map((line) => `${path}: ${line.trim()}`),
  );
  assert.deepEqual(bare, []);
});

test('sources stay of a size that says what they are for', (context) => {
  const long = sources(/^(src|runtime-helper|test|\.ci)\/.*\.(ts|mjs|c|h)$/)
    .map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }))
    .filter(({ path, lines }) => lines > (/\.[ch]$/.test(path) ? 450 : 350));
  for (const { path, lines } of long) context.diagnostic(`${path} has ${lines} lines`);
  assert.deepEqual(
    long.filter(({ lines }) => lines > 700),
    [],
  );
});

function linesWith(pattern: RegExp): string[] {
  return ownText
    .filter(({ path }) => path !== 'test/tidy/sources.test.ts')
    .flatMap(({ path, text }) =>
      text.split('\n').flatMap((line, at) => (pattern.test(line) ? [`${path}:${at + 1}: ${line.trim()}`] : [])),
    );
}

const names = (of: { path: string }[]): string[] => of.map(({ path }) => path);

const withoutComments = (text: string): string => text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/\/\/.*$/gm, '');
