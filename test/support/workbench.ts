import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { quoted, type PageElement } from './dom.ts';
import { Messages } from './messages.ts';
import { cache } from './paths.ts';
import { QuickInput } from './quick-input.ts';
import { Terminal } from './terminal.ts';
import { TreeView } from './tree-view.ts';
import { patience, until } from './wait.ts';
import type { VsCodeServer } from './vscode-server.ts';

const screenshots = join(cache, 'screenshots');

/** One VS Code window, used as a person uses it: by what is to be seen, never by ids. */
export class Workbench {
  readonly page: Page;
  readonly quick: QuickInput;
  readonly messages: Messages;
  readonly terminal: Terminal;
  readonly #context: BrowserContext;
  readonly #server: VsCodeServer | undefined;
  readonly #console: string[] = [];

  private constructor(context: BrowserContext, page: Page, server: VsCodeServer | undefined) {
    this.#server = server;
    this.#context = context;
    this.page = page;
    this.quick = new QuickInput(page);
    this.messages = new Messages(page);
    this.terminal = new Terminal(page);
    page.setDefaultTimeout(patience(20_000));
    page.on('console', (message) => this.#console.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => this.#console.push(`page error: ${error.message}`));
  }

  /** Opens a window: on a folder, a `.code-workspace` file, or empty. */
  static async open(server: VsCodeServer, browser: Browser, folder?: string): Promise<Workbench> {
    return Workbench.openUrl(browser, address(server, folder), server);
  }

  /** Opens the window at an address, of a VS Code that somebody else started when `server` is absent. */
  static async openUrl(browser: Browser, url: string, server?: VsCodeServer): Promise<Workbench> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    const workbench = new Workbench(context, await context.newPage(), server);
    await workbench.page.goto(url, { waitUntil: 'commit', timeout: patience(60_000) });
    await workbench.#ready();
    return workbench;
  }

  /** Ends the window's extension host and starts a new one, as "Reload Window" does. */
  async reload(): Promise<void> {
    await this.page.reload({ waitUntil: 'commit' });
    await this.#ready();
  }

  async close(): Promise<void> {
    await this.#context.close();
  }

  /** Runs a command from the palette by its exact title, "Category: Title". */
  async run(title: string): Promise<void> {
    await this.quick.runCommand(title);
  }

  /** Titles in the activity bar. */
  async activities(): Promise<string[]> {
    const labels = await this.page
      .locator('.part.activitybar .action-item a.action-label')
      .evaluateAll((all: PageElement[]) => all.map((one) => one.getAttribute('aria-label') ?? ''));
    return labels.filter((label) => label !== '');
  }

  /** Clicks an entry of the activity bar and waits for its side bar. */
  async openActivity(title: string): Promise<void> {
    const item = this.page
      .locator(`.part.activitybar .action-item:has(a.action-label[aria-label^=${quoted(title)}])`)
      .first();
    await item.waitFor();
    const shown = /\bchecked\b/.test((await item.getAttribute('class')) ?? '');
    if (!shown) await item.locator('a.action-label').click();
    await this.page.locator('.part.sidebar .composite.title h2').filter({ hasText: title }).waitFor();
  }

  /** A tree by its view's title. */
  tree(title: string): TreeView {
    return new TreeView(this.page, title);
  }

  async waitForClipboard(expected: string): Promise<void> {
    await until(`the clipboard has ${expected}`, async () => {
      const text: unknown = await this.page.evaluate('navigator.clipboard.readText()');
      return text === expected || Promise.reject(new Error(`it has ${JSON.stringify(text)}`));
    });
  }

  /** Texts of the status bar's entries. */
  async statusBar(): Promise<string[]> {
    const texts = await this.page.locator('.part.statusbar .statusbar-item').allTextContents();
    return texts.map((text) => text.trim()).filter((text) => text !== '');
  }

  /** Title of the active editor, whatever it shows. */
  async activeTab(): Promise<string> {
    const tab = this.#activeGroup.locator('.tab.active');
    // A webview's tab has no resource, and a file's has its name among the icons' classes.
    return (await tab.locator('.label-name').textContent()) || (await tab.getAttribute('data-resource-name')) || '';
  }

  /** The active text editor's title and the lines of it that are in sight. */
  async activeEditor(): Promise<{ title: string; text: string }> {
    return { title: await this.activeTab(), text: await linesOf(this.#activeGroup.locator('.monaco-editor').first()) };
  }

  get #activeGroup(): Locator {
    return this.page.locator('.part.editor .editor-group-container.active');
  }

  /** Shows an output channel and returns its lines in sight, the last ones. `VsCodeServer.logText` has all of a log channel. */
  async outputText(channel: string): Promise<string> {
    await this.run('Output: Show Output Channels...');
    await this.quick.pick(channel);
    return linesOf(this.page.locator('.part.panel .monaco-editor').first());
  }

  /** Saves a picture as `.cache/screenshots/<name>.png` and returns its path. */
  async screenshot(name: string): Promise<string> {
    mkdirSync(screenshots, { recursive: true });
    const path = join(screenshots, `${fileName(name)}.png`);
    await this.page.screenshot({ path });
    return path;
  }

  /** Saves what helps to understand a failure: a picture, and the logs beside it. Returns the picture's path. */
  async saveEvidence(name: string): Promise<string> {
    const path = await this.screenshot(name);
    writeFileSync(
      path.replace(/\.png$/, '.log'),
      `${this.#console.join('\n')}\n--- server\n${this.#server?.output ?? ''}\n--- skiff\n${this.#server?.logText('Skiff') ?? ''}`,
    );
    return path;
  }

  /** The workbench stands and knows its extensions; they may still be activating. */
  async #ready(): Promise<void> {
    try {
      await this.page.waitForFunction(
        () =>
          ['code/didStartWorkbench', 'code/didLoadExtensions'].every(
            (mark) => performance.getEntriesByName(mark).length > 0,
          ),
        undefined,
        { timeout: patience(90_000) },
      );
    } catch (error) {
      throw new Error(`the workbench did not start; its console ends:\n${this.#console.slice(-15).join('\n')}`, {
        cause: error,
      });
    }
  }
}

function address(server: VsCodeServer, folder: string | undefined): string {
  const url = new URL(server.url);
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

const fileName = (text: string): string => text.replace(/[^\w.-]+/g, '-').slice(0, 100);

/** The lines that an editor shows: a long one may be folded, and only those in sight are there. */
async function linesOf(editor: Locator): Promise<string> {
  await editor.waitFor();
  const lines = await until('the editor has lines', async () => {
    const found = await editor
      .locator('.view-lines')
      .first()
      .locator('.view-line')
      .evaluateAll((all: PageElement[]) =>
        all.map((line) => ({
          top: Number.parseFloat(/top:\s*([\d.]+)/.exec(line.getAttribute('style') ?? '')?.[1] ?? '0'),
          text: line.textContent,
        })),
      );
    return found.length > 0 && found;
  });
  return lines
    .sort((a, b) => a.top - b.top)
    .map((line) => line.text.replaceAll('\u00a0', ' '))
    .join('\n');
}
