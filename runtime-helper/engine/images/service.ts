import type { Operation } from '../../lib/operation.ts';
import { ImageStore, type StoredImage } from '../../content/image-store.ts';
import { familiarName, parseReference } from '../../oci/reference.ts';
import type { Spawner } from '../../sys/spawner.ts';
import { importImage } from './import.ts';
import { findImage } from './find.ts';
import { ImageKeeper } from './keeper.ts';
import { loadImages } from './load.ts';
import { removeImage } from './remove.ts';
import type { Store } from '../store.ts';
import type { Image, ImageSource, PulledImage, RegistryAccess } from '../types.ts';
import { withRegistries } from './access.ts';
import { pullImage } from './pull.ts';

/** What a container takes from its image. */
export type ResolvedImage = {
  /** `sha256:…` of the config, or `host`. */
  id: string;
  /** diffIDs in hex, topmost first. */
  layers: string[];
  entrypoint: string[];
  command: string[];
  env: string[];
  workingDir: string;
  user: string;
  stopSignal: string;
  labels: Record<string, string>;
};

const hostImage: ResolvedImage = {
  id: 'host',
  layers: [],
  entrypoint: [],
  command: [],
  env: [],
  workingDir: '',
  user: '',
  stopSignal: 'SIGTERM',
  labels: {},
};

type Parts = {
  store: Store;
  spawner: () => Promise<Spawner>;
  /** The containers that were made of an image. */
  users: (imageId: string) => { name: string; id: string }[];
};

/** Images by name: finds, lists, imports, loads and removes them. Keeps nothing but caches of what is on disk. */
export class ImageService {
  readonly #images: ImageStore;
  readonly #keeper: ImageKeeper;
  readonly #users: Parts['users'];

  constructor({ store, spawner, users }: Parts) {
    this.#images = new ImageStore(store.root);
    this.#keeper = new ImageKeeper({ images: this.#images, run: store.run, spawner });
    this.#users = users;
  }

  /** By name, id, or a prefix of an id that only one image has. Throws not-found; conflict for an ambiguous prefix. */
  resolve(reference: string): ResolvedImage {
    if (reference === '@host') return hostImage;
    const { id, config } = findImage(this.#images.images(), reference);
    const { diffIds, entrypoint, command, env, workingDir, user, stopSignal, labels } = config;
    return { id, layers: diffIds.toReversed(), entrypoint, command, env, workingDir, user, stopSignal, labels };
  }

  /** Without `@host`, which is always there. */
  list(): Image[] {
    return this.#images.images().map((image) => this.#view(image));
  }

  async import(
    source: ImageSource,
    options: { reference?: string; message?: string },
    operation: Operation,
  ): Promise<Image> {
    const id = await importImage(this.#keeper, source, options, operation);
    return this.#view(findImage(this.#images.images(), id));
  }

  /** Returns the names of what was loaded, or ids of images that have none. */
  load(source: ImageSource, operation: Operation): Promise<string[]> {
    return loadImages(this.#keeper, source, operation);
  }

  pull(
    reference: string,
    { access, platform }: { access: RegistryAccess; platform?: string },
    operation: Operation,
  ): Promise<PulledImage> {
    return withRegistries(access, operation, (registries) =>
      pullImage({ keeper: this.#keeper, registries, operation }, reference, platform),
    );
  }

  remove(reference: string, options: { force: boolean }): Promise<{ untagged: string[]; deleted: string[] }> {
    return removeImage(this.#keeper, this.#users, reference, options);
  }

  #view({ id, references, digests, config }: StoredImage): Image {
    const size = config.diffIds.reduce((sum, diffId) => sum + this.#images.layerSize(diffId), 0);
    const familiar = (names: string[]): string[] => names.map((name) => familiarName(parseReference(name)));
    const names = { references: familiar(references), digests: familiar(digests) };
    return { id, ...names, ...(config.created === undefined ? {} : { createdAt: config.created }), size };
  }
}
