// Compiles runtime-helper/native/*.c to one static binary, dist/bin/skiff. `node .ci/build-native.mjs [--sanitize] [--out FILE] [--arch A]`
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { cpus } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { cache, root } from './node24.mjs';

const sources = join(root, 'runtime-helper/native');

const warnings = '-Wall -Wextra -Werror -Wshadow -Wformat=2 -Wstrict-prototypes -Wmissing-prototypes -Wvla'.split(' ');
const hardening = '-fstack-protector-strong -D_FORTIFY_SOURCE=2 -fno-strict-aliasing -fno-common'.split(' ');
// `-static-pie` would make a dynamic binary with musl-gcc, without a word.
const linking = '-static -s -Wl,-z,relro,-z,now,-z,noexecstack,--gc-sections'.split(' ');

/** musl's headers leave out the kernel's; a folder of links gives them without glibc's own headers beside them. */
function kernelHeaders(arch) {
  const folder = join(cache, `kernel-headers-${arch}`);
  mkdirSync(folder, { recursive: true });
  const triple = arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu';
  const asm = [`/usr/include/${triple}/asm`, `/usr/${triple}/include/asm`].find((path) => existsSync(path));
  const links = { linux: '/usr/include/linux', 'asm-generic': '/usr/include/asm-generic', asm };
  for (const [name, target] of Object.entries(links)) {
    if (target && !existsSync(join(folder, name))) symlinkSync(target, join(folder, name));
  }
  return folder;
}

/** What compiles for `arch`, and with which flags. The foreign musl-gcc is made by .ci/cross.mjs. */
function toolchain(arch, sanitize) {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const common = ['-std=gnu11', '-D_GNU_SOURCE', `-DSKIFF_VERSION="${version}"`, ...warnings, ...hardening];
  if (sanitize) {
    const flags = ['-g', '-O1', '-fsanitize=address,undefined', '-fno-omit-frame-pointer'];
    return { compiler: 'gcc', compile: [...common, ...flags], link: flags };
  }
  return {
    compiler: arch === process.arch ? 'musl-gcc' : join(cache, arch, 'musl-gcc'),
    compile: [...common, '-Os', '-ffunction-sections', '-fdata-sections', '-idirafter', kernelHeaders(arch)],
    link: linking,
  };
}

/**
 * Returns the path of the binary. Objects are kept in .cache by what they were made from (source, headers, flags), so only
 * what changed is compiled, and switching to and fro between two states compiles nothing.
 */
export async function buildNative({ arch = process.arch, out = join(root, 'dist/bin/skiff'), sanitize = false } = {}) {
  const { compiler, compile, link } = toolchain(arch, sanitize);
  const names = readdirSync(sources).sort();
  const headers = names
    .filter((name) => name.endsWith('.h'))
    .map((name) => [name, readFileSync(join(sources, name), 'utf8')]);
  const seed = JSON.stringify([compiler, compile, link, headers]);
  const objects = join(cache, 'objects');
  mkdirSync(objects, { recursive: true });
  mkdirSync(dirname(out), { recursive: true });

  const units = names
    .filter((name) => name.endsWith('.c'))
    .map((name) => {
      const source = join(sources, name);
      const digest = createHash('sha256').update(seed).update(readFileSync(source)).digest('hex').slice(0, 24);
      return { source, object: join(objects, `${basename(name, '.c')}-${digest}.o`) };
    });
  if (units.length === 0) throw new Error(`there are no sources in ${sources}`);
  const pending = units.filter(({ object }) => !existsSync(object));
  await inParallel(pending, ({ source, object }) =>
    make(compiler, [...compile, '-c', '-o', `${object}.${process.pid}`, source], `${object}.${process.pid}`, object),
  );

  const linked = join(
    objects,
    `skiff-${createHash('sha256')
      .update(units.map(({ object }) => object).join())
      .digest('hex')
      .slice(0, 24)}`,
  );
  const from = units.map(({ object }) => object);
  if (!existsSync(linked))
    await make(compiler, [...link, '-o', `${linked}.${process.pid}`, ...from], `${linked}.${process.pid}`, linked);
  if (!sameFile(linked, out)) {
    copyFileSync(linked, `${out}.${process.pid}`);
    // A running program's file can't be written to; its name can be given to another.
    renameSync(`${out}.${process.pid}`, out);
  }
  return out;
}

/** Runs the compiler and gives its result its name. The messages are the compiler's own. */
async function make(compiler, args, scratch, result) {
  await promisify(execFile)(compiler, args, { maxBuffer: 64 << 20 }).catch((error) => {
    if (error.code === 'ENOENT')
      throw new Error(`${compiler} is missing: \`npm test\` and \`npm start\` install it (Debian: musl-tools)`);
    throw new Error(`${compiler} failed:\n${error.stderr}`);
  });
  renameSync(scratch, result);
}

async function inParallel(items, work) {
  const queue = [...items];
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all(cpus().map(worker));
}

const sameFile = (a, b) =>
  existsSync(b) && statSync(a).size === statSync(b).size && readFileSync(a).equals(readFileSync(b));

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const value = (name) => (process.argv.includes(name) ? process.argv[process.argv.indexOf(name) + 1] : undefined);
  await buildNative({
    arch: value('--arch') ?? process.arch,
    out: value('--out') ?? join(root, 'dist/bin/skiff'),
    sanitize: process.argv.includes('--sanitize'),
  }).catch((error) => {
    console.error(`skiff: ${error.message}`);
    process.exit(1);
  });
}
