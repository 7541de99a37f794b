import assert from 'node:assert/strict';
import { patience } from './wait.ts';

/** How long things take that are to be quick. What else the machine does at that moment is measured with them, so most of them count. */
export class Pace {
  readonly #milliseconds: number[] = [];

  async time<T>(work: Promise<T>): Promise<T> {
    const begun = performance.now();
    const result = await work;
    this.#milliseconds.push(Math.round(performance.now() - begun));
    return result;
  }

  /** More than half of them took less than `limit` milliseconds. */
  assertWithin(limit: number): void {
    const quick = this.#milliseconds.filter((one) => one < patience(limit));
    assert.ok(quick.length * 2 > this.#milliseconds.length, `they took ${this.#milliseconds.join(', ')} ms`);
  }
}
