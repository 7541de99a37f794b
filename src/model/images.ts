/** Mirror of the engine's images: filled by a list, kept by `images/changed`. */
import type { ImageSummary } from '../../runtime-helper/protocol/types.ts';
import { Listeners, type Subscription } from './listeners.ts';
import type { ImageNode } from './nodes.ts';

export class Images {
  readonly #changed = new Listeners<void>();
  #all: readonly ImageSummary[] = [];

  get all(): readonly ImageSummary[] {
    return this.#all;
  }

  get(id: string): ImageSummary | undefined {
    return this.#all.find((image) => image.id === id);
  }

  onChanged(listener: () => void): Subscription {
    return this.#changed.add(listener);
  }

  replace(images: readonly ImageSummary[]): void {
    this.#all = images;
    this.#changed.fire();
  }
}

/** A repository with the images that have a name in it, by tag. */
export type Repository = { name: string; images: ImageNode[] };

/** Repositories by name, and images that have no name. */
export function groupImages(images: readonly ImageSummary[]): { repositories: Repository[]; unnamed: ImageNode[] } {
  const byName = new Map<string, ImageNode[]>();
  for (const { id, references } of images) {
    for (const reference of references) {
      const { repository } = splitReference(reference);
      const list = byName.get(repository) ?? [];
      list.push({ kind: 'image', id, reference });
      byName.set(repository, list);
    }
  }
  const repositories = [...byName].map(([name, list]) => ({ name, images: list.toSorted(byReference) }));
  const unnamed = images.filter(({ references }) => references.length === 0);
  return {
    repositories: repositories.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    unnamed: unnamed.map(({ id }) => ({ kind: 'image', id, reference: id })),
  };
}

/** `localhost:5000/a/b:1` → `localhost:5000/a/b` and `1`; the tag of a digest is the digest. */
export function splitReference(reference: string): { repository: string; tag: string } {
  const [, repository = reference, tag = ''] = /^(.+?)(?:@(sha256:[0-9a-f]+)|:([^:/]+))?$/.exec(reference) ?? [];
  return { repository, tag: tag || reference.slice(repository.length + 1) };
}

function byReference(a: ImageNode, b: ImageNode): number {
  return a.reference < b.reference ? -1 : 1;
}
