import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from './paths.ts';

/** A file of JSON beside package.json, or in `l10n/`. */
export function readTexts(name: string): Record<string, string> {
  return JSON.parse(readFileSync(join(repository, name), 'utf8')) as Record<string, string>;
}

/** package.json with its texts in English, as VS Code shows it. */
export function readManifest(): unknown {
  const texts = readTexts('package.nls.json');
  const plain = readFileSync(join(repository, 'package.json'), 'utf8').replaceAll(
    /"%([\w.]+)%"/g,
    (whole, key: string) => JSON.stringify(texts[key]) ?? whole,
  );
  return JSON.parse(plain) as unknown;
}
