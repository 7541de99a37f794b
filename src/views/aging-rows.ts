import { describeRow } from '../model/container-words.ts';
import type { Containers } from '../model/containers.ts';
import { refreshDelay } from '../model/refresh-delay.ts';
import type { Usages } from '../model/usages.ts';
import type { ContainerSummary } from '../../runtime-helper/protocol/types.ts';

/**
 * With a row VS Code draws all that is open below it, and for that moment knows none of these rows: a click on one is lost. It also takes
 * the row's tooltip away. So the words of a row that somebody looks at more closely are not renewed with every second.
 */
const lookMs = 10_000;

/** Words of rows change by themselves: ages, and what containers use. Has those rows drawn anew whose words are not what they were. */
export class AgingRows {
  readonly #containers: Containers;
  readonly #usages: Usages;
  readonly #redraw: (ids: readonly string[]) => void;
  /** What each row says now. */
  readonly #drawn = new Map<string, string>();
  /** When what is below a container's row, or its tooltip, was last asked for. */
  readonly #lookedAt = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;

  constructor(containers: Containers, usages: Usages, redraw: (ids: readonly string[]) => void) {
    this.#containers = containers;
    this.#usages = usages;
    this.#redraw = redraw;
  }

  /** The words of a row that is drawn now. */
  describe(container: ContainerSummary, now: number): string {
    const words = describeRow(container, now, this.#usages.describe(container.id));
    this.#drawn.set(container.id, words);
    return words;
  }

  /** Somebody looks at a row more closely. */
  looked(id: string): void {
    this.#lookedAt.set(id, Date.now());
  }

  lookedAway(id: string): void {
    this.#lookedAt.delete(id);
  }

  /** There is no such row any more. */
  forget(id: string): void {
    this.#drawn.delete(id);
    this.#lookedAt.delete(id);
  }

  /** Rows are in sight, and may be others than before. */
  start(): void {
    this.stop();
    const delay = refreshDelay(this.#containers.all, Date.now());
    if (delay === undefined) return;
    this.#timer = setTimeout(() => {
      this.redrawChanged();
      this.start();
    }, delay);
  }

  /** Rows are out of sight. */
  stop(): void {
    clearTimeout(this.#timer);
  }

  redrawChanged(): void {
    const now = Date.now();
    const changed = this.#containers.all.filter(
      (container) =>
        this.#drawn.has(container.id) &&
        now - (this.#lookedAt.get(container.id) ?? 0) >= lookMs &&
        this.#drawn.get(container.id) !== describeRow(container, now, this.#usages.describe(container.id)),
    );
    this.#redraw(changed.map(({ id }) => id));
  }
}
