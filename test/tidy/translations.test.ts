import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readTexts } from '../support/manifest.ts';
import { repository } from '../support/paths.ts';
import { sources } from '../support/sources.ts';

const bundle = readTexts('l10n/bundle.l10n.zh-cn.json');
const english = readTexts('package.nls.json');
const chinese = readTexts('package.nls.zh-cn.json');
const manifestText = readFileSync(join(repository, 'package.json'), 'utf8');
const manifest = JSON.parse(manifestText) as { contributes: object };

const extension = sources(/^src\/(?!webview\/).*\.ts$/).filter(({ path }) => path !== 'src/model/l10n.ts');
/** `t('…', values)`: the text as it stands in the source. */
const calls = extension.flatMap(({ path, text }) => calledWith('t', path, text));
/** `phrase('…', values)`: what the helper says, and the window translates. */
const phrases = sources(/^runtime-helper\/.*\.ts$/)
  .filter(({ path }) => path !== 'runtime-helper/lib/phrase.ts')
  .flatMap(({ path, text }) => calledWith('phrase', path, text));
const said = [...calls, ...phrases];
const messages = new Set(said.flatMap(({ message }) => message ?? []));

test('every text is a literal, so that it can be found and translated', () => {
  assert.deepEqual(
    said.filter(({ message }) => message === undefined).map(({ path, whole }) => `${path}: ${whole}`),
    [],
  );
  assert.ok(messages.size > 400, `only ${messages.size} texts were found`);
});

test('every text of the code is in the Chinese bundle, and nothing else', () => {
  assert.deepEqual(
    [...messages].filter((message) => bundle[message] === undefined),
    [],
    'to translate in l10n/',
  );
  assert.deepEqual(
    Object.keys(bundle).filter((message) => !messages.has(message)),
    [],
    'no longer in the code',
  );
});

test('every text of the manifest has its key in both bundles', () => {
  const keys = new Set([...manifestText.matchAll(/"%([\w.]+)%"/g)].map(([, key = '']) => key));
  assert.deepEqual(new Set(Object.keys(english)), keys);
  assert.deepEqual(new Set(Object.keys(chinese)), keys);
});

test('what the manifest shows to people stands in the bundles, not in the manifest', () => {
  const shown = /^(title|name|label|contents|description|markdownDescription|patternErrorMessage)$/;
  const plain: string[] = [];
  const look = (value: unknown, path: string): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [key, inner] of Object.entries(value)) {
      const isShown = shown.test(key) || /\.(enumItemLabels|markdownEnumDescriptions)$/.test(path);
      if (typeof inner === 'string' && isShown && /[a-z]/.test(inner) && !inner.startsWith('%') && inner !== 'Skiff')
        plain.push(`${path}.${key}: ${inner}`);
      else look(inner, `${path}.${key}`);
    }
  };
  const { resourceLabelFormatters: _, ...contributes } = manifest.contributes as Record<string, unknown>;
  look(contributes, 'contributes');
  assert.deepEqual(plain, []);
});

test('a translation has the values, commands and settings of its text, and is Chinese', () => {
  const pairs = [
    ...Object.entries(bundle),
    ...Object.keys(english).map((key) => [english[key] ?? '', chinese[key] ?? '']),
  ];
  const marks = (text = ''): string[] =>
    (text.match(/\{\d\}|\(command:[\w.]+\)|`[^`]*`|#skiff[\w.]*#|\$\([\w-]+\)/g) ?? []).toSorted();
  for (const [text, translation] of pairs) assert.deepEqual(marks(translation), marks(text), translation);
  const same = pairs.filter(
    ([text = '', translation = '']) => /[a-z]{4}/.test(text) && !/\p{Script=Han}/u.test(translation),
  );
  assert.deepEqual(same, []);
});

function calledWith(name: string, path: string, text: string): { path: string; whole: string; message?: string }[] {
  const call = new RegExp(String.raw`(?<![\w.#])${name}\(\s*('(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")?`, 'g');
  return [...text.matchAll(call)].map(([whole, literal]) => ({
    path,
    whole,
    ...(literal === undefined ? {} : { message: messageOf(literal) }),
  }));
}

/** A literal's value. */
function messageOf(literal: string): string {
  const body = literal.slice(1, -1);
  const escaped = literal.startsWith("'") ? body.replaceAll(String.raw`\'`, "'").replaceAll('"', String.raw`\"`) : body;
  return JSON.parse(`"${escaped}"`) as string;
}

test('every page of the walkthrough is there in Chinese, with the same commands', () => {
  const folder = join(repository, 'media/walkthrough');
  const commands = (text: string): string[] => text.match(/```[^]*?```/g) ?? [];
  for (const name of readdirSync(folder).filter((one) => !one.includes('.nls.'))) {
    const page = readFileSync(join(folder, name), 'utf8');
    // Where VS Code looks for it (gettingStartedDetailsRenderer: readContentsOfPath).
    const translated = readFileSync(join(folder, name.replace(/\.md$/, '.nls.zh-cn.md')), 'utf8');
    assert.deepEqual(commands(translated), commands(page), name);
    assert.match(translated, /\p{Script=Han}{4}/u, name);
  }
});
