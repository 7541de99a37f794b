import type { ImageFiles } from '../../archive/image-files.ts';
import { SkiffError } from '../../lib/errors.ts';
import type { Operation } from '../../lib/operation.ts';
import {
  maxJsonBytes,
  mediaTypes,
  parseDockerArchive,
  parseImageConfig,
  type Descriptor,
  type DockerArchiveImage,
} from '../../oci/image-config.ts';
import type { Draft } from './draft.ts';
import { tagName } from './import.ts';
import { checkDigest } from './load-oci.ts';
import type { LoadedImage } from './load.ts';
import { inParallel, maxLayers } from './parallel.ts';

/** The images of a `docker save` archive (moby, image/tarexport): manifest.json names configs, layers and tags. */
export async function loadDockerArchive(
  draft: Draft,
  files: ImageFiles,
  what: string,
  operation: Operation,
): Promise<LoadedImage[]> {
  const images = parseDockerArchive(await files.read('manifest.json', maxJsonBytes), `${what}: manifest.json`);
  if (images.length === 0) throw new SkiffError('invalid-argument', `${what}: manifest.json names no image`);
  const loaded: LoadedImage[] = [];
  for (const image of images) loaded.push(await loadImage(draft, files, image, what, operation));
  return loaded;
}

async function loadImage(
  draft: Draft,
  files: ImageFiles,
  image: DockerArchiveImage,
  what: string,
  operation: Operation,
): Promise<LoadedImage> {
  const references = image.repoTags.map(tagName);
  const content = await files.read(image.config, maxJsonBytes);
  const { diffIds, os } = parseImageConfig(content, `${what}: ${image.config}`);
  checkName(image.config, content, what);
  if (os !== '' && os !== 'linux')
    throw new SkiffError('invalid-argument', `${what}: an image for ${os}, not for linux`);
  if (diffIds.length !== image.layers.length)
    throw new SkiffError(
      'invalid-argument',
      `${what}: ${image.config} has ${diffIds.length} layers, not ${image.layers.length}`,
    );
  const layers: Descriptor[] = [];
  await inParallel(maxLayers, operation, [...image.layers.entries()], async ([index, name], own) => {
    own.report({ id: name, status: 'Loading layer', current: index + 1, total: image.layers.length });
    const expected = { what: `${what}: ${name}`, diffId: diffIds[index] ?? '' };
    layers[index] = await draft.receive(files.stream(name), expected, own);
  });
  const config = draft.put(content, mediaTypes.config);
  const manifest = draft.manifest(config, layers);
  const blobs = [config, manifest, ...layers].map(({ digest }) => digest);
  return { id: config.digest, manifest, diffIds, blobs, references };
}

/** A config is named by its digest, as `<hex>.json` or `blobs/sha256/<hex>`: another content is a damaged one. */
function checkName(name: string, content: Buffer, what: string): void {
  const expected = /(?:^|\/)([0-9a-f]{64})(?:\.json)?$/.exec(name)?.[1];
  if (expected !== undefined) checkDigest(content, expected, `${what}: ${name}`);
}
