import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readManifest } from '../support/manifest.ts';
import { repository } from '../support/paths.ts';
import { sources } from '../support/sources.ts';

const manifest = readManifest() as {
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

test('an icon of ours is there for light and for dark themes, with contrast enough for those of high contrast', () => {
  // VS Code takes the light one for light high contrast, too, and the dark one for dark.
  const backgrounds = { light: 1, dark: 0 };
  const names = (kind: string): string[] => readdirSync(join(repository, 'media', kind)).toSorted();
  assert.deepEqual(names('light'), names('dark'));
  for (const [kind, background] of Object.entries(backgrounds)) {
    for (const name of names(kind)) {
      const svg = readFileSync(join(repository, 'media', kind, name), 'utf8');
      const [, hex = ''] = /stroke="#([0-9a-f]{6})"/.exec(svg) ?? [];
      const [lighter = 0, darker = 0] = [luminance(hex), background].toSorted((a, b) => b - a);
      assert.ok((lighter + 0.05) / (darker + 0.05) >= 7, `${kind}/${name}`);
    }
  }
});

/** Of a colour as six hex digits: WCAG 2.2, relative luminance. */
function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [0, 2, 4].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
