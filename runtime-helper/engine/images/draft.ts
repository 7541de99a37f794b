import { existsSync } from 'node:fs';
import { compressionOfFile } from '../../archive/decompress.ts';
import type { Pinned } from '../../content/pins.ts';
import { canonicalName, type IndexEntry } from '../../content/image-store.ts';
import { SkiffError } from '../../lib/errors.ts';
import type { Operation } from '../../lib/operation.ts';
import { mediaTypes, type Descriptor } from '../../oci/image-config.ts';
import type { Spooled } from './blob-file.ts';
import type { ExpectedLayer, ImageKeeper } from './keeper.ts';
import { phrase } from '../../lib/phrase.ts';

/** An image to be: its manifest, the diffIDs of its layers (hex), the full names that it gets, and the digest that its registry has for it. */
export type NewImage = {
  manifest: Descriptor;
  diffIds: string[];
  blobs: string[];
  references: string[];
  digest?: string;
};

/** What is brought in by one import or load: all of it becomes images at once, or nothing of it stays. */
export class Draft {
  readonly #keeper: ImageKeeper;
  readonly #blobs: string[] = [];
  readonly #layers: string[] = [];

  constructor(keeper: ImageKeeper) {
    this.#keeper = keeper;
  }

  /**
   * Runs `work`, and takes back what it brought in when it fails. Nobody's collection takes what it needs meanwhile: `needs`, or anything where
   * that is not known yet.
   */
  static async run<T>(
    keeper: ImageKeeper,
    operation: Operation,
    work: (draft: Draft) => Promise<T>,
    needs: Pinned = { blobs: [], layers: [], unsaid: true },
  ): Promise<T> {
    const draft = new Draft(keeper);
    const unpin = await keeper.images.locked(() => keeper.images.pins.set(needs));
    try {
      return await work(draft);
    } catch (error) {
      unpin();
      await draft
        .#abandon()
        .catch((second: unknown) => operation.log('warn', `after a failed import: ${String(second)}`));
      throw error;
    } finally {
      unpin();
    }
  }

  put(content: Uint8Array, mediaType: string): Descriptor {
    const blob = this.#keeper.images.put(content, mediaType);
    this.#blobs.push(blob.digest);
    return blob;
  }

  /**
   * Stores and unpacks a layer while it comes, and gives it its name among the blobs. Throws invalid-argument when its content is not
   * `diffId`'s, or its bytes are not `digest`'s.
   */
  async receive(
    source: AsyncIterable<Uint8Array>,
    layer: ExpectedLayer,
    operation: Operation,
  ): Promise<{ descriptor: Descriptor; diffId: string }> {
    // Remembered first: when it fails half-way it may be there.
    if (layer.diffId !== undefined) this.#layers.push(layer.diffId);
    const { spooled, diffId } = await this.#keeper.receive(source, layer, operation);
    if (layer.diffId === undefined) this.#layers.push(diffId);
    return { descriptor: this.#adopt(spooled, layer.what), diffId };
  }

  /** Unpacks a layer whose blob is there already. */
  async unpack({ digest, diffId, what }: Required<ExpectedLayer>, operation: Operation): Promise<void> {
    this.#layers.push(diffId);
    await this.#keeper.apply(this.#keeper.images.blobPath(digest), what, diffId, operation);
  }

  /** Makes a manifest of ours for a config and its layers, bottom first. */
  manifest(config: Descriptor, layers: Descriptor[]): Descriptor {
    const manifest = { schemaVersion: 2, mediaType: mediaTypes.manifest, config, layers };
    return this.put(Buffer.from(JSON.stringify(manifest)), mediaTypes.manifest);
  }

  /** Names the images. A name that another image had is taken from it: returns its id, by that name. */
  async commit(images: NewImage[]): Promise<Map<string, string>> {
    const store = this.#keeper.images;
    return store.locked(() => {
      for (const { diffIds, blobs } of images) {
        // Another helper may have removed an image that shared them, before ours could be seen to need them.
        const whole =
          diffIds.every((id) => existsSync(store.layerPath(id))) && blobs.every((blob) => store.hasBlob(blob));
        if (!whole) throw new SkiffError('unavailable', phrase('a layer was removed at the same time; try again'));
      }
      const before = new Map(store.images().flatMap(({ id, references }) => references.map((name) => [name, id])));
      store.update((entries) => images.reduce(withImage, entries));
      const after = new Map(store.images().flatMap(({ id, references }) => references.map((name) => [name, id])));
      return new Map([...before].filter(([name, id]) => after.has(name) && after.get(name) !== id));
    });
  }

  #adopt({ path, digest, size }: Spooled, what: string): Descriptor {
    const mediaType = layerMediaType(path, what);
    this.#blobs.push(digest);
    this.#keeper.images.adopt(path, digest);
    return { mediaType, digest, size };
  }

  async #abandon(): Promise<void> {
    await this.#keeper.images.locked(() => this.#keeper.collect(this.#blobs, this.#layers));
  }
}

/** The lines of index.json once an image has its names. */
export function withImage(entries: IndexEntry[], { manifest, references, digest }: NewImage): IndexEntry[] {
  const taken = new Set(references);
  const untagged = entries.flatMap((entry): IndexEntry[] => {
    if (entry.reference === undefined || !taken.has(entry.reference)) return [entry];
    return entry.manifest.digest === manifest.digest ? [] : [withoutTag(entry)];
  });
  const named = references.map((reference) => ({ manifest, reference, ...(digest === undefined ? {} : { digest }) }));
  return withoutSpareEntries([...untagged, ...(named.length > 0 ? named : [{ manifest }])]);
}

/** As Docker: what came from a registry can still be asked for by its digest there. */
function withoutTag({ manifest, reference = '', digest }: IndexEntry): IndexEntry {
  const canonical = canonicalName(reference, digest);
  return canonical === undefined ? { manifest } : { manifest, reference: canonical };
}

/** A manifest needs a line without a name only while it has none with one. */
export function withoutSpareEntries(entries: IndexEntry[]): IndexEntry[] {
  const named = new Set(
    entries.filter(({ reference }) => reference !== undefined).map(({ manifest }) => manifest.digest),
  );
  const seen = new Set<string>();
  return entries.filter(({ manifest: { digest }, reference }) => {
    const key = `${digest} ${reference ?? ''}`;
    if (seen.has(key) || (reference === undefined && named.has(digest))) return false;
    seen.add(key);
    return true;
  });
}

function layerMediaType(path: string, what: string): string {
  const { layer, layerGzip, layerZstd } = mediaTypes;
  return { none: layer, gzip: layerGzip, zstd: layerZstd }[compressionOfFile(path, what)];
}
