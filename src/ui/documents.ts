import {
  EventEmitter,
  TabInputText,
  Uri,
  window,
  workspace,
  type Disposable,
  type Event,
  type TextDocumentContentProvider,
} from 'vscode';

const scheme = 'skiff-document';

/** Read-only texts that commands show. What is shown again under a name replaces what was there. */
export class Documents implements TextDocumentContentProvider, Disposable {
  readonly #texts = new Map<string, string>();
  readonly #changed = new EventEmitter<Uri>();
  readonly #registration = workspace.registerTextDocumentContentProvider(scheme, this);

  readonly onDidChange: Event<Uri> = this.#changed.event;

  /** `name` with its extension is the tab's title, and says which language it is. */
  put(name: string, text: string): Uri {
    const uri = Uri.from({ scheme, path: `/${name}` });
    this.#texts.set(uri.path, text);
    this.#changed.fire(uri);
    return uri;
  }

  /** After a reload of the window tabs are back, but not what they showed: what it was then may not be so any more. */
  async closeForgotten(): Promise<void> {
    const tabs = window.tabGroups.all.flatMap((group) => group.tabs);
    const forgotten = tabs.filter(
      ({ input }) => input instanceof TabInputText && input.uri.scheme === scheme && !this.#texts.has(input.uri.path),
    );
    if (forgotten.length > 0) await window.tabGroups.close(forgotten);
  }

  provideTextDocumentContent(uri: Uri): string {
    return this.#texts.get(uri.path) ?? '';
  }

  dispose(): void {
    this.#registration.dispose();
    this.#changed.dispose();
  }
}
