import { SkiffError } from '../../lib/errors.ts';
import {
  manifestKind,
  maxJsonBytes,
  mediaTypes,
  parseImageConfig,
  parseIndex,
  parseManifest,
  type Descriptor,
} from '../../oci/image-config.ts';
import { choosePlatform, formatPlatform } from '../../oci/platform.ts';
import { tagName } from './import.ts';
import { checkDigest, receiveLayers, type LoadedImage, type Loading } from './loading.ts';
import { assertImageTypes, assertRunnable } from './runnable.ts';
import { phrase } from '../../lib/phrase.ts';

const maxNesting = 4;

/** The images of an OCI layout (image-spec, image-layout.md): every entry of index.json, and of an index the one for `wanted`. Of several, those that are for it. */
export async function loadLayout(loading: Loading): Promise<LoadedImage[]> {
  const { files, what } = loading;
  const entries = parseIndex(await files.read('index.json', maxJsonBytes), `${what}: index.json`);
  const images = new Map<string, LoadedImage>();
  for (const entry of entries.filter(isImage)) {
    const manifest = await choose(loading, entry, 0);
    const known = images.get(manifest.digest);
    const image = known ?? (await loadImage(loading, manifest));
    const name = nameOf(entry);
    if (name !== undefined && !image.references.includes(name)) image.references.push(name);
    images.set(manifest.digest, image);
  }
  if (images.size === 0) throw new SkiffError('invalid-argument', `${what}: index.json names no image`);
  return [...images.values()];
}

/** BuildKit's attestations look like images for no machine at all. */
function isImage({ platform }: Descriptor): boolean {
  return platform?.os !== 'unknown';
}

async function choose(loading: Loading, entry: Descriptor, depth: number): Promise<Descriptor> {
  const { what, wanted } = loading;
  const isIndex = entry.mediaType === mediaTypes.index || entry.mediaType === mediaTypes.dockerManifestList;
  if (!isIndex) return entry;
  if (depth >= maxNesting) throw new SkiffError('invalid-argument', `${what}: its indexes are nested too deep`);
  const inner = parseIndex(await readBlob(loading, entry), `${what}: ${entry.digest}`).filter(isImage);
  const chosen = choosePlatform(inner, wanted.platform);
  if (chosen) return choose(loading, chosen, depth + 1);
  const found = inner.flatMap(({ platform }) => (platform ? [formatPlatform(platform)] : [])).join(', ');
  const missing = phrase(
    '{0}: no image for {1} (there is {2})',
    what,
    formatPlatform(wanted.platform),
    found || 'none',
  );
  throw new SkiffError('not-found', missing, { hint: phrase('Choose with --platform.') });
}

async function loadImage(loading: Loading, entry: Descriptor): Promise<LoadedImage> {
  const { draft, what, wanted } = loading;
  const named = `${what}: manifest ${entry.digest}`;
  const bytes = await readBlob(loading, entry);
  const { mediaType } = manifestKind(bytes, entry.mediaType || mediaTypes.manifest, named);
  const parsed = parseManifest(bytes, named);
  assertImageTypes(parsed, named);
  const { config, layers } = parsed;
  const content = await readBlob(loading, config);
  const image = parseImageConfig(content, `${what}: config ${config.digest}`);
  assertRunnable(image, layers.length, wanted, named);
  const { diffIds } = image;
  const archived = layers.map(({ digest }) => ({ name: blobName(digest), id: digest, digest }));
  await receiveLayers(loading, archived, diffIds);
  draft.put(content, config.mediaType);
  const manifest = draft.put(bytes, mediaType);
  const blobs = [config, manifest, ...layers].map(({ digest }) => digest);
  return { id: config.digest, manifest, diffIds, blobs, references: [] };
}

async function readBlob({ files, what }: Loading, { digest }: Descriptor): Promise<Buffer> {
  const name = blobName(digest);
  const content = await files.read(name, maxJsonBytes);
  checkDigest(content, digest.replace('sha256:', ''), `${what}: ${name}`);
  return content;
}

function blobName(digest: string): string {
  return `blobs/${digest.replace(':', '/')}`;
}

/** A bare tag names nothing by itself: `latest` of what? */
function nameOf({ annotations }: Descriptor): string | undefined {
  const given = annotations?.['io.containerd.image.name'] ?? annotations?.['org.opencontainers.image.ref.name'];
  return given !== undefined && /[:/]/.test(given) ? tagName(given) : undefined;
}
