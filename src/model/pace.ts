const pauseMs = 1000;

/** Does something for a key when it is asked to: at once, but no more than once a second. */
export class Pace {
  readonly #act: (key: string) => void;
  /** Keys that were done in the last second, and whether they are to be done again after it. */
  readonly #timers = new Map<string, { timer: NodeJS.Timeout; again: boolean }>();

  constructor(act: (key: string) => void) {
    this.#act = act;
  }

  ask(key: string): void {
    const waiting = this.#timers.get(key);
    if (waiting) waiting.again = true;
    else this.#do(key);
  }

  dispose(): void {
    for (const { timer } of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  #do(key: string): void {
    const timer = setTimeout(() => {
      const again = this.#timers.get(key)?.again === true;
      this.#timers.delete(key);
      if (again) this.#do(key);
    }, pauseMs);
    this.#timers.set(key, { timer, again: false });
    this.#act(key);
  }
}
