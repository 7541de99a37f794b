import type { Client } from '../../runtime-helper/client/client.ts';
import type { FileNews } from '../model/file-news.ts';
import type { Subscription } from '../model/listeners.ts';

/** One row that is opened asks for several folders. */
const settleMs = 50;

/** Folders of containers in which somebody wants to know what happens. The helper is told all of a container at once. */
export class FolderWatches {
  readonly #client: Client;
  readonly #warn: (error: unknown) => void;
  /** By container, and by who wants them. */
  readonly #wanted = new Map<string, Map<string, readonly string[]>>();
  readonly #due = new Set<string>();
  readonly #hearing: Subscription;
  #timer: NodeJS.Timeout | undefined;

  constructor(client: Client, news: FileNews, warn: (error: unknown) => void) {
    this.#client = client;
    this.#warn = warn;
    this.#hearing = client.onFilesChanged(({ id, events }) => news.tell(id, events));
  }

  /** `source` wants to know of these folders from now on, instead of those before. */
  want(id: string, source: string, folders: readonly string[]): void {
    const sources = this.#wanted.get(id) ?? new Map<string, readonly string[]>();
    if (folders.length > 0) sources.set(source, folders);
    else if (!sources.delete(source)) return;
    if (sources.size > 0) this.#wanted.set(id, sources);
    else this.#wanted.delete(id);
    this.#later([id]);
  }

  helperReturned(): void {
    this.#later(this.#wanted.keys());
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#hearing.dispose();
  }

  #later(ids: Iterable<string>): void {
    for (const id of ids) this.#due.add(id);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      const due = [...this.#due];
      this.#due.clear();
      for (const id of due) {
        const folders = new Set([...(this.#wanted.get(id)?.values() ?? [])].flat());
        this.#client.watchFiles({ id, folders: [...folders] }).catch(this.#warn);
      }
    }, settleMs);
  }
}
