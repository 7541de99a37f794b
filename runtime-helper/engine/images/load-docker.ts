import { SkiffError } from '../../lib/errors.ts';
import {
  maxJsonBytes,
  mediaTypes,
  parseDockerArchive,
  parseImageConfig,
  type DockerArchiveImage,
} from '../../oci/image-config.ts';
import { tagName } from './import.ts';
import { checkDigest, receiveLayers, type LoadedImage, type Loading } from './loading.ts';
import { assertRunnable } from './runnable.ts';

/** The images of a `docker save` archive (moby, image/tarexport): manifest.json names configs, layers and tags. */
export async function loadDockerArchive(loading: Loading): Promise<LoadedImage[]> {
  const { files, what } = loading;
  const images = parseDockerArchive(await files.read('manifest.json', maxJsonBytes), `${what}: manifest.json`);
  if (images.length === 0) throw new SkiffError('invalid-argument', `${what}: manifest.json names no image`);
  const loaded: LoadedImage[] = [];
  for (const image of images) loaded.push(await loadImage(loading, image));
  return loaded;
}

async function loadImage(loading: Loading, image: DockerArchiveImage): Promise<LoadedImage> {
  const { draft, files, wanted } = loading;
  const what = `${loading.what}: ${image.config}`;
  const references = image.repoTags.map(tagName);
  const content = await files.read(image.config, maxJsonBytes);
  const config = parseImageConfig(content, what);
  checkName(image.config, content, what);
  assertRunnable(config, image.layers.length, wanted, what);
  const named = image.layers.map((name) => ({ name, id: name }));
  const layers = await receiveLayers(loading, named, config.diffIds);
  const stored = draft.put(content, mediaTypes.config);
  const manifest = draft.manifest(stored, layers);
  const blobs = [stored, manifest, ...layers].map(({ digest }) => digest);
  return { id: stored.digest, manifest, diffIds: config.diffIds, blobs, references };
}

/** A config is named by its digest, as `<hex>.json` or `blobs/sha256/<hex>`: another content is a damaged one. */
function checkName(name: string, content: Buffer, what: string): void {
  const expected = /(?:^|\/)([0-9a-f]{64})(?:\.json)?$/.exec(name)?.[1];
  if (expected !== undefined) checkDigest(content, expected, what);
}
