// A musl-gcc for the other architecture: Debian's cross compiler, and its musl unpacked in .cache: the machine's own packages
// and its list of architectures stay as they are.
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installPackages } from './debian.mjs';
import { cache, must } from './node24.mjs';

const targets = {
  arm64: {
    gcc: 'aarch64-linux-gnu-gcc',
    package: 'gcc-aarch64-linux-gnu',
    headers: 'linux-libc-dev-arm64-cross',
    musl: 'aarch64-linux-musl',
  },
};

/** Path of the compiler; made when it isn't there. Throws on an architecture that we can't compile for from here. */
export function crossCompiler(arch) {
  const target = targets[arch];
  if (target === undefined || process.arch !== 'x64') throw new Error(`can't compile for ${arch} on ${process.arch}`);
  const folder = join(cache, arch);
  const compiler = join(folder, 'musl-gcc');
  if (!existsSync(`/usr/bin/${target.gcc}`))
    installPackages({
      [target.package]: `compiles the native program for ${arch}`,
      [target.headers]: "the kernel's headers for it",
    });
  if (existsSync(compiler)) return compiler;

  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const musl = unpackMusl(folder, arch);
  const specs = join(folder, 'musl-gcc.specs');
  writeFileSync(specs, rewriteSpecs(readFileSync(join(musl, `usr/lib/${target.musl}/musl-gcc.specs`), 'utf8'), musl));
  writeFileSync(compiler, `#!/bin/sh\nexec ${target.gcc} "$@" -specs "${specs}"\n`);
  chmodSync(compiler, 0o755);
  return compiler;
}

/** Fetches musl-dev for `arch` with an apt whose state is its own, and returns where its files are. */
function unpackMusl(folder, arch) {
  const state = join(folder, 'apt');
  for (const name of ['lists/partial', 'cache/archives/partial', 'dpkg'])
    mkdirSync(join(state, name), { recursive: true });
  writeFileSync(join(state, 'dpkg/status'), '');
  const options = {
    'APT::Architecture': arch,
    'APT::Architectures': arch,
    'APT::Sandbox::User': 'root',
    'Dir::State': state,
    'Dir::State::Lists': join(state, 'lists'),
    'Dir::State::status': join(state, 'dpkg/status'),
    'Dir::Cache': join(state, 'cache'),
  };
  const flags = Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  console.log(`setup: musl-dev for ${arch} (unpacked in .cache, not installed)`);
  must('apt-get', ['-qq', ...flags, 'update']);
  must('apt-get', ['-qq', ...flags, 'download', 'musl-dev'], { cwd: state });
  const archive = readdirSync(state).find((name) => name.endsWith('.deb'));
  if (archive === undefined) throw new Error(`apt-get downloaded no musl-dev for ${arch}`);
  const files = join(folder, 'musl');
  must('dpkg-deb', ['--extract', join(state, archive), files]);
  rmSync(state, { recursive: true });
  return files;
}

/** The specs name files by where the package would be installed. */
const rewriteSpecs = (specs, folder) => specs.replaceAll(/\/usr\/(lib|include)\/[\w]+-linux-musl/g, `${folder}$&`);
