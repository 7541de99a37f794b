import type { ImageStore, StoredImage } from '../../content/image-store.ts';
import { parseImageDetails, type ImageDetails } from '../../oci/image-details.ts';
import type { ImageDescription, ImageStep } from '../types.ts';

/** All that is known of an image but its names and size. */
export function describeImage(
  images: ImageStore,
  image: StoredImage,
): Omit<ImageDescription, 'references' | 'digests' | 'labels' | 'size'> {
  const { architecture, os, variant, diffIds, created } = image.config;
  const { author, config, dockerVersion, history } = detailsOf(images, image);
  return {
    id: image.id,
    ...{ author, architecture, os, config, dockerVersion },
    ...(created === undefined ? {} : { createdAt: created }),
    ...(variant === undefined ? {} : { variant }),
    comment: history.at(-1)?.comment ?? '',
    layers: diffIds.map((diffId) => ({ diffId: `sha256:${diffId}`, path: `${images.layerPath(diffId)}/diff` })),
  };
}

/** Newest first. Steps that changed no file have no layer; what nobody wrote down is a step without words. */
export function imageHistory(images: ImageStore, image: StoredImage): ImageStep[] {
  const layers = [...image.config.diffIds];
  const steps = detailsOf(images, image).history.map(({ created, createdBy, comment, isEmpty }): ImageStep => {
    const diffId = isEmpty ? undefined : layers.shift();
    const size = diffId === undefined ? 0 : images.layerSize(diffId);
    return { createdBy, comment, size, ...(created === undefined ? {} : { createdAt: created }) };
  });
  const untold = layers.map((diffId): ImageStep => ({ createdBy: '', comment: '', size: images.layerSize(diffId) }));
  const all = [...steps, ...untold].toReversed();
  const [newest, ...rest] = all;
  return newest ? [{ ...newest, id: image.id }, ...rest] : [];
}

function detailsOf(images: ImageStore, { id }: StoredImage): ImageDetails {
  return parseImageDetails(images.read(id), `config ${id}`);
}
