import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { launchBrowser } from './browser.ts';
import { TestStore } from './store.ts';
import { VsCodeServer, type ServerOptions } from './vscode-server.ts';
import { Workbench } from './workbench.ts';

/** A VS Code with Skiff installed, on a store of its own, for the tests of one file. */
export class Editor {
  readonly store: TestStore;
  readonly server: VsCodeServer;
  /** The first window. */
  readonly window: Workbench;
  /** The folder that windows are open on. */
  readonly workspace: string;
  readonly #browser: Browser;
  readonly #undo: AsyncDisposableStack;
  readonly #windows: Workbench[];

  private constructor(parts: {
    store: TestStore;
    server: VsCodeServer;
    window: Workbench;
    workspace: string;
    browser: Browser;
    undo: AsyncDisposableStack;
  }) {
    this.store = parts.store;
    this.server = parts.server;
    this.window = parts.window;
    this.workspace = parts.workspace;
    this.#browser = parts.browser;
    this.#undo = parts.undo;
    this.#windows = [parts.window];
  }

  static async start(options: ServerOptions = {}): Promise<Editor> {
    const undo = new AsyncDisposableStack();
    try {
      const store = new TestStore(options.uid === undefined ? {} : { uid: options.uid });
      undo.defer(() => store.dispose());
      const workspace = mkdtempSync(join(tmpdir(), 'skiff-workspace-'));
      undo.defer(() => rmSync(workspace, { recursive: true }));
      const server = await VsCodeServer.start({ ...options, env: { ...store.env, ...options.env } });
      undo.defer(() => server.stop());
      const browser = await launchBrowser();
      undo.defer(() => browser.close());
      const window = await Workbench.open(server, browser, workspace);
      return new Editor({ store, server, window, workspace, browser, undo: undo.move() });
    } finally {
      await undo.disposeAsync();
    }
  }

  /** Another window of the same VS Code: an extension host and a helper of its own. */
  async openWindow(): Promise<Workbench> {
    const window = await Workbench.open(this.server, this.#browser, this.workspace);
    this.#windows.push(window);
    return window;
  }

  async saveEvidence(name: string): Promise<string[]> {
    return Promise.all(this.#windows.map((window, index) => window.saveEvidence(`${name}-${index + 1}`)));
  }

  /** Ends all of it. Throws when the store left something behind. */
  async stop(): Promise<void> {
    await this.#undo.disposeAsync();
  }
}

/**
 * Starts an editor before the file's tests and ends it after them.
 *
 * ```ts
 * const { story } = useEditor();
 * story('the tree shows what the command line runs', async ({ window, store }) => { … });
 * ```
 *
 * A story that fails leaves pictures and logs in `.cache/screenshots`.
 */
export function useEditor(options: ServerOptions = {}): {
  story: (name: string, body: (editor: Editor) => Promise<void>) => void;
} {
  let editor: Editor | undefined;
  before(async () => {
    editor = await Editor.start(options);
  });
  after(async () => {
    await editor?.stop();
  });
  const story = (name: string, body: (editor: Editor) => Promise<void>): void => {
    void test(name, async () => {
      if (editor === undefined) throw new Error('the editor did not start');
      try {
        await body(editor);
      } catch (error) {
        const pictures = await editor
          .saveEvidence(name)
          .catch((failure: unknown) => [`no picture: ${String(failure)}`]);
        throw new Error(`${error instanceof Error ? error.message : String(error)}\n  see ${pictures.join(', ')}`, {
          cause: error,
        });
      }
    });
  };
  return { story };
}
