import { createHash } from 'node:crypto';
import type { ImageFiles } from '../../archive/image-files.ts';
import { SkiffError } from '../../lib/errors.ts';
import type { Operation } from '../../lib/operation.ts';
import {
  maxJsonBytes,
  mediaTypes,
  parseImageConfig,
  parseIndex,
  parseManifest,
  type Descriptor,
} from '../../oci/image-config.ts';
import { ociArchitecture, tagName } from './import.ts';
import type { Draft } from './draft.ts';
import type { LoadedImage } from './load.ts';
import { inParallel, maxLayers } from './parallel.ts';

const maxNesting = 4;

/** The images of an OCI layout (image-spec, image-layout.md): every entry of index.json, and of an index the one for this machine. */
export async function loadLayout(
  draft: Draft,
  files: ImageFiles,
  what: string,
  operation: Operation,
): Promise<LoadedImage[]> {
  const entries = parseIndex(await files.read('index.json', maxJsonBytes), `${what}: index.json`);
  const images = new Map<string, LoadedImage>();
  for (const entry of entries.filter(isImage)) {
    const manifest = await choose(files, entry, what, 0);
    const known = images.get(manifest.digest);
    const image = known ?? (await loadImage(draft, files, manifest, what, operation));
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

async function choose(files: ImageFiles, entry: Descriptor, what: string, depth: number): Promise<Descriptor> {
  const isIndex = entry.mediaType === mediaTypes.index || entry.mediaType === mediaTypes.dockerManifestList;
  if (!isIndex) return entry;
  if (depth >= maxNesting) throw new SkiffError('invalid-argument', `${what}: its indexes are nested too deep`);
  const inner = parseIndex(await readBlob(files, entry, what), `${what}: ${entry.digest}`).filter(isImage);
  const fits = ({ platform }: Descriptor): boolean =>
    platform === undefined || (platform.os === 'linux' && platform.architecture === ociArchitecture());
  const chosen = inner.find(fits);
  if (chosen) return choose(files, chosen, what, depth + 1);
  const found = inner.map(({ platform }) => `${platform?.os}/${platform?.architecture}`).join(', ');
  throw new SkiffError('not-found', `${what}: no image for linux/${ociArchitecture()} (there is ${found || 'none'})`);
}

async function loadImage(
  draft: Draft,
  files: ImageFiles,
  entry: Descriptor,
  what: string,
  operation: Operation,
): Promise<LoadedImage> {
  const bytes = await readBlob(files, entry, what);
  const { config, layers } = parseManifest(bytes, `${what}: manifest ${entry.digest}`);
  const content = await readBlob(files, config, what);
  const { diffIds } = parseImageConfig(content, `${what}: config ${config.digest}`);
  if (diffIds.length !== layers.length || layers.length === 0)
    throw new SkiffError('invalid-argument', `${what}: ${entry.digest} is not an image that can be run`);
  await inParallel(maxLayers, operation, [...layers.entries()], async ([index, layer], own) => {
    own.report({ id: layer.digest, status: 'Loading layer', current: index + 1, total: layers.length });
    const name = blobName(layer.digest);
    const expected = { what: `${what}: ${name}`, diffId: diffIds[index] ?? '', digest: layer.digest };
    await draft.receive(files.stream(name), expected, own);
  });
  draft.put(content, config.mediaType);
  const manifest = draft.put(bytes, entry.mediaType || mediaTypes.manifest);
  const blobs = [config, manifest, ...layers].map(({ digest }) => digest);
  return { id: config.digest, manifest, diffIds, blobs, references: [] };
}

async function readBlob(files: ImageFiles, { digest }: Descriptor, what: string): Promise<Buffer> {
  const name = blobName(digest);
  const content = await files.read(name, maxJsonBytes);
  checkDigest(content, digest.replace('sha256:', ''), `${what}: ${name}`);
  return content;
}

/** Throws invalid-argument when `content` has another sha256 (hex). */
export function checkDigest(content: Uint8Array, expected: string, what: string): void {
  const found = createHash('sha256').update(content).digest('hex');
  if (found !== expected) throw new SkiffError('invalid-argument', `${what}: its digest is sha256:${found}`);
}

function blobName(digest: string): string {
  return `blobs/${digest.replace(':', '/')}`;
}

/** A bare tag names nothing by itself: `latest` of what? */
function nameOf({ annotations }: Descriptor): string | undefined {
  const given = annotations?.['io.containerd.image.name'] ?? annotations?.['org.opencontainers.image.ref.name'];
  return given !== undefined && /[:/]/.test(given) ? tagName(given) : undefined;
}
