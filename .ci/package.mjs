// `npm run package`: a VSIX for each architecture that can be built here, its content checked. `--target linux-x64` makes only that.
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildAll } from './build.mjs';
import { crossCompiler } from './cross.mjs';
import { cache, fail, must, node24, output, root } from './node24.mjs';
import { begin, setup } from './setup.mjs';

const texts = ['package.nls.json', 'package.nls.zh-cn.json', 'l10n/bundle.l10n.zh-cn.json'];
const parts = ['README.md', 'CHANGELOG.md', 'LICENSE', 'media', '.vscodeignore', ...texts];

/** What people download with every update. */
const maxBytes = 3_000_000;

/** Makes `<name>-<target>-<version>.vsix` in the project's folder and returns its path. */
export async function packageExtension(target = `linux-${process.arch}`) {
  const arch = target.replace('linux-', '');
  if (arch !== process.arch) crossCompiler(arch);
  const manifest = shippedManifest();
  const folder = join(cache, `package-${target}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const part of parts) cpSync(join(root, part), join(folder, part), { recursive: true });
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  await buildAll({ out: join(folder, 'dist'), arch, production: true });
  checkBinary(join(folder, 'dist/bin/skiff'), arch);

  const vsix = join(root, `${manifest.name}-${target}-${manifest.version}.vsix`);
  const vsce = join(root, 'node_modules/@vscode/vsce/vsce');
  must(node24, [vsce, 'package', '--no-dependencies', '--target', target, '--out', vsix], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  checkContent(vsix);
  if (statSync(vsix).size > maxBytes) throw new Error(`${vsix} has more than ${maxBytes} bytes`);
  console.log(`${vsix} (${Math.round(statSync(vsix).size / 1024)} KB)`);
  return vsix;
}

/** package.json without what only development needs. */
function shippedManifest() {
  const { scripts, devDependencies, optionalDependencies, type, ...manifest } = JSON.parse(
    readFileSync(join(root, 'package.json'), 'utf8'),
  );
  return manifest;
}

/** It must run on any Linux of its architecture: no interpreter, no library. */
function checkBinary(path, arch) {
  const said = output('readelf', ['--file-header', '--program-headers', '--dynamic', path]) ?? '';
  const machine = { x64: 'X86-64', arm64: 'AArch64' }[arch];
  if (!said.includes(machine)) throw new Error(`${path} is not for ${machine}`);
  if (/INTERP|\(NEEDED\)/.test(said)) throw new Error(`${path} is not static`);
}

/** Exactly these files, and the program executable. */
function checkContent(vsix) {
  const media = readdirSync(join(root, 'media'), { recursive: true }).filter((name) =>
    statSync(join(root, 'media', name)).isFile(),
  );
  const expected = [
    '[Content_Types].xml',
    'extension.vsixmanifest',
    'extension/CHANGELOG.md',
    'extension/LICENSE.txt',
    'extension/README.md',
    'extension/dist/bin/skiff',
    'extension/dist/bin/skiff-oci',
    'extension/dist/extension.js',
    'extension/dist/helper.js',
    'extension/dist/oci.js',
    'extension/dist/package.json',
    'extension/dist/webview/stats.css',
    'extension/dist/webview/stats.js',
    ...media.map((name) => `extension/media/${name}`),
    'extension/package.json',
    ...texts.map((name) => `extension/${name}`),
  ];
  const entries = zipEntries(readFileSync(vsix));
  // vsce renames what VS Code looks for under fixed names.
  const plain = (name) => name.replace('readme.md', 'README.md').replace('changelog.md', 'CHANGELOG.md');
  const found = entries.map(({ name }) => plain(name)).sort();
  if (JSON.stringify(found) !== JSON.stringify(expected.sort()))
    throw new Error(`${vsix} has other files than it should:\n  has ${found.join(' ')}\n  not ${expected.join(' ')}`);
  for (const program of ['dist/bin/skiff', 'dist/bin/skiff-oci']) {
    const { mode } = entries.find(({ name }) => name === `extension/${program}`);
    if ((mode & 0o111) !== 0o111) throw new Error(`${vsix}: ${program} is not executable (mode ${mode.toString(8)})`);
  }
}

/** Names and Unix modes of a zip file's entries, from its central directory (APPNOTE.TXT, 4.3.12). */
function zipEntries(zip) {
  const end = zip.lastIndexOf('PK\x05\x06', undefined, 'latin1');
  const entries = [];
  for (let at = zip.readUInt32LE(end + 16); zip.readUInt32LE(at) === 0x02014b50;) {
    const [name, extra, comment] = [28, 30, 32].map((field) => zip.readUInt16LE(at + field));
    entries.push({ name: zip.toString('utf8', at + 46, at + 46 + name), mode: zip.readUInt32LE(at + 38) >>> 16 });
    at += 46 + name + extra + comment;
  }
  return entries;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await begin();
  try {
    await setup();
    const at = process.argv.indexOf('--target');
    const targets =
      at > 0
        ? [process.argv[at + 1]]
        : process.arch === 'x64'
          ? ['linux-x64', 'linux-arm64']
          : [`linux-${process.arch}`];
    for (const target of targets) await packageExtension(target);
  } catch (error) {
    fail(error);
  }
}
