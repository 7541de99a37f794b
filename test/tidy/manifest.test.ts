import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { repository } from '../support/paths.ts';
import { sources } from '../support/sources.ts';

const manifest = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')) as {
  contributes: Record<string, unknown> & { commands: { command: string; title: string; category?: string }[] };
};
const { commands } = manifest.contributes;
const contributed = commands.map(({ command }) => command);
const extension = sources(/^src\/.*\.ts$/);

test('every contributed command is registered, and the other way round', () => {
  const table = extension.find(({ path }) => path === 'src/commands/index.ts')?.text ?? '';
  const registered = [...table.matchAll(/^\s*'(skiff\.[\w.]+)':/gm)].map(([, id]) => id);
  const elsewhere = extension.flatMap(({ text }) =>
    [...text.matchAll(/registerCommand\(\s*'([^']+)'/g)].map(([, id]) => id),
  );
  assert.deepEqual(new Set([...registered, ...elsewhere]), new Set(contributed));
});

test('menus, keys and links name contributed commands only', () => {
  const named = JSON.stringify(manifest.contributes).matchAll(/"command":"(skiff\.[\w.]+)"|command:(skiff\.[\w.]+)/g);
  const strangers = [...named].map(([, menu, link]) => menu ?? link ?? '').filter((id) => !contributed.includes(id));
  assert.deepEqual(strangers, []);
});

test('every command has the category and a title without it', () => {
  const odd = commands.filter(({ title, category }) => category !== 'Skiff' || /skiff/i.test(title));
  assert.deepEqual(odd, []);
});

test('every setting that the code reads is contributed, and the other way round', () => {
  const settings = new Set(
    JSON.stringify(manifest.contributes['configuration'] ?? {}).match(/(?<=")skiff\.[\w.]+(?=":)/g),
  );
  const read = new Set<string>();
  for (const { text } of extension) {
    for (const [, name] of text.matchAll(/getConfiguration\('skiff'\)\s*\.get(?:<[^>]*>)?\(\s*'([\w.]+)'/g))
      read.add(`skiff.${name}`);
    for (const [, name] of text.matchAll(/affectsConfiguration\('(skiff\.[\w.]+)'\)/g))
      if (name !== undefined) read.add(name);
  }
  assert.deepEqual(
    [...read].filter((name) => !settings.has(name)),
    [],
  );
  const unread = [...settings].filter(
    (name) =>
      !extension.some(({ text }) => text.includes(`'${name.replace('skiff.', '')}'`) || text.includes(`'${name}'`)),
  );
  assert.deepEqual(unread, []);
});

test('every file that the manifest names is there', () => {
  const named = JSON.stringify(manifest).matchAll(/"(?:\.\/)?(media\/[^"]+)"/g);
  assert.deepEqual(
    [...named].map(([, path = '']) => path).filter((path) => !existsSync(join(repository, path))),
    [],
  );
});
