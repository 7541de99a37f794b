import { createReadStream, statSync } from 'node:fs';
import type { TarEntry, TarType } from '../../archive/tar-reader.ts';
import { writeTar } from '../../archive/tar-writer.ts';
import type { ImageStore, StoredImage } from '../../content/image-store.ts';
import { SkiffError } from '../../lib/errors.ts';
import type { Operation } from '../../lib/operation.ts';
import { mediaTypes, type Descriptor } from '../../oci/image-config.ts';
import { familiarName, fullName, parseReference } from '../../oci/reference.ts';
import { findImage } from './find.ts';
import { assertPlatform, wantedPlatform } from './wanted-platform.ts';
import { phrase } from '../../lib/phrase.ts';

const readBytes = 1024 * 1024;

/** What goes into an archive: an image, and the full names that it is asked for by. */
type Saved = { image: StoredImage; names: string[] };

/**
 * The bytes of an archive that is two in one, as Docker's since 25: an OCI layout (image-spec, image-layout.md) with the manifest.json of
 * `docker save`. A blob is in it once, as it is in the store: nothing is compressed or unpacked. Throws before the first byte when an
 * image is not there, or is for another platform than was asked for.
 */
export function saveImages(
  images: ImageStore,
  references: readonly string[],
  { platform }: { platform?: string },
  operation: Operation,
): { ids: string[]; bytes: AsyncIterable<Uint8Array> } {
  const wanted = wantedPlatform(platform);
  const saved = collect(images, references);
  for (const { image, names } of saved) assertPlatform(image.config, wanted, names[0] ?? image.id);
  return { ids: saved.map(({ image }) => image.id), bytes: bytesOf(images, saved, operation) };
}

/** Nobody's collection takes its blobs meanwhile. */
async function* bytesOf(
  images: ImageStore,
  saved: readonly Saved[],
  { signal, report }: Operation,
): AsyncGenerator<Uint8Array, void, undefined> {
  const unpin = await images.locked(() => images.pins.set({ blobs: [...blobsOf(saved)], layers: [] }));
  try {
    const total = [...blobsOf(saved)].reduce((sum, digest) => sum + statSync(images.blobPath(digest)).size, 0);
    let current = 0;
    for await (const chunk of writeTar(entriesOf(images, saved))) {
      signal.throwIfAborted();
      yield chunk;
      // The archive's own headers are beyond it.
      current = Math.min(total, current + chunk.length);
      report({ id: 'save', status: 'Saving', current, total });
    }
  } finally {
    unpin();
  }
}

function collect(store: ImageStore, references: readonly string[]): Saved[] {
  const saved = new Map<string, Saved>();
  const images = store.images();
  for (const reference of references)
    for (const { image, names } of meant(images, reference)) {
      const known = saved.get(image.id) ?? { image, names: [] };
      for (const name of names) if (!known.names.includes(name)) known.names.push(name);
      saved.set(image.id, known);
    }
  return [...saved.values()];
}

/** As Docker: a name without a tag is a whole repository, and an id brings no names. What could be both, as `cafe`, is a name where there is one. */
function meant(images: StoredImage[], text: string): Saved[] {
  if (text === '@host') throw new SkiffError('invalid-argument', phrase('@host is this machine: it can not be saved'));
  const image = /^(sha256:.*|[0-9a-f]{64})$/.test(text) ? undefined : parseReference(text);
  if (image && image.tag === undefined && image.digest === undefined) {
    const repository = `${fullName(image)}:`;
    const all = images.flatMap((one): Saved[] => {
      const names = one.references.filter((name) => name.startsWith(repository));
      return names.length > 0 ? [{ image: one, names }] : [];
    });
    if (all.length > 0) return all;
  }
  const found = findImage(images, text);
  const name = image?.tag === undefined ? undefined : fullName(image);
  return [{ image: found, names: name !== undefined && found.references.includes(name) ? [name] : [] }];
}

async function* entriesOf(store: ImageStore, saved: readonly Saved[]): AsyncGenerator<TarEntry, void, undefined> {
  const index = saved.flatMap(({ image, names }) => {
    const manifest = descriptorOf(store, image);
    return names.length > 0 ? names.map((name) => ({ ...manifest, annotations: annotationsOf(name) })) : [manifest];
  });
  const list = saved.map(({ image, names }) => ({
    Config: blobName(image.id),
    RepoTags: names.map((name) => familiarName(parseReference(name))),
    Layers: manifestOf(image).manifest.layers.map(({ digest }) => blobName(digest)),
  }));
  yield file('oci-layout', Buffer.from('{"imageLayoutVersion":"1.0.0"}'));
  yield file('index.json', json({ schemaVersion: 2, mediaType: mediaTypes.index, manifests: index }));
  yield file('manifest.json', json(list));
  yield entry('5', 'blobs', 0);
  yield entry('5', 'blobs/sha256', 0);
  for (const digest of blobsOf(saved)) yield blob(store, digest);
}

function blobsOf(saved: readonly Saved[]): Set<string> {
  return new Set(
    saved.flatMap(({ image }) => {
      const { digest, manifest } = manifestOf(image);
      return [digest, image.id, ...manifest.layers.map((layer) => layer.digest)];
    }),
  );
}

function manifestOf({ id, manifests }: StoredImage): StoredImage['manifests'][number] {
  const [manifest] = manifests;
  if (!manifest) throw new SkiffError('internal', `${id} has no manifest`);
  return manifest;
}

function descriptorOf(store: ImageStore, image: StoredImage): Descriptor {
  const { digest } = manifestOf(image);
  const known = store.entries().find((one) => one.manifest.digest === digest)?.manifest;
  if (!known) throw new SkiffError('not-found', `image ${image.id} has just been removed`);
  const { mediaType, size } = known;
  const { architecture, os, variant } = image.config;
  return { mediaType, digest, size, platform: { architecture, os, ...(variant === undefined ? {} : { variant }) } };
}

/** The whole name in both: by a tag alone nobody could ask for one of several images. */
function annotationsOf(name: string): Record<string, string> {
  return { 'io.containerd.image.name': name, 'org.opencontainers.image.ref.name': name };
}

function blob(store: ImageStore, digest: string): TarEntry {
  const path = store.blobPath(digest);
  const { size } = statSync(path);
  return {
    ...entry('0', blobName(digest), size),
    content: () => createReadStream(path, { highWaterMark: readBytes }) as AsyncIterable<Buffer>,
  };
}

function file(name: string, content: Buffer): TarEntry {
  async function* once(): AsyncGenerator<Buffer, void, undefined> {
    yield content;
  }
  return { ...entry('0', name, content.length), content: once };
}

/** The same bytes for the same images, whenever they are saved. */
function entry(type: TarType, name: string, size: number): TarEntry {
  const none = { uid: 0, gid: 0, mtimeSeconds: 0, mtimeNanoseconds: 0, major: 0, minor: 0, offset: 0 };
  async function* nothing(): AsyncGenerator<Buffer, void, undefined> {
    // A directory has no content.
  }
  return {
    ...none,
    ...{ type, path: Buffer.from(name), linkName: Buffer.alloc(0), mode: type === '5' ? 0o755 : 0o644, size },
    ...{ xattrs: [], content: nothing },
  };
}

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const blobName = (digest: string): string => `blobs/${digest.replace(':', '/')}`;
