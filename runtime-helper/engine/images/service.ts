import type { Log, Operation } from '../../lib/operation.ts';
import { ImageStore, type StoredImage } from '../../content/image-store.ts';
import { familiarName, parseReference } from '../../oci/reference.ts';
import { imageForHost, resolvedImage, type ResolvedImage } from './resolved-image.ts';
import type { Spawner } from '../../sys/spawner.ts';
import { commitLayer, type NewLayer } from './commit.ts';
import { importImage, tagName } from './import.ts';
import { assertRightPlatform, findImage } from './find.ts';
import { ImageKeeper } from './keeper.ts';
import { layerUsage } from './layer-usage.ts';
import { loadImages } from './load.ts';
import { removeImage } from './remove.ts';
import { saveImages } from './save.ts';
import type { Store } from '../store.ts';
import type {
  Image,
  ImageDescription,
  ImageSource,
  ImageStep,
  ImportOptions,
  LayerUsage,
  LoadedName,
  LoadSource,
  PrunedImages,
  PruneImagesOptions,
  PulledImage,
  PushedImage,
  RegistryAccess,
} from '../types.ts';
import type { Journal } from '../journal.ts';
import { describeImage, imageHistory } from './inspect.ts';
import { pruneImages } from './prune.ts';
import { pushImage } from './push.ts';
import { tagImage } from './tag.ts';
import { withRegistries } from './access.ts';
import { assertPlatform, wantedPlatform } from './wanted-platform.ts';
import { pullImage } from './pull.ts';

type Parts = {
  store: Store;
  spawner: () => Promise<Spawner>;
  /** What containers were made of: the image's id, and diffIDs of its layers. */
  containers: () => { name: string; id: string; imageId: string; lowers: string[] }[];
  journal: Journal;
};

/** Images by name: finds, lists, imports, loads and removes them. Keeps nothing but caches of what is on disk. */
export class ImageService {
  readonly #images: ImageStore;
  readonly #keeper: ImageKeeper;
  readonly #containers: Parts['containers'];
  readonly #journal: Journal;

  constructor({ store, spawner, containers, journal }: Parts) {
    this.#images = new ImageStore(store.root);
    this.#keeper = new ImageKeeper({ images: this.#images, run: store.run, spawner });
    this.#containers = containers;
    this.#journal = journal;
  }

  /**
   * By name, id, or a prefix of an id that only one image has. Throws not-found, also for one that is for another platform than was
   * asked for; conflict for an ambiguous prefix.
   */
  resolve(reference: string, platform?: string): ResolvedImage {
    const wanted = wantedPlatform(platform);
    if (reference === '@host') return imageForHost;
    const image = findImage(this.#images.images(), reference);
    if (platform !== undefined) assertRightPlatform(image.config, wanted, reference);
    return resolvedImage(image);
  }

  /** Without `@host`, which is always there. */
  list(): Image[] {
    return this.#images.images().map((image) => this.#view(image));
  }

  layerUsage(): LayerUsage {
    return layerUsage(this.#images.images(), (diffId) => this.#images.layerSize(diffId));
  }

  async import(source: ImageSource, options: ImportOptions, operation: Operation): Promise<Image> {
    const id = await importImage(this.#keeper, source, options, operation);
    this.#note('import', id);
    this.#noteTag(id, options.reference);
    return this.#view(findImage(this.#images.images(), id));
  }

  /** Makes an image of another one and a layer on top of it. */
  async commit(
    base: string,
    layer: AsyncIterable<Uint8Array>,
    options: NewLayer,
    operation: Operation,
  ): Promise<Image> {
    const id = await commitLayer(this.#keeper, findImage(this.#images.images(), base), layer, options, operation);
    this.#noteTag(id, options.reference);
    return this.#view(findImage(this.#images.images(), id));
  }

  /** Returns the names of what was loaded, or ids of images that have none. */
  async load(source: LoadSource, options: { platform?: string }, operation: Operation): Promise<LoadedName[]> {
    const loaded = await loadImages(this.#keeper, source, options, operation);
    const images = this.#images.images();
    for (const { name } of loaded) this.#note('load', findImage(images, name).id);
    return loaded;
  }

  save(references: readonly string[], options: { platform?: string }, operation: Operation): AsyncIterable<Uint8Array> {
    const { ids, bytes } = saveImages(this.#images, references, options, operation);
    for (const id of ids) this.#note('save', id);
    return bytes;
  }

  async pull(
    reference: string,
    { access, platform }: { access: RegistryAccess; platform?: string },
    operation: Operation,
  ): Promise<PulledImage> {
    const pulled = await withRegistries(access, operation, (registries) =>
      pullImage({ keeper: this.#keeper, registries, operation }, reference, platform),
    );
    this.#note('pull', pulled.name);
    return pulled;
  }

  async push(
    reference: string,
    { access, platform }: { access: RegistryAccess; platform?: string },
    operation: Operation,
  ): Promise<PushedImage> {
    const pushed = await withRegistries(access, operation, (registries) =>
      pushImage({ images: this.#images, registries, operation }, reference, platform),
    );
    this.#note('push', pushed.name);
    return pushed;
  }

  async tag(source: string, target: string): Promise<void> {
    const { id, name } = await tagImage(this.#images, source, target);
    this.#note('tag', id, { name: familiarName(parseReference(name)) });
  }

  inspect(reference: string, { platform }: { platform?: string }): ImageDescription {
    const image = this.#find(reference, platform);
    return { ...this.#view(image), ...describeImage(this.#images, image) };
  }

  history(reference: string, { platform }: { platform?: string }): ImageStep[] {
    return imageHistory(this.#images, this.#find(reference, platform));
  }

  async prune(options: PruneImagesOptions, operation: Operation): Promise<PrunedImages> {
    const pruned = await pruneImages(this.#keeper, this.#inUse(), options, operation);
    for (const id of pruned.deleted) this.#note('delete', id);
    this.#journal.notePrune('image', pruned.reclaimedBytes);
    return pruned;
  }

  /** Takes away what processes left behind that died while they brought images in. */
  async sweep(log: Log): Promise<void> {
    const operation: Operation = { signal: new AbortController().signal, log, report: () => {} };
    try {
      await this.#images.locked(() => this.#keeper.collectAll(this.#inUse().layers, operation));
    } catch (error) {
      log('warn', `sweeping images: ${String(error)}`);
    }
  }

  async remove(
    reference: string,
    options: { force: boolean; platform?: string },
  ): Promise<{ untagged: string[]; deleted: string[] }> {
    const usersOf = (imageId: string): { name: string; id: string }[] =>
      this.#containers().filter((container) => container.imageId === imageId);
    const { id, untagged, deleted } = await removeImage(this.#keeper, usersOf, reference, options);
    for (const name of untagged) this.#note('untag', id, { name });
    if (deleted.length > 0) this.#note('delete', id);
    return { untagged, deleted };
  }

  /** Throws not-found, too, when it is for another platform than was asked for. */
  #find(reference: string, platform: string | undefined): StoredImage {
    const image = findImage(this.#images.images(), reference);
    assertPlatform(image.config, wantedPlatform(platform), reference);
    return image;
  }

  #inUse(): { images: Set<string>; layers: Set<string> } {
    const containers = this.#containers();
    return {
      images: new Set(containers.map(({ imageId }) => imageId)),
      layers: new Set(containers.flatMap(({ lowers }) => lowers)),
    };
  }

  #noteTag(id: string, reference: string | undefined): void {
    if (reference !== undefined) this.#note('tag', id, { name: familiarName(parseReference(tagName(reference))) });
  }

  /** Docker's events of images have their name, or else their id. */
  #note(action: string, id: string, attributes: Record<string, string> = { name: id }): void {
    this.#journal.append({ type: 'image', action, id, attributes });
  }

  #view({ id, references, digests, config }: StoredImage): Image {
    const size = config.diffIds.reduce((sum, diffId) => sum + this.#images.layerSize(diffId), 0);
    const familiar = (names: string[]): string[] => names.map((name) => familiarName(parseReference(name)));
    const names = { references: familiar(references), digests: familiar(digests) };
    return {
      id,
      ...names,
      labels: config.labels,
      ...(config.created === undefined ? {} : { createdAt: config.created }),
      size,
    };
  }
}
