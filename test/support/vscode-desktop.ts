import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { vsixPath } from './paths.ts';
import { endGroup, environmentIn, makeFolder, VsCode, type OpenWindow, type VsCodeOptions } from './vscode.ts';
import { until } from './wait.ts';

/** Menus, dialogs and the title bar drawn by the window itself, where they can be seen and clicked as in a browser. */
const drawnByItself = {
  'window.titleBarStyle': 'custom',
  'window.menuStyle': 'custom',
  'window.dialogStyle': 'custom',
  'files.simpleDialog.enable': true,
  'window.restoreWindows': 'none',
  'window.newWindowDimensions': 'default',
};

/** VS Code as it is on people's desktops, driven over Chromium's debugging port. It needs a display, such as xvfb-run's. */
export class VsCodeDesktop extends VsCode {
  readonly #program: string;
  readonly #browser: Browser;
  readonly #options: VsCodeOptions;
  #hasBegun = false;

  private constructor(parts: {
    program: string;
    folder: string;
    process: ChildProcess;
    browser: Browser;
    options: VsCodeOptions;
  }) {
    super(parts.folder, parts.process);
    this.#program = parts.program;
    this.#browser = parts.browser;
    this.#options = parts.options;
  }

  static async start(program: string, options: VsCodeOptions = {}): Promise<VsCodeDesktop> {
    const folder = makeFolder({ ...drawnByItself, ...options.settings });
    let child: ChildProcess | undefined;
    try {
      install(program, folder);
      child = launch(program, folder, ['--remote-debugging-port=0'], options);
      const port = await debuggingPort(folder, child);
      const browser = await chromium.connectOverCDP(`http://127.0.0.1:${port}`);
      return new VsCodeDesktop({ program, folder, process: child, browser, options });
    } catch (error) {
      if (child !== undefined) endGroup(child, 'SIGKILL');
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** A second start hands its arguments to the one that runs, which opens the window. */
  async openWindow(folder: string | undefined): Promise<OpenWindow> {
    const before = this.#pages();
    launch(this.#program, this.folder, ['--new-window', ...(folder === undefined ? [] : [folder])], this.#options);
    const page = await until('the window is there', () => this.#pages().find((one) => !before.includes(one)), 60_000);
    // It began with one that has no folder, as it must with one.
    if (!this.#hasBegun) await before[0]?.close();
    this.#hasBegun = true;
    return { page, close: () => page.close() };
  }

  override async stop(): Promise<void> {
    await this.#browser.close();
    await super.stop();
  }

  #pages(): Page[] {
    const contexts: BrowserContext[] = this.#browser.contexts();
    return contexts
      .flatMap((context) => context.pages())
      .filter((page) => !/^(devtools|about|chrome):/.test(page.url()));
  }
}

const folders = (folder: string): string[] => [
  `--user-data-dir=${join(folder, 'user')}`,
  `--extensions-dir=${join(folder, 'extensions')}`,
];

/** Its command line is a script of its own, which the same program runs as Node. */
function install(program: string, folder: string): void {
  const cli = join(dirname(program), 'resources/app/out/cli.js');
  const [script, node] = existsSync(cli) ? [[cli], { ELECTRON_RUN_AS_NODE: '1' }] : [[], {}];
  const args = [...script, ...folders(folder), '--install-extension', vsixPath(), '--force'];
  const { status, stdout, stderr } = spawnSync(program, args, {
    env: environmentIn(folder, node),
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${program} refused the package:\n${stdout}${stderr}`);
}

function launch(program: string, folder: string, more: readonly string[], options: VsCodeOptions): ChildProcess {
  const log = openSync(join(folder, 'output.log'), 'a');
  const args = [
    ...folders(folder),
    '--skip-welcome',
    '--skip-release-notes',
    ...(options.trust ? [] : ['--disable-workspace-trust']),
    '--disable-telemetry',
    '--disable-updates',
    '--disable-gpu',
    '--password-store=basic',
    // As root Chromium's sandbox can't be had.
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    ...more,
  ];
  const { DISPLAY, WAYLAND_DISPLAY } = process.env;
  const child = spawn(program, args, {
    cwd: join(folder, 'home'),
    env: environmentIn(folder, { DISPLAY, WAYLAND_DISPLAY, ...options.env }),
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  return child;
}

async function debuggingPort(folder: string, child: ChildProcess): Promise<string> {
  const text = (): string => readFileSync(join(folder, 'output.log'), 'utf8');
  let failure: Error | undefined;
  child.once('error', (error) => (failure = error));
  const outcome = await until(
    'the desktop VS Code listens for its driver',
    () => {
      const port = /DevTools listening on ws:\/\/127\.0\.0\.1:(\d+)\//.exec(text())?.[1];
      if (port !== undefined) return { port };
      return (failure ?? child.exitCode ?? child.signalCode) === null ? undefined : { port };
    },
    60_000,
  );
  if (outcome.port !== undefined) return outcome.port;
  throw new Error(`the desktop VS Code ended:\n${text().slice(-2000)}`, { cause: failure });
}
