// A browser for the tests of the editor: the machine's own, Debian's, or one from the npm registry.
import {
  createReadStream,
  createWriteStream,
  chmodSync,
  existsSync,
  mkdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress } from 'node:zlib';
import { chromiumNames, installPackages, isOffered } from './debian.mjs';
import { cache, mustOnline, output } from './node24.mjs';

/** Where the browser from npm is put, for machines without a package (Ubuntu has Chromium as a snap only). */
const unpacked = join(cache, 'chromium/chromium');
const npmPackage = '@sparticuz/chromium@153.0.0';

/** Path of a Chromium that is here; undefined when there is none. */
export function findChromium() {
  const candidates = [process.env.SKIFF_CHROMIUM, ...chromiumNames.map((name) => `/usr/bin/${name}`), unpacked];
  return candidates.find((path) => path && existsSync(path) && !isSnapLauncher(path));
}

/** Ubuntu's chromium-browser is a script that asks for the snap, which can't see our temporary folders. */
function isSnapLauncher(path) {
  return /snap/.test(output('head', ['-c', '2000', path]) ?? '') && !path.startsWith(cache);
}

/** Installs a Chromium when there is none. */
export async function installChromium() {
  if (findChromium()) return;
  for (const name of ['chromium-headless-shell', 'chromium']) {
    if (isOffered(name)) return installPackages({ [name]: 'the browser that tests open VS Code in' });
  }
  if (process.arch !== 'x64')
    throw new Error(
      'no Chromium: Debian has it as a package; elsewhere install Google Chrome or Chromium and name it in SKIFF_CHROMIUM',
    );
  console.log(`setup: Chromium from npm (${npmPackage}): this system has no package of it but a snap`);
  installPackages(missingLibraries());
  const folder = join(cache, 'chromium');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"private":true}\n');
  mustOnline(
    'npm',
    ['install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', npmPackage],
    {
      cwd: folder,
    },
  );
  const packed = join(folder, 'node_modules/@sparticuz/chromium/bin/chromium.br');
  await pipeline(createReadStream(packed), createBrotliDecompress(), createWriteStream(`${unpacked}.new`));
  chmodSync(`${unpacked}.new`, 0o755);
  renameSync(`${unpacked}.new`, unpacked);
  rmSync(join(folder, 'node_modules'), { recursive: true });
}

/** The libraries that the browser from npm finds on its own home system only. */
function missingLibraries() {
  const known = output('/sbin/ldconfig', ['-p']) ?? '';
  const libraries = { libnss3: 'libnss3.so', libnspr4: 'libnspr4.so', libexpat1: 'libexpat.so' };
  return Object.fromEntries(
    Object.entries(libraries).flatMap(([name, file]) =>
      known.includes(file) ? [] : [[name, 'a library of Chromium']],
    ),
  );
}
