import type { ImageStore, IndexEntry, StoredImage } from '../../content/image-store.ts';
import { SkiffError } from '../../lib/errors.ts';
import { fullName, parseReference, withDefaultTag } from '../../oci/reference.ts';
import { withImage } from './draft.ts';
import { findImage } from './find.ts';
import { tagName } from './import.ts';

/** Gives an image one more name, which is taken from whoever had it. Returns the full name. */
export async function tagImage(
  images: ImageStore,
  source: string,
  target: string,
): Promise<{ id: string; name: string }> {
  const name = tagName(target);
  return images.locked(() => {
    const image = findImage(images.images(), source);
    const entry = entryOf(images.entries(), image, source);
    // What a registry has under one repository says nothing of another.
    const keeps = entry.reference !== undefined && repositoryOf(entry.reference) === repositoryOf(name);
    const digest = keeps && entry.digest !== undefined ? { digest: entry.digest } : {};
    const added = { manifest: entry.manifest, references: [name], diffIds: [], blobs: [], ...digest };
    images.update((entries) => withImage(entries, added));
    return { id: image.id, name };
  });
}

/** The line of index.json that is meant: the one with that name, or any of an image that is meant by its id. */
function entryOf(entries: readonly IndexEntry[], image: StoredImage, text: string): IndexEntry {
  const own = entries.filter(({ manifest }) => image.manifests.some(({ digest }) => digest === manifest.digest));
  const name = /^(sha256:)?[0-9a-f]{64}$/.test(text) ? undefined : fullName(withDefaultTag(parseReference(text)));
  const entry = own.find(({ reference }) => reference === name) ?? own[0];
  if (entry) return entry;
  throw new SkiffError('internal', `image ${image.id} is in no index`);
}

/** `docker.io/library/alpine:3` → `docker.io/library/alpine` */
export function repositoryOf(reference: string): string {
  const { domain, path } = parseReference(reference);
  return fullName({ domain, path });
}
