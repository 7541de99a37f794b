import type { Subscription } from '../model/listeners.ts';

/** What a list of the engine's is read from, and what tells of it when it has become another one. */
export type ListSource<Thing> = {
  list: () => Promise<readonly Thing[]>;
  onChanged: (listener: (all: readonly Thing[]) => void) => Subscription;
};

/** Keeps a list (images, networks, volumes) true to the engine, from the first time that it is to be seen. */
export class ListMirror<Thing> {
  readonly #source: ListSource<Thing>;
  readonly #model: { replace: (all: readonly Thing[]) => void };
  readonly #hearing: Subscription;
  #wanted = false;

  constructor(source: ListSource<Thing>, model: { replace: (all: readonly Thing[]) => void }) {
    this.#source = source;
    this.#model = model;
    this.#hearing = source.onChanged((all) => model.replace(all));
  }

  /** Asks the helper that runs; one is started for it. */
  async list(): Promise<void> {
    this.#wanted = true;
    this.#model.replace(await this.#source.list());
  }

  /** A new helper knows of no window that wants to hear of changes. */
  async helperReturned(): Promise<void> {
    if (this.#wanted) await this.list();
  }

  dispose(): void {
    this.#hearing.dispose();
  }
}
