// Installs what is missing, and says what and why: npm packages, Debian packages, a browser, a VS Code. A second run does
// nothing. Imports Node's own modules only: it runs before `npm ci`.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findChromium, installChromium } from './chromium.mjs';
import { hasCodeServer, installCodeServer } from './code-server.mjs';
import { installPackages, missingPackages } from './debian.mjs';
import { unpackKernel } from './kernel.mjs';
import { continueOnNode24, fail, node24, requireNode20, root, runOnline } from './node24.mjs';

/** Node's packages as package-lock.json has them. */
export function installNpmPackages() {
  const digest = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .update(process.arch)
    .digest('hex');
  const stamp = join(root, 'node_modules/.cache/package-lock.sha256');
  if (existsSync(node24) && existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return;
  console.log('setup: npm ci');
  const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  if (runOnline('npm', ['ci', ...options]) !== 0) throw new Error('npm ci failed (its own words are above)');
  if (!existsSync(node24))
    throw new Error(
      `npm ci brought no Node 24: there is one for Linux on x64 and arm64, this is ${process.platform} on ${process.arch}`,
    );
  mkdirSync(join(root, 'node_modules/.cache'), { recursive: true });
  writeFileSync(stamp, digest);
}

/** `editor`: a VS Code from npm is wanted, too; `browser`: and a browser to drive it; `test`: and what the tests use. */
export async function setup({ editor = false, browser = false, test = false } = {}) {
  const groups = ['build', ...(test ? ['test'] : []), ...(editor && !hasCodeServer() ? ['editor'] : [])];
  installPackages(missingPackages(groups));
  if (test) unpackKernel();
  if (editor) installCodeServer();
  if (browser && !findChromium()) await installChromium();
}

/** The beginning of every script that a person runs: the right Node with all packages, then on in it. Returns on Node 24 only. */
export async function begin() {
  requireNode20();
  try {
    installNpmPackages();
  } catch (error) {
    fail(error);
  }
  await continueOnNode24();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await begin();
  await setup({ editor: true, browser: true, test: true }).catch(fail);
}
