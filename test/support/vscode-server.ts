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
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { codeServerEntry, quietSettings } from '../../.ci/vscode.mjs';
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
    const folder = mkdtempSync(join(tmpdir(), 'skiff-vscode-'));
    for (const name of ['home', 'server', 'user/User']) mkdirSync(join(folder, name), { recursive: true });
    cpSync(installedExtensions(), join(folder, 'extensions'), { recursive: true });
    writeFileSync(join(folder, 'user/User/settings.json'), JSON.stringify({ ...quietSettings, ...options.settings }));
    if (options.uid !== undefined) handOver(folder, options.uid);
    const child = launch(folder, options);
    try {
      return new VsCodeServer(await listening(folder, child), folder, child);
    } catch (error) {
      endGroup(child, 'SIGKILL');
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
  const args = [...folderArguments(folder), '--host', '127.0.0.1', '--port', '0', '--without-connection-token'];
  // A closed window's extension host ends after the grace time, which is 3 h unless said.
  args.push('--disable-workspace-trust', '--force-disable-user-env', '--reconnection-grace-time', '5');
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

const folderArguments = (folder: string): string[] => [
  codeServerEntry,
  '--accept-server-license-terms',
  '--telemetry-level=off',
  `--server-data-dir=${join(folder, 'server')}`,
  `--user-data-dir=${join(folder, 'user')}`,
  `--extensions-dir=${join(folder, 'extensions')}`,
];

/** What a terminal of another VS Code sets would point at that one, and code-server heeds the rest. */
function serverEnvironment(folder: string, more: ServerOptions['env'] = {}): Record<string, string | undefined> {
  const foreign = /^(VSCODE_|CODE_SERVER_|ELECTRON_|SKIFF_|NODE_OPTIONS$|NODE_TEST_CONTEXT$|PORT$|PASSWORD$)/;
  const inherited = Object.entries(process.env).filter(([name]) => !foreign.test(name));
  return {
    ...Object.fromEntries(inherited),
    HOME: join(folder, 'home'),
    EXTENSIONS_GALLERY: '{"serviceUrl":""}',
    ...more,
  };
}

function listening(folder: string, child: ChildProcess): Promise<string> {
  let spawnError: Error | undefined;
  child.once('error', (error) => (spawnError = error));
  const text = (): string => readFileSync(join(folder, 'server.log'), 'utf8');
  return until(
    'the VS Code server listens',
    () => {
      const port = /Extension host agent listening on (\d+)/.exec(text())?.[1];
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
  const scratch = mkdtempSync(join(tmpdir(), 'skiff-install-'));
  try {
    for (const name of ['home', 'server', 'user']) mkdirSync(join(scratch, name));
    const install = spawnSync(node24, [...folderArguments(scratch), '--install-extension', vsix, '--force'], {
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
