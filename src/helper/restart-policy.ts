/** Delays before the next start, by how often the helper died shortly after a start, in milliseconds. */
const delays = [0, 200, 1000, 4000] as const;
/** A helper that ran this long was well: its death starts the count anew. */
const healthyMilliseconds = 30_000;

/** Decides whether a helper that died is started again: at once, later, or not before a person says so. */
export class RestartPolicy {
  #deaths = 0;

  /** `livedMilliseconds`: how long it ran. Returns the delay before the next start, or undefined for giving up. */
  died(livedMilliseconds: number): number | undefined {
    if (livedMilliseconds >= healthyMilliseconds) this.#deaths = 0;
    return delays[this.#deaths++];
  }

  reset(): void {
    this.#deaths = 0;
  }
}
