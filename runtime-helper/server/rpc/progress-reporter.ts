import type { Progress } from '../../lib/operation.ts';
import { operationProgressed } from '../../protocol/index.ts';
import type { Window } from './window.ts';

/** What comes more often is not seen. */
const pauseMs = 100;

/** Tells a window how far something is: the last word on each part, no oftener than it takes them, and no oftener than it can show them. */
export class ProgressReporter {
  readonly #window: Window;
  readonly #operation: string;
  #due = new Map<string, Progress>();
  #telling: Promise<void> | undefined;
  #ended = false;

  /** `operation` is the name that the window gave it. */
  constructor(window: Window, operation: string) {
    this.#window = window;
    this.#operation = operation;
  }

  report(progress: Progress): void {
    if (this.#ended) return;
    this.#due.set(progress.id, progress);
    this.#telling ??= this.#tell();
  }

  /** Resolves when the window has been told everything: nothing comes after the answer. */
  async end(): Promise<void> {
    this.#ended = true;
    await this.#telling;
    await this.#flush();
  }

  async #tell(): Promise<void> {
    while (this.#due.size > 0 && !this.#ended) {
      await this.#flush();
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
    this.#telling = undefined;
  }

  async #flush(): Promise<void> {
    const steps = [...this.#due.values()];
    this.#due = new Map();
    // A window that is gone has other troubles.
    if (steps.length > 0)
      await this.#window.tell(operationProgressed, { operation: this.#operation, steps }).catch(() => {});
  }
}
