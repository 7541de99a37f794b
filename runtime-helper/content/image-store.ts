import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { syncDirectory, writeAtomic } from '../lib/atomic-file.ts';
import { errnoOf, SkiffError } from '../lib/errors.ts';
import {
  mediaTypes,
  parseImageConfig,
  parseIndex,
  parseManifest,
  type Descriptor,
  type ImageConfig,
  type Manifest,
} from '../oci/image-config.ts';
import { withFileLock, type LockPatience } from '../lib/file-lock.ts';
import { sweepTemporary, temporaryPath } from '../lib/temporary-file.ts';
import { Pins } from './pins.ts';
import { namesIn } from '../lib/names-in.ts';

/**
 * One line of index.json: a manifest, and the one name that it has there: `docker.io/library/alpine:latest`, or `…/alpine@sha256:…`
 * for what was asked for by digest. `digest` is what its registry has under that name: the manifest's own, or that of an index.
 */
export type IndexEntry = { manifest: Descriptor; reference?: string; digest?: string };

/** An image: a config, and every name and manifest that lead to it. */
export type StoredImage = {
  /** `sha256:…` of the config. */
  id: string;
  config: ImageConfig;
  /** Full names with a tag, `docker.io/library/alpine:latest`; empty for an untagged image. */
  references: string[];
  /** Full names with the digest that a registry has for it, `docker.io/library/alpine@sha256:…`. */
  digests: string[];
  manifests: { digest: string; manifest: Manifest }[];
};

const fullNameKey = 'io.containerd.image.name';
/** The whole name here, too: by a tag alone nobody could ask for one of several images (image-spec, annotations.md). */
const refNameKey = 'org.opencontainers.image.ref.name';
const digestKey = 'io.github.skiff-containers.image.digest';

/**
 * The store's images: an OCI image layout (image-spec, image-layout.md) in `<root>/images`, so that skopeo, podman and
 * others can read it. A blob is there before anything names it; index.json changes by rename under a lock.
 */
export class ImageStore {
  readonly folder: string;
  readonly pins: Pins;
  readonly #root: string;
  #cache: { key: string; images: StoredImage[] } | undefined;
  /** Blobs never change: what was parsed once stays true. */
  readonly #configs = new Map<string, ImageConfig>();
  readonly #manifests = new Map<string, Manifest>();

  /** `root` is the store's. */
  constructor(root: string) {
    this.#root = root;
    this.folder = join(root, 'images');
    this.pins = new Pins(join(root, 'pins'));
  }

  /** All images, in the order of index.json. Costs one stat(2) when nothing has changed. */
  images(): StoredImage[] {
    const status = statSync(this.#indexPath, { bigint: true, throwIfNoEntry: false });
    const key = status ? `${status.mtimeNs} ${status.size} ${status.ino}` : 'none';
    if (this.#cache?.key !== key) this.#cache = { key, images: this.#group(this.entries()) };
    return this.#cache.images;
  }

  blobPath(digest: string): string {
    return join(this.folder, 'blobs', digest.replace(':', '/'));
  }

  hasBlob(digest: string): boolean {
    return existsSync(this.blobPath(digest));
  }

  /** A name in the blobs' folder for content whose digest is not known yet. */
  temporaryPath(): string {
    this.#prepare();
    return temporaryPath(`${this.#blobs}/`);
  }

  /** Gives a complete, synced temporary file its name. */
  adopt(temporary: string, digest: string): void {
    renameSync(temporary, this.blobPath(digest));
    syncDirectory(dirname(this.blobPath(digest)));
  }

  /** Stores a small blob. */
  put(content: Uint8Array, mediaType: string): Descriptor {
    this.#prepare();
    const digest = `sha256:${createHash('sha256').update(content).digest('hex')}`;
    if (!this.hasBlob(digest)) writeAtomic(this.blobPath(digest), content, { durable: true });
    return { mediaType, digest, size: content.length };
  }

  /** `layers/<diffID>` of a layer that the native program has unpacked. */
  layerPath(diffId: string): string {
    return join(this.#root, 'layers', diffId);
  }

  /** Bytes of an unpacked layer; 0 when nobody has written them down. */
  layerSize(diffId: string): number {
    try {
      return Number(readFileSync(this.#sizePath(diffId), 'utf8')) || 0;
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return 0;
      throw error;
    }
  }

  recordLayerSize(diffId: string, bytes: number): void {
    mkdirSync(dirname(this.#sizePath(diffId)), { recursive: true });
    writeAtomic(this.#sizePath(diffId), `${bytes}\n`, { durable: false });
  }

  forgetLayerSize(diffId: string): void {
    rmSync(this.#sizePath(diffId), { force: true });
  }

  /** Keeps everybody else from fetching the same blob. Waits for as long as it takes. */
  fetching<T>(digest: string, work: () => Promise<T>, patience: LockPatience): Promise<T> {
    return withFileLock(join(this.pins.folder, `${digest.replace(':', '-')}.lock`), work, patience);
  }

  /** Keeps other helpers from changing images while `work` runs. Not reentrant. */
  locked<T>(work: () => T | Promise<T>): Promise<T> {
    return withFileLock(join(this.#root, 'images.lock'), work);
  }

  /** Reads and rewrites index.json; only inside `locked`. */
  update(change: (entries: IndexEntry[]) => IndexEntry[]): void {
    this.#prepare();
    const manifests = change(this.entries()).map(({ manifest, reference, digest }) => ({
      mediaType: manifest.mediaType,
      digest: manifest.digest,
      size: manifest.size,
      ...(reference === undefined
        ? {}
        : {
            annotations: {
              ...{ [fullNameKey]: reference, [refNameKey]: reference },
              ...(digest === undefined ? {} : { [digestKey]: digest }),
            },
          }),
    }));
    const index = { schemaVersion: 2, mediaType: mediaTypes.index, manifests };
    writeAtomic(this.#indexPath, `${JSON.stringify(index, undefined, 2)}\n`, { durable: true });
  }

  /**
   * What is on the disk, whoever needs it: digests of blobs, and diffIDs of unpacked layers (hex). `unfinished`: there are layers that are on their
   * way in or out, or were when somebody died.
   */
  inventory(): { blobs: string[]; layers: string[]; unfinished: boolean } {
    this.#prepare();
    const layers = namesIn(join(this.#root, 'layers'));
    return {
      blobs: namesIn(this.#blobs)
        .filter(isHex)
        .map((name) => `sha256:${name}`),
      layers: layers.filter(isHex),
      unfinished: layers.some((name) => name.startsWith('.')),
    };
  }

  /** Deletes files whose makers have died, or that speak of a layer that is gone. Returns their bytes. */
  sweep(): number {
    // In this order: a layer is there before its size is written down.
    const sizes = namesIn(this.#sizes).filter(isHex);
    const layers = new Set(namesIn(join(this.#root, 'layers')));
    for (const diffId of sizes) if (!layers.has(diffId)) this.forgetLayerSize(diffId);
    this.pins.sweep();
    return [this.folder, this.#blobs, this.#sizes].reduce((bytes, folder) => bytes + sweepTemporary(folder), 0);
  }

  get #blobs(): string {
    return join(this.folder, 'blobs/sha256');
  }

  get #sizes(): string {
    return join(this.folder, 'unpacked');
  }

  get #indexPath(): string {
    return join(this.folder, 'index.json');
  }

  #sizePath(diffId: string): string {
    return join(this.#sizes, diffId);
  }

  #prepare(): void {
    mkdirSync(this.#blobs, { recursive: true });
    const marker = join(this.folder, 'oci-layout');
    if (!existsSync(marker)) writeAtomic(marker, '{"imageLayoutVersion":"1.0.0"}\n', { durable: true });
  }

  /** All lines of index.json. */
  entries(): IndexEntry[] {
    let bytes: Buffer;
    try {
      bytes = readFileSync(this.#indexPath);
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return [];
      throw error;
    }
    return parseIndex(bytes, this.#indexPath).map((manifest) => {
      const reference = manifest.annotations?.[fullNameKey];
      const digest = manifest.annotations?.[digestKey];
      return {
        manifest,
        ...(reference === undefined ? {} : { reference }),
        ...(digest === undefined ? {} : { digest }),
      };
    });
  }

  #group(entries: IndexEntry[]): StoredImage[] {
    const images = new Map<string, StoredImage>();
    for (const { manifest: descriptor, reference, digest } of entries) {
      const manifest = this.manifest(descriptor.digest);
      const id = manifest.config.digest;
      const image = images.get(id) ?? { id, config: this.config(id), references: [], digests: [], manifests: [] };
      if (reference !== undefined && !reference.includes('@')) image.references.push(reference);
      const canonical = reference === undefined ? undefined : canonicalName(reference, digest);
      if (canonical !== undefined && !image.digests.includes(canonical)) image.digests.push(canonical);
      if (!image.manifests.some((one) => one.digest === descriptor.digest))
        image.manifests.push({ digest: descriptor.digest, manifest });
      images.set(id, image);
    }
    return [...images.values()];
  }

  /** A stored manifest. Throws invalid-argument when the file is not one. */
  manifest(digest: string): Manifest {
    const known = this.#manifests.get(digest);
    if (known) return known;
    const manifest = parseManifest(this.read(digest), `manifest ${digest}`);
    this.#manifests.set(digest, manifest);
    return manifest;
  }

  /** An image's, by its id. */
  config(digest: string): ImageConfig {
    const known = this.#configs.get(digest);
    if (known) return known;
    const config = parseImageConfig(this.read(digest), `config ${digest}`);
    this.#configs.set(digest, config);
    return config;
  }

  /** A small blob. */
  read(digest: string): Buffer {
    try {
      return readFileSync(this.blobPath(digest));
    } catch (cause) {
      throw new SkiffError('internal', `${this.folder}: blob ${digest} can't be read`, { cause });
    }
  }
}

const isHex = (name: string): boolean => /^[0-9a-f]{64}$/.test(name);

/** `…/alpine:3` and the digest that it has → `…/alpine@sha256:…`. */
export function canonicalName(reference: string, digest: string | undefined): string | undefined {
  if (reference.includes('@') || digest === undefined) return reference.includes('@') ? reference : undefined;
  const colon = reference.indexOf(':', reference.lastIndexOf('/') + 1);
  return `${colon < 0 ? reference : reference.slice(0, colon)}@${digest}`;
}
