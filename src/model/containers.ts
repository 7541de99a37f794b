/** Mirror of the engine's containers: filled by a list, kept by `containers/changed`. */
import type { ContainerSummary } from '../../runtime-helper/protocol/types.ts';
import { Listeners, type Subscription } from './listeners.ts';

/** `rows`: the same containers as before, some of them changed. `list`: containers came or went. */
export type ContainersChange = { kind: 'rows'; ids: readonly string[] } | { kind: 'list' };

export class Containers {
  readonly #byId = new Map<string, ContainerSummary>();
  readonly #changed = new Listeners<ContainersChange>();
  #sorted: readonly ContainerSummary[] | undefined;

  /** Newest first, as `skiff ps` lists them; containers of the same moment by name. */
  get all(): readonly ContainerSummary[] {
    this.#sorted ??= [...this.#byId.values()].sort(newestFirst);
    return this.#sorted;
  }

  get(id: string): ContainerSummary | undefined {
    return this.#byId.get(id);
  }

  onChanged(listener: (change: ContainersChange) => void): Subscription {
    return this.#changed.add(listener);
  }

  replace(containers: readonly ContainerSummary[]): void {
    this.#byId.clear();
    for (const container of containers) this.#byId.set(container.id, container);
    this.#fire({ kind: 'list' });
  }

  apply(change: { changed: readonly ContainerSummary[]; removed: readonly string[] }): void {
    const known = change.changed.every(({ id, createdAt }) => this.#byId.get(id)?.createdAt === createdAt);
    for (const container of change.changed) this.#byId.set(container.id, container);
    for (const id of change.removed) this.#byId.delete(id);
    const sameList = known && change.removed.length === 0;
    this.#fire(sameList ? { kind: 'rows', ids: change.changed.map(({ id }) => id) } : { kind: 'list' });
  }

  #fire(change: ContainersChange): void {
    this.#sorted = undefined;
    this.#changed.fire(change);
  }
}

function newestFirst(a: ContainerSummary, b: ContainerSummary): number {
  const difference = Date.parse(b.createdAt) - Date.parse(a.createdAt);
  return difference || compare(a.name, b.name) || compare(a.id, b.id);
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
