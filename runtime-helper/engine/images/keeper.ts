import { existsSync, rmSync, statSync } from 'node:fs';
import type { ImageStore } from '../../content/image-store.ts';
import { readFile } from '../../lib/file-bytes.ts';
import type { Operation } from '../../lib/operation.ts';
import type { Spawner } from '../../sys/spawner.ts';
import { BlobFile, type Spooled, type SyncFollows } from './blob-file.ts';
import { LayerUnpacker } from './layer-unpacker.ts';

/** Brings blobs and layers onto the disk, and takes away what nothing names. */
export class ImageKeeper {
  readonly images: ImageStore;
  readonly #spawner: () => Promise<Spawner>;
  readonly #unpacker: LayerUnpacker;

  /** `run` is the store's: the folder of the sockets. */
  constructor(parts: { images: ImageStore; run: string; spawner: () => Promise<Spawner> }) {
    this.images = parts.images;
    this.#spawner = parts.spawner;
    this.#unpacker = new LayerUnpacker(parts);
  }

  /**
   * Stores a layer's blob and unpacks it while it comes; what is not said of it is found out on the way. Neither the file is complete nor has the
   * layer its name before both digests are what they were said to be: else this throws invalid-argument, and nothing is left.
   */
  async receive(
    source: AsyncIterable<Uint8Array>,
    { what, digest, diffId }: ExpectedLayer,
    operation: Operation,
  ): Promise<{ spooled: Spooled; diffId: string }> {
    const path = this.images.temporaryPath();
    const file = new BlobFile(path);
    try {
      const unpacking = {
        ...{ source: file.copying(source), what },
        ...(diffId === undefined ? {} : { diffId }),
        verify: (how: SyncFollows) => file.finish(what, how, digest),
        blobDigest: () => file.digest,
      };
      const found = await this.#unpacker.unpack(unpacking, operation);
      return { spooled: { path, digest: file.digest, size: file.size }, diffId: found };
    } catch (error) {
      rmSync(path, { force: true });
      throw error;
    } finally {
      await file.close();
    }
  }

  /**
   * Unpacks a layer, unless it is there already; in any case its content is `diffId` then, or this throws invalid-argument and
   * nothing is left.
   */
  async apply(path: string, what: string, diffId: string, operation: Operation): Promise<void> {
    await this.#unpacker.unpack({ source: readFile(path), what, diffId, verify: async () => {} }, operation);
  }

  /**
   * Deletes all that no image has and nobody waits for (`inUse`: diffIDs that containers need), and files of processes that died. Only inside
   * `images.locked`. While somebody brings in images that are not known yet, anything may be his: then only those files go.
   */
  async collectAll(inUse: ReadonlySet<string>, operation: Operation): Promise<{ layers: string[]; bytes: number }> {
    const { blobs, unfinished, ...found } = this.images.inventory();
    // The native program knows whose they are.
    if (unfinished) await (await this.#spawner()).request(['remove-layer']);
    const layers = found.layers.filter((diffId) => !inUse.has(diffId));
    const bytes = this.images.sweep();
    if (this.images.pins.live().unsaid) return { layers: [], bytes };
    const sizes = new Map(layers.map((diffId) => [`sha256:${diffId}`, this.images.layerSize(diffId)]));
    const packed = blobs.reduce((sum, digest) => sum + sizeOf(this.images.blobPath(digest)), 0);
    const deleted = await this.collect(blobs, layers);
    const left = blobs.reduce((sum, digest) => sum + sizeOf(this.images.blobPath(digest)), 0);
    const unpacked = deleted.reduce((sum, diffId) => sum + (sizes.get(diffId) ?? 0), 0);
    operation.log('info', `collected ${deleted.length} layers and ${packed - left} bytes of blobs`);
    return { layers: deleted, bytes: bytes + packed - left + unpacked };
  }

  /** Deletes those of the given that no image has and nobody waits for. Only inside `images.locked`. Returns which layers were deleted. */
  async collect(blobs: Iterable<string>, layers: Iterable<string>): Promise<string[]> {
    const images = this.images.images();
    const liveBlobs = new Set(
      images.flatMap(({ id, manifests }) => [
        id,
        ...manifests.flatMap(({ digest, manifest }) => [digest, ...manifest.layers.map((layer) => layer.digest)]),
      ]),
    );
    const liveLayers = new Set(images.flatMap(({ config }) => config.diffIds));
    const pinned = this.images.pins.live();
    const deleted: string[] = [];
    for (const diffId of new Set(layers)) {
      if (
        pinned.unsaid ||
        liveLayers.has(diffId) ||
        pinned.layers.has(diffId) ||
        !existsSync(this.images.layerPath(diffId))
      )
        continue;
      await (await this.#spawner()).request(['remove-layer', diffId]);
      this.images.forgetLayerSize(diffId);
      deleted.push(`sha256:${diffId}`);
    }
    for (const digest of new Set(blobs))
      if (!pinned.unsaid && !liveBlobs.has(digest) && !pinned.blobs.has(digest))
        rmSync(this.images.blobPath(digest), { force: true });
    return deleted;
  }
}

/** What a layer's blob has to be, in both its forms (diffID: hex). Absent: whatever it is. */
export type ExpectedLayer = { what: string; digest?: string; diffId?: string };

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;
