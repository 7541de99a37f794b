import { EventEmitter, Uri, workspace, type Disposable, type Event, type TextDocumentContentProvider } from 'vscode';

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

  provideTextDocumentContent(uri: Uri): string {
    // After a reload the tab is back, but not what it showed.
    return this.#texts.get(uri.path) ?? '';
  }

  dispose(): void {
    this.#registration.dispose();
    this.#changed.dispose();
  }
}
