import type { StoredImage } from '../../content/image-store.ts';
import type { Operation } from '../../lib/operation.ts';
import { familiarName, parseReference } from '../../oci/reference.ts';
import type { PrunedImages, PruneImagesOptions } from '../types.ts';
import { withoutSpareEntries } from './draft.ts';
import type { ImageKeeper } from './keeper.ts';

/**
 * Removes images that no container was made of: those without a tag, or all with `all`. Then whatever a process left behind that died while it
 * brought images in.
 */
export async function pruneImages(
  keeper: ImageKeeper,
  inUse: { images: ReadonlySet<string>; layers: ReadonlySet<string> },
  options: PruneImagesOptions,
  operation: Operation,
): Promise<PrunedImages> {
  const { images } = keeper;
  return images.locked(async () => {
    const victims = images
      .images()
      .filter(
        (image) =>
          (options.all || image.references.length === 0) && !inUse.images.has(image.id) && matches(image, options),
      );
    operation.signal.throwIfAborted();
    const manifests = new Set(victims.flatMap((image) => image.manifests.map(({ digest }) => digest)));
    if (victims.length > 0)
      images.update((entries) =>
        withoutSpareEntries(entries.filter(({ manifest }) => !manifests.has(manifest.digest))),
      );
    const names = victims.flatMap(({ references, digests }) => [...references, ...digests]);
    const { layers, bytes } = await keeper.collectAll(inUse.layers, operation);
    return {
      untagged: names.map((name) => familiarName(parseReference(name))),
      deleted: [...victims.map(({ id }) => id), ...layers],
      reclaimedBytes: bytes,
    };
  });
}

function matches({ config }: StoredImage, { createdBefore, labels }: PruneImagesOptions): boolean {
  if (createdBefore !== undefined && Date.parse(config.created ?? '') >= Date.parse(createdBefore)) return false;
  return labels.every(({ key, value, wanted }) => {
    const has = Object.hasOwn(config.labels, key) && (value === undefined || config.labels[key] === value);
    return has === wanted;
  });
}
