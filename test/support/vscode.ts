import type { ChildProcess } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { cleanEnvironment, quietSettings } from '../../.ci/vscode.mjs';
import { removeTree } from './remove-tree.ts';
import { until } from './wait.ts';

export type VsCodeOptions = {
  /** Over the quiet ones. */
  settings?: Record<string, unknown>;
  /** For the extension host and all that it starts; undefined takes a variable away. */
  env?: Record<string, string | undefined>;
  /** Runs VS Code as this user (needs root). */
  uid?: number;
  /** A command that VS Code becomes the last arguments of. */
  through?: readonly string[];
  /** The language of its display, such as zh-cn; absent: English. */
  locale?: string;
  /** A folder must be trusted first, as for people; absent: every one is. */
  trust?: boolean;
};

export type OpenWindow = { page: Page; close: () => Promise<void> };

/** What makes a window the same on every run, and lets its terminal be read. */
const testSettings = {
  'workbench.reduceMotion': 'on',
  'workbench.hover.delay': 3000,
  // A row may lie under those that stick to a tree's top, out of the mouse's reach.
  'workbench.tree.enableStickyScroll': false,
  'terminal.integrated.gpuAcceleration': 'off',
  'terminal.integrated.confirmOnKill': 'never',
  'terminal.integrated.confirmOnExit': 'never',
  '[Log]': { 'editor.wordWrap': 'off' },
};

/** A VS Code with a user, settings, extensions and logs of its own below `folder`. */
export abstract class VsCode {
  readonly folder: string;
  readonly #process: ChildProcess;
  readonly #killOnExit = (): void => this.#signal('SIGKILL');

  protected constructor(folder: string, process_: ChildProcess) {
    this.folder = folder;
    this.#process = process_;
    process.once('exit', this.#killOnExit);
  }

  /** Opens a window: on a folder, a `.code-workspace` file, or empty. */
  abstract openWindow(folder: string | undefined): Promise<OpenWindow>;

  /** What it and its extension hosts printed. */
  get output(): string {
    return readFileSync(join(this.folder, 'output.log'), 'utf8');
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
    const ended = (): boolean => this.#process.exitCode !== null || this.#process.signalCode !== null;
    await until('VS Code ends', ended, 5000).catch(() => undefined);
    this.#signal('SIGKILL');
    process.removeListener('exit', this.#killOnExit);
    await removeTree(this.folder);
  }

  #signal(signal: NodeJS.Signals): void {
    endGroup(this.#process, signal);
  }
}

/** Makes a folder for a VS Code, with settings in it; `settings` over the usual ones. */
export function makeFolder(settings: Record<string, unknown>): string {
  const folder = mkdtempSync(join(tmpdir(), 'skiff-vscode-'));
  for (const name of ['home', 'run', 'server', 'user/User'])
    mkdirSync(join(folder, name), { recursive: true, mode: 0o700 });
  const all = { ...quietSettings, ...testSettings, ...settings };
  writeFileSync(join(folder, 'user/User/settings.json'), JSON.stringify(all));
  return folder;
}

/** A home and a place for VS Code's sockets of its own, and without any SKIFF_ of the tests' own caller: a test says which store it means. */
export function environmentIn(folder: string, more: VsCodeOptions['env'] = {}): Record<string, string | undefined> {
  const clean = Object.entries(cleanEnvironment()).filter(([name]) => !name.startsWith('SKIFF_'));
  return { ...Object.fromEntries(clean), HOME: join(folder, 'home'), XDG_RUNTIME_DIR: join(folder, 'run'), ...more };
}

/** Ends a process and all that it has started in its group. */
export function endGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

export function handOver(folder: string, uid: number): void {
  for (const name of ['', ...readdirSync(folder, { recursive: true, encoding: 'utf8' })])
    chownSync(join(folder, name), uid, uid);
}
