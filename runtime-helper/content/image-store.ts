import { createHash, randomBytes } from 'node:crypto';
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
import { withFileLock } from './file-lock.ts';

/** One line of index.json: a manifest, and the one name that it has there. */
export type IndexEntry = { manifest: Descriptor; reference?: string };

/** An image: a config, and every name and manifest that lead to it. */
export type StoredImage = {
  /** `sha256:…` of the config. */
  id: string;
  config: ImageConfig;
  /** Full names, `docker.io/library/alpine:latest`; empty for an untagged image. */
  references: string[];
  manifests: { digest: string; manifest: Manifest }[];
};

const fullNameKey = 'io.containerd.image.name';
const refNameKey = 'org.opencontainers.image.ref.name';

/**
 * The store's images: an OCI image layout (image-spec, image-layout.md) in `<root>/images`, so that skopeo, podman and
 * others can read it. A blob is there before anything names it; index.json changes by rename under a lock.
 */
export class ImageStore {
  readonly folder: string;
  readonly #root: string;
  #cache: { key: string; images: StoredImage[] } | undefined;
  /** Blobs never change: what was parsed once stays true. */
  readonly #configs = new Map<string, ImageConfig>();
  readonly #manifests = new Map<string, Manifest>();

  /** `root` is the store's. */
  constructor(root: string) {
    this.#root = root;
    this.folder = join(root, 'images');
  }

  /** All images, in the order of index.json. Costs one stat(2) when nothing has changed. */
  images(): StoredImage[] {
    const status = statSync(this.#indexPath, { bigint: true, throwIfNoEntry: false });
    const key = status ? `${status.mtimeNs} ${status.size} ${status.ino}` : 'none';
    if (this.#cache?.key !== key) this.#cache = { key, images: this.#group(this.#entries()) };
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
    return join(this.folder, 'blobs/sha256', `.${randomBytes(8).toString('hex')}.tmp`);
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

  /** Keeps other helpers from changing images while `work` runs. Not reentrant. */
  locked<T>(work: () => T | Promise<T>): Promise<T> {
    return withFileLock(join(this.#root, 'images.lock'), work);
  }

  /** Reads and rewrites index.json; only inside `locked`. */
  update(change: (entries: IndexEntry[]) => IndexEntry[]): void {
    this.#prepare();
    const manifests = change(this.#entries()).map(({ manifest, reference }) => ({
      mediaType: manifest.mediaType,
      digest: manifest.digest,
      size: manifest.size,
      ...(reference === undefined ? {} : { annotations: { [fullNameKey]: reference, [refNameKey]: tagOf(reference) } }),
    }));
    const index = { schemaVersion: 2, mediaType: mediaTypes.index, manifests };
    writeAtomic(this.#indexPath, `${JSON.stringify(index, undefined, 2)}\n`, { durable: true });
  }

  get #indexPath(): string {
    return join(this.folder, 'index.json');
  }

  #sizePath(diffId: string): string {
    return join(this.folder, 'unpacked', diffId);
  }

  #prepare(): void {
    mkdirSync(join(this.folder, 'blobs/sha256'), { recursive: true });
    const marker = join(this.folder, 'oci-layout');
    if (!existsSync(marker)) writeAtomic(marker, '{"imageLayoutVersion":"1.0.0"}\n', { durable: true });
  }

  #entries(): IndexEntry[] {
    let bytes: Buffer;
    try {
      bytes = readFileSync(this.#indexPath);
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return [];
      throw error;
    }
    return parseIndex(bytes, this.#indexPath).map((manifest) => {
      const reference = manifest.annotations?.[fullNameKey];
      return { manifest, ...(reference === undefined ? {} : { reference }) };
    });
  }

  #group(entries: IndexEntry[]): StoredImage[] {
    const images = new Map<string, StoredImage>();
    for (const { manifest: descriptor, reference } of entries) {
      const manifest = this.manifest(descriptor.digest);
      const id = manifest.config.digest;
      const image = images.get(id) ?? { id, config: this.#config(id), references: [], manifests: [] };
      if (reference !== undefined) image.references.push(reference);
      if (!image.manifests.some(({ digest }) => digest === descriptor.digest))
        image.manifests.push({ digest: descriptor.digest, manifest });
      images.set(id, image);
    }
    return [...images.values()];
  }

  /** A stored manifest. Throws invalid-argument when the file is not one. */
  manifest(digest: string): Manifest {
    const known = this.#manifests.get(digest);
    if (known) return known;
    const manifest = parseManifest(this.#read(digest), `manifest ${digest}`);
    this.#manifests.set(digest, manifest);
    return manifest;
  }

  #config(digest: string): ImageConfig {
    const known = this.#configs.get(digest);
    if (known) return known;
    const config = parseImageConfig(this.#read(digest), `config ${digest}`);
    this.#configs.set(digest, config);
    return config;
  }

  #read(digest: string): Buffer {
    try {
      return readFileSync(this.blobPath(digest));
    } catch (cause) {
      throw new SkiffError('internal', `${this.folder}: blob ${digest} can't be read`, { cause });
    }
  }
}

function tagOf(reference: string): string {
  const colon = reference.indexOf(':', reference.lastIndexOf('/') + 1);
  return colon < 0 ? 'latest' : reference.slice(colon + 1);
}
