// `npm start`: installs what is missing, builds, runs one container, and opens a real VS Code with the extension on a small
// sample workspace: `code` if it is on PATH, else code-server on the loopback (`--browser`: that in any case). Stays until
// Ctrl-C, which ends the VS Code but not the container.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { accessSync, constants, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { buildAll } from './build.mjs';
import { cache, fail, must, node24, output, root, run } from './node24.mjs';
import { packageExtension } from './package.mjs';
import { begin, setup } from './setup.mjs';
import { cleanEnvironment, listeningPort, quietSettings, serverArguments } from './vscode.mjs';

await begin();
const skiff = join(root, 'dist/bin/skiff');
const folder = join(cache, 'start');
const workspace = join(cache, 'sample');

try {
  const code = process.argv.includes('--browser') ? undefined : findCode();
  await setup({ editor: code === undefined });
  await buildAll();
  await packageExtension();
  prepareFolders();
  const runs = runHello();
  process.exitCode = await (code === undefined ? openInBrowser() : openDesktop(code));
  if (runs) console.log(`\nThe container goes on: \`${skiff} ps\` shows it, \`${skiff} rm -f hello\` ends it.`);
  process.exit();
} catch (error) {
  fail(error);
}

/** `code` of a desktop, or the one that a VS Code's own terminal offers. */
function findCode() {
  const isProgram = (path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  };
  return (process.env.PATH ?? '')
    .split(delimiter)
    .map((entry) => join(entry, 'code'))
    .find(isProgram);
}

/** A VS Code folder of our own, and the workspace. What was changed in the workspace stays. */
function prepareFolders() {
  const { name, publisher, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const extensions = join(folder, 'extensions');
  // Without its list of extensions VS Code takes what it finds in the folder.
  rmSync(extensions, { recursive: true, force: true });
  mkdirSync(extensions, { recursive: true });
  cpSync(join(cache, `package-linux-${process.arch}`), join(extensions, `${publisher}.${name}-${version}`), {
    recursive: true,
  });
  cpSync(join(root, '.ci/sample/opener'), join(extensions, 'skiff.sample-opener-0.0.1'), { recursive: true });
  mkdirSync(join(folder, 'user/User'), { recursive: true });
  writeFileSync(join(folder, 'user/User/settings.json'), JSON.stringify(quietSettings, null, 2));
  mkdirSync(workspace, { recursive: true });
  cpSync(join(root, '.ci/sample/README.md'), join(workspace, 'README.md'));
}

/** The container `hello`: left alone when it runs, started when it is there, else run from @host, which needs no registry. Says whether it runs. */
function runHello() {
  const env = { ...process.env, SKIFF_NODE: node24 };
  const named = (...options) =>
    /^hello$/m.test(output(skiff, ['ps', ...options, '--format', '{{.Names}}'], { env }) ?? '');
  if (named()) return true;
  // What it asks (a password for sudo) it asks on the terminal, and says why on standard error.
  const options = { env, stdio: [process.stdin.isTTY ? 'inherit' : 'ignore', 'ignore', 'inherit'] };
  const script = 'while true; do echo hello world; sleep 1; done';
  const args = named('-a') ? ['start', 'hello'] : ['run', '-d', '--name', 'hello', '@host', '/bin/sh', '-c', script];
  if (run(skiff, args, options) === 0) return true;
  console.error('skiff: the container `hello` did not start (why is above); the editor opens all the same');
  return false;
}

/** Opens the desktop's VS Code, with a user folder of its own, until its window is closed. */
async function openDesktop(code) {
  if (process.env.VSCODE_IPC_HOOK_CLI) {
    // This `code` asks the VS Code whose terminal this is, which takes no folders of ours.
    must(code, ['--install-extension', join(root, vsixName()), '--force']);
    must(code, ['--new-window', workspace]);
    console.log('The sample workspace is open in your VS Code: choose Skiff in its activity bar.');
    return 0;
  }
  const args = [
    '--new-window',
    '--wait',
    `--user-data-dir=${join(folder, 'user')}`,
    `--extensions-dir=${join(folder, 'extensions')}`,
  ];
  // Electron refuses to run as root without it.
  if (process.getuid() === 0) args.push('--no-sandbox');
  console.log('VS Code opens; close its window, or press Ctrl-C here, to end it.');
  return foreground(
    spawn(code, [...args, workspace], {
      cwd: root,
      detached: true,
      env: cleanEnvironment(),
      stdio: ['ignore', 'inherit', 'inherit'],
    }),
  );
}

function vsixName() {
  const { name, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return `${name}-linux-${process.arch}-${version}.vsix`;
}

/** Serves VS Code on the loopback and prints its address. Other users of this machine can't enter: the address has a secret. */
async function openInBrowser() {
  const token = randomBytes(16).toString('hex');
  const port = await freePort(Number(process.env.SKIFF_PORT ?? 8377));
  const args = [...serverArguments(folder), '--host', '127.0.0.1', '--port', String(port), '--connection-token', token];
  const child = spawn(node24, args, {
    cwd: workspace,
    detached: true,
    env: cleanEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      const before = listeningPort(said);
      said = (said + text).slice(-20_000);
      const listening = listeningPort(said);
      if (before !== undefined || listening === undefined) return;
      const url = new URL(`http://127.0.0.1:${listening}/`);
      url.search = new URLSearchParams({ folder: workspace, tkn: token }).toString();
      console.log(`\nVS Code with Skiff is at\n\n  ${url.href}\n\nCtrl-C ends it.`);
    });
  }
  const code = await foreground(child);
  if (code !== 0) console.error(said);
  return code;
}

/** The port if it is free, else any. */
async function freePort(port) {
  const server = createServer();
  const isFree = await new Promise((resolve) =>
    server.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true)),
  );
  await new Promise((resolve) => server.close(resolve));
  return isFree ? port : 0;
}

/** Waits for the child; Ctrl-C and the like end it with all its processes. Returns its exit code, 0 when we ended it. */
async function foreground(child) {
  let asked = false;
  const end = () => {
    asked = true;
    process.kill(-child.pid, 'SIGTERM');
    setTimeout(() => process.kill(-child.pid, 'SIGKILL'), 5000).unref();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, end);
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
  return asked ? 0 : (code ?? 1);
}
