import type { ProgressStep } from '../../runtime-helper/protocol/types.ts';
import { describeSize } from './sizes.ts';

/** What is known of a pull or push: the last word on each of its parts. Pure. */
export class TransferProgress {
  readonly #steps = new Map<string, ProgressStep>();

  add(steps: readonly ProgressStep[]): void {
    for (const step of steps) {
      const before = this.#steps.get(step.id);
      // What is done no longer says how large it was.
      const total = step.total ?? before?.total;
      this.#steps.set(step.id, { ...step, ...(total === undefined ? {} : { total }) });
    }
  }

  /** 0 to 1, by bytes; of a part that is done all of them have come. */
  get fraction(): number {
    const { done, total } = this.#bytes();
    return total === 0 ? 0 : done / total;
  }

  /** "12.3 MB of 45.6 MB", or the words of the part that was told of last. */
  describe(): string {
    const { done, total } = this.#bytes();
    if (total > 0 && done < total) return `${describeSize(done)} of ${describeSize(total)}`;
    return [...this.#steps.values()].at(-1)?.status ?? '';
  }

  #bytes(): { done: number; total: number } {
    let [done, whole] = [0, 0];
    for (const { current, total = 0, status } of this.#steps.values()) {
      whole += total;
      done += /complete|exists|pushed/i.test(status) ? total : Math.min(current ?? 0, total);
    }
    return { done, total: whole };
  }
}
