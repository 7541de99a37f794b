import type { ImageStore, IndexEntry } from '../../content/image-store.ts';
import { SkiffError } from '../../lib/errors.ts';
import { readFile } from '../../lib/file-bytes.ts';
import type { Operation } from '../../lib/operation.ts';
import type { Descriptor } from '../../oci/image-config.ts';
import { familiarName, fullName, parseReference, withDefaultTag, type Reference } from '../../oci/reference.ts';
import type { Registries } from '../../registry/registries.ts';
import type { Repository } from '../../registry/repository.ts';
import { retrying } from '../../registry/retry.ts';
import type { OpenBlob } from '../../registry/upload.ts';
import type { PushedImage } from '../types.ts';
import { inParallel } from './parallel.ts';
import { assertPlatform, wantedPlatform } from './wanted-platform.ts';
import { phrase } from '../../lib/phrase.ts';

/** As many layers at a time as Docker sends. */
const maxUploads = 5;

type Push = { images: ImageStore; registries: Registries; operation: Operation };
type Item = { blob: Descriptor; id: string };

/** Sends an image to the registry of its name, but for blobs that are there already. */
export async function pushImage(push: Push, text: string, platform: string | undefined): Promise<PushedImage> {
  const { images, registries, operation } = push;
  const reference = withDefaultTag(parseReference(text));
  if (reference.digest !== undefined)
    throw new SkiffError('invalid-argument', phrase('cannot push a digest reference'));
  const entry = findEntry(images, reference);
  const { config, layers } = images.manifest(entry.manifest.digest);
  assertPlatform(images.config(config.digest), wantedPlatform(platform), familiarName(reference));
  const blobs = [config.digest, entry.manifest.digest, ...layers.map(({ digest }) => digest)];
  const unpin = await images.locked(() => images.pins.set({ blobs, layers: [] }));
  try {
    const repository = registries.forPush(reference);
    const items = layers.map((blob, index): Item => ({ blob, id: idOf(images, config, index) }));
    for (const { id } of items) operation.report({ id, status: 'Preparing' });
    await inParallel(maxUploads, operation, withoutDoubles(items), (item, own) =>
      sendBlob({ ...push, operation: own }, repository, reference, item),
    );
    await sendBlob(push, repository, reference, { blob: config, id: '' });
    const { digest, mediaType, size } = entry.manifest;
    const manifest = { bytes: images.read(digest), mediaType, digest };
    const tag = reference.tag ?? 'latest';
    await retrying(registries.patience, operation.signal, () =>
      repository.putManifest(tag, manifest, operation.signal),
    );
    await remember(images, fullName(reference), digest);
    return { name: familiarName(reference), tag, digest, size };
  } finally {
    unpin();
  }
}

async function sendBlob(push: Push, repository: Repository, reference: Reference, { blob, id }: Item): Promise<void> {
  const { images, registries, operation } = push;
  const { signal } = operation;
  const say = (status: string): void => (id === '' ? undefined : operation.report({ id, status }));
  await retrying(registries.patience, signal, async () => {
    if (await repository.hasBlob(blob.digest, signal)) return say('Layer already exists');
    const neighbour = neighbourWith(images, reference, blob.digest);
    const upload = await repository.beginUpload(blob.digest, neighbour, signal);
    if (!upload) return say(neighbour === undefined ? 'Layer already exists' : `Mounted from ${neighbour}`);
    const path = images.blobPath(blob.digest);
    const open: OpenBlob = (from, to) => counted(readFile(path, from, to), { from, total: blob.size, id }, operation);
    await upload.send(blob, open, { patience: registries.patience }, signal);
    say('Pushed');
  });
}

/** Tells how far it is. */
async function* counted(
  bytes: AsyncIterable<Uint8Array>,
  { from, total, id }: { from: number; total: number; id: string },
  operation: Operation,
): AsyncGenerator<Uint8Array> {
  let current = from;
  for await (const chunk of bytes) {
    yield chunk;
    current += chunk.length;
    if (id !== '') operation.report({ id, status: 'Pushing', current, total });
  }
}

function findEntry(images: ImageStore, reference: Reference): IndexEntry {
  const name = fullName(reference);
  const entries = images.entries();
  const entry = entries.find((one) => one.reference === name);
  if (entry) return entry;
  const { domain, path } = reference;
  const repository = familiarName({ domain, path });
  const knowsOthers = entries.some((one) => one.reference?.startsWith(`${domain}/${path}:`));
  throw new SkiffError(
    'not-found',
    knowsOthers
      ? phrase('tag does not exist: {0}', familiarName(reference))
      : phrase('An image does not exist locally with the tag: {0}', repository),
  );
}

/** Another repository of the same registry from which we have an image with this blob: it need not travel. */
function neighbourWith(images: ImageStore, { domain, path }: Reference, digest: string): string | undefined {
  for (const { reference, manifest } of images.entries()) {
    // Only what came from there, or went there, is known to be there.
    if (reference === undefined) continue;
    const other = parseReference(reference);
    if (other.domain !== domain || other.path === path) continue;
    if (images.manifest(manifest.digest).layers.some((layer) => layer.digest === digest)) return other.path;
  }
  return undefined;
}

function withoutDoubles(items: readonly Item[]): Item[] {
  return items.filter(({ blob }, at) => items.findIndex((one) => one.blob.digest === blob.digest) === at);
}

/** As Docker names layers that it pushes: by what they are without compression. */
function idOf(images: ImageStore, config: Descriptor, index: number): string {
  const image = images.images().find(({ id }) => id === config.digest);
  return (image?.config.diffIds[index] ?? '').slice(0, 12);
}

/** The image has a digest in that repository from now on. */
function remember(images: ImageStore, name: string, digest: string): Promise<void> {
  return images.locked(() =>
    images.update((entries) =>
      entries.map((one) => (one.reference === name && one.manifest.digest === digest ? { ...one, digest } : one)),
    ),
  );
}
