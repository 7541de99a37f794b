import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Makes VS Code believe that a language pack is installed, as it notes that itself in `languagepacks.json`. The pack has no texts:
 * the workbench stays English, but asks extensions for theirs in that language.
 */
export function installLanguagePack(folder: string, locale: string): void {
  const pack = join(folder, 'language-pack');
  mkdirSync(pack);
  const texts = join(pack, 'main.i18n.json');
  writeFileSync(texts, JSON.stringify({ version: '1.0.0', contents: {} }));
  const known = {
    [locale]: {
      hash: '0123456789abcdef0123456789abcdef',
      label: locale,
      extensions: [{ extensionIdentifier: { id: 'skiff.language-pack' }, version: '1.0.0' }],
      translations: { vscode: texts },
    },
  };
  writeFileSync(join(folder, 'user/languagepacks.json'), JSON.stringify(known));
}
