// Debian packages that are missing: which, why, and how they get here. Imports Node's own modules only.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { output, run } from './node24.mjs';

const onPath = (name) =>
  [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'].some(
    (folder) => folder !== '' && existsSync(join(folder, name)),
  );
const anyOf = (...paths) => paths.some((path) => existsSync(path));

/** Depends on the newest one: all that is not needed to start is in modules, overlay and nftables among them. */
export const kernelPackage = 'linux-image-cloud-amd64';

export const chromiumNames = [
  'chromium-headless-shell',
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
];
const hasFont = (pattern) =>
  existsSync('/usr/share/fonts') &&
  readdirSync('/usr/share/fonts', { recursive: true }).some((name) => pattern.test(name));
const hasFonts = () => hasFont(/\.[ot]t[fc]$/);
const hasChineseFonts = () => hasFont(/(cjk|wqy|fallback).*\.[ot]t[fc]$/i);

/** Only Debian packs the kernel that the tests start, and for the architecture that is told of here alone. */
const hasKernel = () => process.arch === 'x64' && isOffered(kernelPackage);

/** Group → package → why it is needed, and whether what it brings is here already, from wherever. */
const packages = {
  build: {
    gcc: ['compiles the native program', () => onPath('gcc')],
    'musl-tools': ['links it statically', () => onPath('musl-gcc')],
    'linux-libc-dev': ["the kernel's headers", () => existsSync('/usr/include/linux/openat2.h')],
  },
  editor: {
    'g++': ['two modules of code-server', () => onPath('g++')],
    make: ['two modules of code-server', () => onPath('make')],
    python3: ['node-gyp, which builds them', () => onPath('python3')],
  },
  test: {
    attr: ['tests look at extended attributes with it', () => onPath('getfattr')],
    'libc6-dev': ["the native program's tests under the sanitizers", () => existsSync('/usr/include/stdio.h')],
    'apache2-utils': ['passwords for the registry of the tests (htpasswd)', () => onPath('htpasswd')],
    'busybox-static': ['the image that tests run', () => anyOf('/bin/busybox', '/usr/bin/busybox')],
    'docker-registry': ['the registry that tests pull from and push to', () => onPath('docker-registry')],
    less: ['a program on the whole screen, for terminals', () => onPath('less')],
    iptables: ['tests let containers through a firewall with it', () => onPath('iptables')],
    iproute2: ['tests look at the network with it', () => onPath('ip')],
    nftables: ['tests look at NAT rules with it', () => onPath('nft')],
    openssl: ['certificates for the registry of the tests', () => onPath('openssl')],
    procps: ['`ps` in containers of @host', () => onPath('ps')],
    skopeo: ['reads and writes images beside ours', () => onPath('skopeo')],
    sudo: ['tests of the engine as an ordinary user', () => onPath('sudo')],
    umoci: ['reads our images', () => onPath('umoci')],
    'qemu-system-x86': ['a machine with another kernel, for tests', () => !hasKernel() || onPath('qemu-system-x86_64')],
    e2fsprogs: ['its disk', () => !hasKernel() || onPath('mke2fs')],
    'vim-tiny': ['a program on the whole screen, for terminals', () => onPath('vim.tiny')],
    zstd: ['archives for tests', () => onPath('zstd')],
    'fonts-dejavu-core': ['texts in the browser', hasFonts],
    'fonts-wqy-microhei': ['Chinese texts in pictures of it', hasChineseFonts],
  },
};

/** Packages of these groups whose content is not here: name → why. */
export function missingPackages(groups) {
  const wanted = groups.flatMap((group) => Object.entries(packages[group]));
  return Object.fromEntries(wanted.filter(([, [, isHere]]) => !isHere()).map(([name, [why]]) => [name, why]));
}

/** Installs packages, given as name → why, as root or through sudo. Throws with what to do when it can't. */
export function installPackages(missing) {
  const names = Object.keys(missing);
  if (names.length === 0) return;
  const list = Object.entries(missing).map(([name, why]) => `${name} (${why})`);
  if (!onPath('apt-get'))
    throw new Error(
      `this is no Debian or Ubuntu (there is no apt-get). Please install what these Debian packages bring: ${list.join(', ')}`,
    );
  console.log(`setup: Debian packages ${list.join(', ')}`);
  const prefix = elevation(`apt-get install ${names.join(' ')}`);
  const install = () => aptGet(prefix, ['install', '--yes', '--no-install-recommends', ...names]);
  // Lists that are missing or old show as a package that can't be found or fetched: only then are new ones worth their time.
  const update = () => aptGet(prefix, ['update']);
  let said = install();
  for (let tries = 0; said !== '' && tries < 2; tries += 1) {
    const complaint = update();
    // A list that could not be had is of interest only when a package is missing for it.
    said = install();
    if (said !== '') said = `${complaint}${said}`;
  }
  if (said !== '') throw new Error(`apt-get could not install ${names.join(', ')}:\n${said}`);
}

/** What it said if it failed, else an empty text: a package's set-up is of no interest. */
function aptGet(prefix, args) {
  const options = ['-qq', '-o', 'DPkg::Lock::Timeout=300', '-o', 'Acquire::Retries=3', '-o', 'Dpkg::Use-Pty=0'];
  // Through env, because sudo hands no environment on.
  const [command, ...rest] = [...prefix, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', ...options, ...args];
  const stdin = process.stdin.isTTY ? 'inherit' : 'ignore';
  const { status, stdout, stderr, error } = spawnSync(command, rest, {
    encoding: 'utf8',
    stdio: [stdin, 'pipe', 'pipe'],
  });
  return status === 0 ? '' : `${error?.message ?? ''}${stdout}${stderr}` || `${command} failed`;
}

/** How to become root: nothing for root, sudo with a password where there is somebody to ask, else without. */
export function elevation(what) {
  if (process.getuid() === 0) return [];
  if (onPath('sudo') && run('sudo', ['-n', 'true'], { stdio: 'ignore' }) === 0) return ['sudo', '-n'];
  if (onPath('sudo') && process.stdin.isTTY) return ['sudo'];
  throw new Error(
    `root is needed for \`${what}\`: run it yourself, or run this as root or as a user that sudo accepts without a password`,
  );
}

/** Whether apt offers a real package of this name. Ubuntu's `chromium` only installs a snap. */
export function isOffered(name) {
  if (/^ID=ubuntu$/m.test(readOsRelease()) && name.startsWith('chromium')) return false;
  return /Candidate: \d/.test(output('apt-cache', ['policy', name]) ?? '');
}

const readOsRelease = () => (existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '');
