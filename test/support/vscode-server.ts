import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chownSync,
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
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cleanEnvironment, listeningPort, quietSettings, serverArguments } from '../../.ci/vscode.mjs';
import { cache, node24, vsixPath } from './paths.ts';
import { until } from './wait.ts';

export type ServerOptions = {
  /** Over the quiet ones. */
  settings?: Record<string, unknown>;
  /** For the extension host and all that it starts; undefined takes a variable away. */
  env?: Record<string, string | undefined>;
  /** Runs VS Code as this user (needs root). */
  uid?: number;
};

/** What makes a window the same on every run, and lets its terminal be read. */
const testSettings = {
  'workbench.reduceMotion': 'on',
  'workbench.hover.delay': 3000,
  'terminal.integrated.gpuAcceleration': 'off',
  'terminal.integrated.confirmOnKill': 'never',
  'terminal.integrated.confirmOnExit': 'never',
  '[Log]': { 'editor.wordWrap': 'off' },
};

/** A VS Code server with a user, settings, extensions and logs of its own, on a free port of the loopback. */
export class VsCodeServer {
  readonly url: string;
  readonly folder: string;
  readonly #process: ChildProcess;
  readonly #killOnExit = (): void => this.#signal('SIGKILL');

  private constructor(url: string, folder: string, process_: ChildProcess) {
    this.url = url;
    this.folder = folder;
    this.#process = process_;
    process.once('exit', this.#killOnExit);
  }

  static async start(options: ServerOptions = {}): Promise<VsCodeServer> {
    const extensions = installedExtensions();
    const folder = mkdtempSync(join(tmpdir(), 'skiff-vscode-'));
    let child: ChildProcess | undefined;
    try {
      for (const name of ['home', 'run', 'server', 'user/User'])
        mkdirSync(join(folder, name), { recursive: true, mode: 0o700 });
      cpSync(extensions, join(folder, 'extensions'), { recursive: true });
      const settings = { ...quietSettings, ...testSettings, ...options.settings };
      writeFileSync(join(folder, 'user/User/settings.json'), JSON.stringify(settings));
      if (options.uid !== undefined) handOver(folder, options.uid);
      child = launch(folder, options);
      return new VsCodeServer(await listening(folder, child), folder, child);
    } catch (error) {
      if (child !== undefined) endGroup(child, 'SIGKILL');
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** What the server and its extension hosts printed. */
  get output(): string {
    return readFileSync(join(this.folder, 'server.log'), 'utf8');
  }

  /** The whole text of the extension's log channels, all windows together, from their files. */
  logText(channel: string): string {
    return this.logFiles()
      .filter((path) => path.endsWith(`/${channel}.log`))
      .map((path) => readFileSync(path, 'utf8'))
      .join('');
  }

  /** Paths of all log files, oldest session first. */
  logFiles(): string[] {
    const logs = join(this.folder, 'user/logs');
    if (!existsSync(logs)) return [];
    return readdirSync(logs, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.log'))
      .sort()
      .map((name) => join(logs, name));
  }

  async stop(): Promise<void> {
    this.#signal('SIGTERM');
    await until(
      'the VS Code server ends',
      () => this.#process.exitCode !== null || this.#process.signalCode !== null,
      5000,
    ).catch(() => undefined);
    this.#signal('SIGKILL');
    process.removeListener('exit', this.#killOnExit);
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }

  #signal(signal: NodeJS.Signals): void {
    endGroup(this.#process, signal);
  }
}

function launch(folder: string, options: ServerOptions): ChildProcess {
  const log = openSync(join(folder, 'server.log'), 'a');
  const args = [...serverArguments(folder), '--host', '127.0.0.1', '--port', '0', '--without-connection-token'];
  // A closed window's extension host ends after this many seconds; unasked, after 3 hours.
  args.push('--reconnection-grace-time', '5');
  const identity = options.uid === undefined ? {} : { uid: options.uid, gid: options.uid };
  // A process group of its own, so that all of it can be ended.
  const child = spawn(node24, args, {
    ...identity,
    cwd: join(folder, 'home'),
    env: serverEnvironment(folder, options.env),
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  return child;
}

/** A home and a place for VS Code's sockets of its own, and without any SKIFF_ of the tests' own caller: a test says which store it means. */
function serverEnvironment(folder: string, more: ServerOptions['env'] = {}): Record<string, string | undefined> {
  const clean = Object.entries(cleanEnvironment()).filter(([name]) => !name.startsWith('SKIFF_'));
  return { ...Object.fromEntries(clean), HOME: join(folder, 'home'), XDG_RUNTIME_DIR: join(folder, 'run'), ...more };
}

function listening(folder: string, child: ChildProcess): Promise<string> {
  let spawnError: Error | undefined;
  child.once('error', (error) => (spawnError = error));
  const text = (): string => readFileSync(join(folder, 'server.log'), 'utf8');
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

function endGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
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
      env: serverEnvironment(scratch),
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

function handOver(folder: string, uid: number): void {
  for (const name of ['', ...readdirSync(folder, { recursive: true, encoding: 'utf8' })])
    chownSync(join(folder, name), uid, uid);
}
