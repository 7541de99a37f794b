import { Listeners, type Subscription } from './listeners.ts';

export type FileEvent = { kind: 'created' | 'changed' | 'deleted'; path: string };
export type FileEvents = { id: string; events: readonly FileEvent[] };

/** What happens to files of containers, from whoever does or sees it to whoever shows them. */
export class FileNews {
  readonly #listeners = new Listeners<FileEvents>();

  tell(id: string, events: readonly FileEvent[]): void {
    if (events.length > 0) this.#listeners.fire({ id, events });
  }

  onTold(listener: (news: FileEvents) => void): Subscription {
    return this.#listeners.add(listener);
  }
}
