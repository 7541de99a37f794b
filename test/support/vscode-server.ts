import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Browser } from 'playwright-core';
import { listeningPort, serverArguments } from '../../.ci/vscode.mjs';
import { launchBrowser, openPage } from './browser.ts';
import { installLanguagePack } from './language-pack.ts';
import { cache, node24, vsixPath } from './paths.ts';
import {
  endGroup,
  environmentIn,
  handOver,
  makeFolder,
  VsCode,
  type OpenWindow,
  type VsCodeOptions,
} from './vscode.ts';
import { until } from './wait.ts';

/** A VS Code server on a free port of the loopback, and a browser for its windows. */
export class VsCodeServer extends VsCode {
  readonly #url: string;
  readonly #browser: Browser;

  private constructor(parts: { url: string; folder: string; process: ChildProcess; browser: Browser }) {
    super(parts.folder, parts.process);
    this.#url = parts.url;
    this.#browser = parts.browser;
  }

  static async start(options: VsCodeOptions = {}): Promise<VsCodeServer> {
    const extensions = installedExtensions();
    const folder = makeFolder(options.settings ?? {});
    let child: ChildProcess | undefined;
    try {
      cpSync(extensions, join(folder, 'extensions'), { recursive: true });
      if (options.locale !== undefined) installLanguagePack(folder, options.locale);
      if (options.uid !== undefined) handOver(folder, options.uid);
      child = launch(folder, options);
      const url = await listening(folder, child);
      return new VsCodeServer({ url, folder, process: child, browser: await launchBrowser() });
    } catch (error) {
      if (child !== undefined) endGroup(child, 'SIGKILL');
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  openWindow(folder: string | undefined): Promise<OpenWindow> {
    return openPage(this.#browser, address(this.#url, folder));
  }

  override async stop(): Promise<void> {
    await this.#browser.close();
    await super.stop();
  }
}

function address(server: string, folder: string | undefined): string {
  const url = new URL(server);
  if (folder === undefined) url.searchParams.set('ew', 'true');
  else url.searchParams.set(folder.endsWith('.code-workspace') ? 'workspace' : 'folder', resolve(folder));
  url.searchParams.set(
    'payload',
    JSON.stringify([
      ['skipWelcome', 'true'],
      ['skipReleaseNotes', 'true'],
    ]),
  );
  return url.href;
}

function launch(folder: string, options: VsCodeOptions): ChildProcess {
  const log = openSync(join(folder, 'output.log'), 'a');
  const own = serverArguments(folder).filter((arg) => !(options.trust && arg === '--disable-workspace-trust'));
  const args = [...own, '--host', '127.0.0.1', '--port', '0', '--without-connection-token'];
  // A closed window's extension host ends after this many seconds; unasked, after 3 hours.
  args.push('--reconnection-grace-time', '5');
  if (options.locale !== undefined) args.push(`--locale=${options.locale}`);
  const identity = options.uid === undefined ? {} : { uid: options.uid, gid: options.uid };
  // A process group of its own, so that all of it can be ended.
  const [command = node24, ...rest] = [...(options.through ?? []), node24, ...args];
  const child = spawn(command, rest, {
    ...identity,
    cwd: join(folder, 'home'),
    env: environmentIn(folder, options.env),
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  return child;
}

function listening(folder: string, child: ChildProcess): Promise<string> {
  let spawnError: Error | undefined;
  child.once('error', (error) => (spawnError = error));
  const text = (): string => readFileSync(join(folder, 'output.log'), 'utf8');
  return until(
    'the VS Code server listens',
    () => {
      const port = listeningPort(text());
      if (port !== undefined) return { port };
      return (spawnError ?? child.exitCode ?? child.signalCode) === null ? undefined : { failed: true };
    },
    40_000,
  ).then((outcome) => {
    if ('port' in outcome && outcome.port !== undefined) return `http://127.0.0.1:${outcome.port}`;
    throw new Error(`the VS Code server ended:\n${text().slice(-2000)}`, { cause: spawnError });
  });
}

/** A folder of extensions with the package in it, as VS Code itself installs it; made once for each package. */
function installedExtensions(): string {
  const vsix = vsixPath();
  const digest = createHash('sha256').update(readFileSync(vsix)).digest('hex').slice(0, 16);
  const folder = join(cache, `extensions-${digest}`);
  if (existsSync(folder)) return folder;
  forgetOldExtensions();
  const scratch = mkdtempSync(join(tmpdir(), 'skiff-install-'));
  try {
    for (const name of ['home', 'run', 'server', 'user']) mkdirSync(join(scratch, name), { mode: 0o700 });
    const install = spawnSync(node24, [...serverArguments(scratch), '--install-extension', vsix, '--force'], {
      env: environmentIn(scratch),
      encoding: 'utf8',
    });
    if (install.status !== 0) throw new Error(`VS Code refused ${vsix}:\n${install.stdout}${install.stderr}`);
    cpSync(join(scratch, 'extensions'), `${folder}.${process.pid}`, { recursive: true });
    takeName(`${folder}.${process.pid}`, folder);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  return folder;
}

/** Packages of other days. */
function forgetOldExtensions(): void {
  const day = 24 * 60 * 60 * 1000;
  for (const name of readdirSync(cache).filter((one) => one.startsWith('extensions-'))) {
    const path = join(cache, name);
    if (Date.now() - statSync(path).mtimeMs > day) rmSync(path, { recursive: true, force: true });
  }
}

/** Another test file may have been quicker: its folder is as good. */
function takeName(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (!existsSync(to)) throw error;
    rmSync(from, { recursive: true, force: true });
  }
}
