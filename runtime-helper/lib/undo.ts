/** What has to be taken back when a sequence of effects fails half-way: newest first. */
export class UndoStack {
  readonly #steps: (() => void | Promise<void>)[] = [];

  push(step: () => void | Promise<void>): void {
    this.#steps.push(step);
  }

  /** Runs all steps even when one fails; failures go to `onError`, since the first failure is what the user must hear of. */
  async unwind(onError: (error: unknown) => void): Promise<void> {
    for (let step = this.#steps.pop(); step; step = this.#steps.pop()) {
      try {
        await step();
      } catch (error) {
        onError(error);
      }
    }
  }
}
