import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { TestStore } from './store.ts';
import type { VsCode, VsCodeOptions } from './vscode.ts';
import { VsCodeDesktop } from './vscode-desktop.ts';
import { VsCodeServer } from './vscode-server.ts';
import { Workbench } from './workbench.ts';

/** A VS Code with Skiff installed, on a store of its own, for the tests of one file. */
export class Editor {
  readonly store: TestStore;
  readonly vscode: VsCode;
  /** The first window. */
  readonly window: Workbench;
  /** The folder that windows are open on. */
  readonly workspace: string;
  readonly #undo: AsyncDisposableStack;
  readonly #windows: Workbench[];

  private constructor(parts: {
    store: TestStore;
    vscode: VsCode;
    window: Workbench;
    workspace: string;
    undo: AsyncDisposableStack;
  }) {
    this.store = parts.store;
    this.vscode = parts.vscode;
    this.window = parts.window;
    this.workspace = parts.workspace;
    this.#undo = parts.undo;
    this.#windows = [parts.window];
  }

  static async start(options: VsCodeOptions = {}): Promise<Editor> {
    const undo = new AsyncDisposableStack();
    try {
      const store = new TestStore(options.uid === undefined ? {} : { uid: options.uid });
      undo.defer(() => store.dispose());
      const workspace = mkdtempSync(join(tmpdir(), 'skiff-workspace-'));
      undo.defer(() => rmSync(workspace, { recursive: true }));
      if (options.uid !== undefined) chownSync(workspace, options.uid, options.uid);
      const vscode = await startVsCode({ ...options, env: { ...store.env, ...options.env } });
      undo.defer(() => vscode.stop());
      const window = await Workbench.open(vscode, workspace);
      return new Editor({ store, vscode, window, workspace, undo: undo.move() });
    } finally {
      await undo.disposeAsync();
    }
  }

  /** Another window of the same VS Code: an extension host and a helper of its own. */
  async openWindow(): Promise<Workbench> {
    const window = await Workbench.open(this.vscode, this.workspace);
    this.#windows.push(window);
    return window;
  }

  async saveEvidence(name: string): Promise<string[]> {
    const open = this.#windows.filter(({ page }) => !page.isClosed());
    return Promise.all(open.map((window, index) => window.saveEvidence(`${name}-${index + 1}`)));
  }

  /** Ends all of it. Throws when the store left something behind. */
  async stop(): Promise<void> {
    await this.#undo.disposeAsync();
  }
}

const desktop = process.env['SKIFF_TEST_DESKTOP'];

/** In a browser, unless SKIFF_TEST_DESKTOP names a desktop VS Code's program. */
function startVsCode(options: VsCodeOptions): Promise<VsCode> {
  return desktop === undefined ? VsCodeServer.start(options) : VsCodeDesktop.start(desktop, options);
}

/** What only a server can be started with; undefined: nothing. */
function notOnDesktop({ uid, through, locale, env }: VsCodeOptions): string | undefined {
  if (desktop === undefined || (uid ?? through ?? locale ?? env?.['NODE_OPTIONS']) === undefined) return undefined;
  return 'the desktop runs as who is at it, in his language';
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
export function useEditor(options: VsCodeOptions = {}): {
  story: (name: string, body: (editor: Editor) => Promise<void>) => void;
} {
  let editor: Editor | undefined;
  const skip = notOnDesktop(options);
  before(async () => {
    if (skip === undefined) editor = await Editor.start(options);
  });
  after(async () => {
    await editor?.stop();
  });
  const story = (name: string, body: (editor: Editor) => Promise<void>): void => {
    void test(name, { skip: skip ?? false }, async () => {
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
