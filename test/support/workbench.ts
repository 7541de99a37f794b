import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { quoted, type PageElement } from './dom.ts';
import { Messages } from './messages.ts';
import { cache } from './paths.ts';
import { QuickInput } from './quick-input.ts';
import { Terminal } from './terminal.ts';
import { TreeView } from './tree-view.ts';
import { patience, until } from './wait.ts';
import type { OpenWindow, VsCode } from './vscode.ts';

const screenshots = join(cache, 'screenshots');

/** One VS Code window, used as a person uses it: by what is to be seen, never by ids. */
export class Workbench {
  readonly page: Page;
  readonly quick: QuickInput;
  readonly messages: Messages;
  readonly terminal: Terminal;
  readonly #close: () => Promise<void>;
  readonly #vscode: VsCode | undefined;
  readonly #console: string[] = [];
  /** Where in the console what was loaded last begins. */
  #begun = 0;

  private constructor({ page, close }: OpenWindow, vscode: VsCode | undefined) {
    this.#vscode = vscode;
    this.#close = close;
    this.page = page;
    this.quick = new QuickInput(page);
    this.messages = new Messages(page);
    this.terminal = new Terminal(page);
    page.setDefaultTimeout(patience(20_000));
    page.on('console', (message) => this.#console.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => this.#console.push(`page error: ${error.message}`));
  }

  /** Opens a window: on a folder, a `.code-workspace` file, or empty. */
  static async open(vscode: VsCode, folder?: string): Promise<Workbench> {
    return Workbench.of(await vscode.openWindow(folder), vscode);
  }

  /** The window on a page, of a VS Code that somebody else started when `vscode` is absent. */
  static async of(open: OpenWindow, vscode?: VsCode): Promise<Workbench> {
    const workbench = new Workbench(open, vscode);
    await workbench.#ready();
    return workbench;
  }

  /** Ends the window's extension host and starts a new one, as "Reload Window" does. */
  async reload(): Promise<void> {
    await this.#loadAnew();
    await this.#viewsMade();
  }

  async #loadAnew(): Promise<void> {
    this.#begun = this.#console.length;
    await this.page.reload({ waitUntil: 'commit' });
    await this.#ready();
  }

  /** Another folder or workspace in the same window: only where a VS Code is a page. */
  async load(address: string): Promise<void> {
    this.#begun = this.#console.length;
    await this.page.goto(address, { waitUntil: 'commit' });
    await this.#ready();
  }

  async close(): Promise<void> {
    await this.#close();
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
    await this.#showActivity(title);
    await this.#viewsMade(() => this.#showActivity(title));
  }

  /** Of a window that is new its extensions are the last to be there, and with them what its views have. `show`: has them in sight again. */
  async #viewsMade(show = () => Promise.resolve()): Promise<void> {
    const unmade = this.page
      .locator('.part.sidebar')
      .getByText('There is no data provider registered')
      .filter({ visible: true });
    await until(
      'the views in sight are made',
      async () => {
        if ((await unmade.count()) === 0) return true;
        // VS Code's own limit: on a machine that needs more than a minute the window stays without extensions.
        if (this.#console.slice(this.#begun).some((line) => /took longer than \d+s to send its ready/.test(line))) {
          await this.#loadAnew();
          await show();
        }
        return false;
      },
      180_000,
    );
  }

  async #showActivity(title: string): Promise<void> {
    const item = this.page
      .locator(`.part.activitybar .action-item:has(a.action-label[aria-label^=${quoted(title)}])`)
      .first();
    await item.waitFor();
    const heading = this.page.locator('.part.sidebar .composite.title h2').filter({ hasText: title });
    // A window that is still being made may open it by itself: a click then closes it.
    await until(`${title} is open`, async () => {
      if (await heading.isVisible()) return true;
      await item.locator('a.action-label').click({ timeout: patience(3000) });
      await heading.waitFor({ timeout: patience(2000) });
      return true;
    });
  }

  /** A tree by its view's title. */
  tree(title: string): TreeView {
    return new TreeView(this.page, title);
  }

  /**
   * The Explorer, once it has this folder of a workspace of several. In a browser this VS Code now and then comes up without any of them, be
   * they on the server's own disk ("No Folder Opened"), and has them when it is loaded anew.
   */
  async exploreFolder(name: string): Promise<TreeView> {
    const explorer = this.tree('Explorer Section:');
    const isThere = async (): Promise<boolean> => (await explorer.rows()).some(({ label }) => label === name);
    await until(
      `the Explorer has ${name}`,
      async () => {
        await this.openActivity('Explorer');
        if (await until(name, isThere, 8000).catch(() => false)) return true;
        await this.reload();
        return false;
      },
      180_000,
    );
    return explorer;
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

  /** Where the active text editor's cursor is, as the status bar says it: `Ln 12, Col 3`. */
  async cursor(): Promise<string> {
    return (await this.page.locator('[id="status.editor.selection"]').textContent()) ?? '';
  }

  get #activeGroup(): Locator {
    return this.page.locator('.part.editor .editor-group-container.active');
  }

  /** Shows an output channel and returns its lines in sight, the last ones. `VsCode.logText` has all of a log channel. */
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
      `${this.#console.join('\n')}\n--- vscode\n${this.#vscode?.output ?? ''}\n--- skiff\n${this.#vscode?.logText('Skiff') ?? ''}`,
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
