export type Subscription = { dispose: () => void };

/** The least an event needs, where `vscode` is not to be imported. */
export class Listeners<Value> {
  readonly #listeners = new Set<(value: Value) => void>();

  add(listener: (value: Value) => void): Subscription {
    // A function of its own, so that the same listener added twice is heard twice and removed once.
    const entry = (value: Value): void => listener(value);
    this.#listeners.add(entry);
    return { dispose: () => void this.#listeners.delete(entry) };
  }

  fire(value: Value): void {
    for (const listener of [...this.#listeners]) listener(value);
  }
}
