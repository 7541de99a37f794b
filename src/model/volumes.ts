/** Mirror of the engine's volumes: filled by a list, kept by `volumes/changed`. */
import type { VolumeSummary } from '../../runtime-helper/protocol/types.ts';
import { Listeners, type Subscription } from './listeners.ts';

export class Volumes {
  readonly #changed = new Listeners<void>();
  #all: readonly VolumeSummary[] = [];

  /** By name, those that nobody named last. */
  get all(): readonly VolumeSummary[] {
    return this.#all;
  }

  get(name: string): VolumeSummary | undefined {
    return this.#all.find((volume) => volume.name === name);
  }

  onChanged(listener: () => void): Subscription {
    return this.#changed.add(listener);
  }

  replace(volumes: readonly VolumeSummary[]): void {
    this.#all = volumes.toSorted((a, b) => Number(a.anonymous) - Number(b.anonymous) || (a.name < b.name ? -1 : 1));
    this.#changed.fire();
  }
}
