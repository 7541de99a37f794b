// Builds dist/: the extension, the helper, and the native program. `node .ci/build.mjs [--arch arm64]`
import { copyFileSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { continueOnNode24, fail, node24, root } from './node24.mjs';
import { buildNative } from './build-native.mjs';

const common = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node22',
  format: 'cjs',
  logLevel: 'warning',
  minifySyntax: true,
  legalComments: 'none',
};

/** Bundles TypeScript into `out`. CommonJS, because VS Code's `require` hook and V8's compile cache both serve it best. */
export async function buildScripts({ out = join(root, 'dist'), production = false } = {}) {
  // Not at the top: `.ci/` is read before `npm ci`, too.
  const { build } = await import('esbuild');
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  // Names stay, so that a stack trace in somebody's log can be read without a map.
  const mode = production
    ? { minifyWhitespace: true, sourcemap: false }
    : { sourcemap: 'linked', sourcesContent: false };
  const options = { ...common, ...mode, define: { SKIFF_VERSION: JSON.stringify(version) } };
  mkdirSync(join(out, 'bin'), { recursive: true });
  // The package is ESM for its sources; what we bundle is not.
  writeFileSync(join(out, 'package.json'), '{"type":"commonjs"}\n');
  await Promise.all([
    build({ ...options, entryPoints: ['src/extension.ts'], outfile: join(out, 'extension.js'), external: ['vscode'] }),
    build({ ...options, entryPoints: ['runtime-helper/server/main.ts'], outfile: join(out, 'helper.js') }),
    build({ ...options, entryPoints: ['runtime-helper/bundle/main.ts'], outfile: join(out, 'oci.js') }),
    // What runs in a browser, and VS Code loads as it is.
    build({
      ...options,
      entryPoints: ['src/webview/stats.ts', 'src/webview/stats.css'],
      outdir: join(out, 'webview'),
      platform: 'browser',
      target: 'chrome128',
      format: 'iife',
    }),
  ]);
}

/** skiff-oci is the same program under another name. A file of its own: an archive keeps no links. */
function linkOciRuntime(out) {
  const scratch = join(out, `bin/skiff-oci.${process.pid}`);
  copyFileSync(join(out, 'bin/skiff'), scratch);
  renameSync(scratch, join(out, 'bin/skiff-oci'));
}

/** `dist/bin/skiff` runs the Node that the project has, whatever the one on PATH is. What is shipped has none. */
function linkNode(out) {
  const scratch = join(out, `node.${process.pid}`);
  symlinkSync(relative(out, node24), scratch);
  renameSync(scratch, join(out, 'node'));
}

/** All of dist/. */
export async function buildAll({ out = join(root, 'dist'), arch = process.arch, production = false } = {}) {
  if (production) rmSync(out, { recursive: true, force: true });
  await Promise.all([buildScripts({ out, production }), buildNative({ arch, out: join(out, 'bin/skiff') })]);
  linkOciRuntime(out);
  if (!production) linkNode(out);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await continueOnNode24();
  const at = process.argv.indexOf('--arch');
  await buildAll({ arch: at > 0 ? process.argv[at + 1] : process.arch }).catch(fail);
}
