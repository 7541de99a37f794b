import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findChromium } from '../../.ci/chromium.mjs';

export const repository = join(import.meta.dirname, '../..');
export const cache = join(repository, '.cache');
/** Node 24, pinned by package-lock.json, whatever `node` on PATH is. */
export const node24 = join(repository, 'node_modules/.bin/node');
export const helperScript = join(repository, 'dist/helper.js');
/** The command line as `npm run build` leaves it. */
export const skiffBinary = join(repository, 'dist/bin/skiff');

/** The package that the tests install: SKIFF_TEST_VSIX, or what `npm run package` left. */
export function vsixPath(): string {
  const { name, version } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')) as Record<
    string,
    string
  >;
  const path = process.env['SKIFF_TEST_VSIX'] ?? join(repository, `${name}-linux-${process.arch}-${version}.vsix`);
  if (!existsSync(path))
    throw new Error(`${path} is missing: run \`npm run package\`, or the tests through \`npm test\``);
  return path;
}

/** The browser that windows are opened in. */
export function chromiumPath(): string {
  const path = findChromium();
  if (path === undefined) throw new Error('no Chromium here: `npm test` installs one, or name it in SKIFF_CHROMIUM');
  return path;
}
