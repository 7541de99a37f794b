// Builds dist/: the extension, the helper, and the native program. `--arch arm64` cross-compiles the native program.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { buildNative } from './build-native.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

const common = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node22',
  format: 'cjs',
  logLevel: 'warning',
  minifySyntax: true,
  sourcemap: 'linked',
  legalComments: 'none',
};

/** Bundles TypeScript into dist/. CommonJS, because VS Code's `require` hook and V8's compile cache both serve it best. */
export async function buildScripts() {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const define = { SKIFF_VERSION: JSON.stringify(version) };
  mkdirSync(join(root, 'dist/bin'), { recursive: true });
  // The package is ESM for its sources; what we bundle is not.
  writeFileSync(join(root, 'dist/package.json'), '{"type":"commonjs"}\n');
  await Promise.all([
    build({ ...common, define, entryPoints: ['src/extension.ts'], outfile: 'dist/extension.js', external: ['vscode'] }),
    build({ ...common, define, entryPoints: ['runtime-helper/server/main.ts'], outfile: 'dist/helper.js' }),
  ]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const at = process.argv.indexOf('--arch');
  await buildScripts();
  buildNative({ arch: at > 0 ? process.argv[at + 1] : process.arch });
}
