// Compiles runtime-helper/native/*.c to one static binary, dist/bin/skiff. `node .ci/build-native.mjs [--sanitize] [--out FILE] [--arch A]`
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const sources = join(root, 'runtime-helper/native');

const warnings = [
  '-Wall',
  '-Wextra',
  '-Werror',
  '-Wshadow',
  '-Wformat=2',
  '-Wstrict-prototypes',
  '-Wmissing-prototypes',
  '-Wvla',
];
const hardening = [
  '-fstack-protector-strong',
  '-D_FORTIFY_SOURCE=2',
  '-fno-strict-aliasing',
  '-fno-common',
  '-Wl,-z,relro,-z,now,-z,noexecstack',
];

/** musl's headers leave out the kernel's; a folder of links gives them without glibc's own headers beside them. */
function kernelHeaders(arch) {
  const dir = join(root, '.cache', `kernel-headers-${arch}`);
  mkdirSync(dir, { recursive: true });
  const triple = arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu';
  const asm = [`/usr/include/${triple}/asm`, `/usr/${triple}/include/asm`].find((p) => existsSync(p));
  for (const [name, target] of [
    ['linux', '/usr/include/linux'],
    ['asm-generic', '/usr/include/asm-generic'],
    ['asm', asm],
  ]) {
    if (target && !existsSync(join(dir, name))) symlinkSync(target, join(dir, name));
  }
  return dir;
}

/** Returns the path of the binary. Compiles only when a source is newer than it, or `force`. */
export function buildNative({
  arch = process.arch,
  out = join(root, 'dist/bin/skiff'),
  sanitize = false,
  force = false,
} = {}) {
  const files = readdirSync(sources)
    .filter((name) => /\.[ch]$/.test(name))
    .map((name) => join(sources, name));
  const newest = Math.max(...[...files, fileURLToPath(import.meta.url)].map((file) => statSync(file).mtimeMs));
  if (!force && existsSync(out) && statSync(out).mtimeMs > newest) return out;
  mkdirSync(dirname(out), { recursive: true });
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const common = ['-std=gnu11', '-D_GNU_SOURCE', `-DSKIFF_VERSION="${version}"`, ...warnings, ...hardening];
  const cFiles = files.filter((file) => file.endsWith('.c'));
  if (sanitize) {
    execFileSync(
      'gcc',
      [...common, '-g', '-O1', '-fsanitize=address,undefined', '-fno-omit-frame-pointer', '-o', out, ...cFiles],
      { stdio: 'inherit' },
    );
    return out;
  }
  const compiler = arch === process.arch ? 'musl-gcc' : join(root, '.cache/arm64/musl-gcc');
  execFileSync(compiler, [...common, '-Os', '-static', '-s', '-idirafter', kernelHeaders(arch), '-o', out, ...cFiles], {
    stdio: 'inherit',
  });
  return out;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const value = (name) => (process.argv.includes(name) ? process.argv[process.argv.indexOf(name) + 1] : undefined);
  buildNative({
    arch: value('--arch') ?? process.arch,
    out: value('--out') ?? join(root, 'dist/bin/skiff'),
    sanitize: process.argv.includes('--sanitize'),
    force: true,
  });
}
