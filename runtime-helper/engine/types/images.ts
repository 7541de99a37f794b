/** Images, as the engine offers them to its doors. */
import type { Operation } from '../../lib/operation.ts';

export type Image = {
  /** `sha256:…` of the config, or `host`. */
  id: string;
  /** `alpine:latest`; empty for a dangling image. */
  references: string[];
  /** `alpine@sha256:…`: what registries have of it. */
  digests: string[];
  createdAt?: string;
  labels: Record<string, string>;
  /** Bytes of the unpacked layers. */
  size: number;
};

/** How registries are reached: the environment of whoever asks, and hosts (`host:port`, CIDR) that need not prove who they are. */
export type RegistryAccess = {
  env: Readonly<Record<string, string | undefined>>;
  insecure: readonly string[];
  /** For this one registry, instead of what Docker's files have. */
  login?: { domain: string; username: string; password: string };
};

export type PulledImage = {
  id: string;
  /** `docker.io/library/alpine:latest` */
  reference: string;
  /** `alpine:latest` */
  name: string;
  /** What the registry has under that name. */
  digest: string;
  /** False: the same image was here under this name. */
  isNew: boolean;
};

export type PushedImage = {
  /** `localhost:5000/app:1` */
  name: string;
  tag: string;
  digest: string;
  /** Bytes of the manifest. */
  size: number;
};

/** Bytes of all layers, each once, and of those of each image that others have too, by id. */
export type LayerUsage = { layersSize: number; shared: Map<string, number> };

export type ImageDescription = Image & {
  author: string;
  comment: string;
  dockerVersion: string;
  architecture: string;
  variant?: string;
  os: string;
  /** The config as the image has it (image-spec, config.md). */
  config: Record<string, unknown>;
  /** Bottom first. `path` is where the layer lies unpacked. */
  layers: { diffId: string; path: string }[];
};

/** A step of an image's history; only the newest has the image's id. */
export type ImageStep = { id?: string; createdAt?: string; createdBy: string; comment: string; size: number };

export type PruneImagesOptions = {
  /** False: only those without a tag. */
  all: boolean;
  /** ISO 8601. */
  createdBefore?: string;
  /** All have to hold: a label, perhaps with a value, that an image must have, or must not have. */
  labels: { key: string; value?: string; wanted: boolean }[];
};

export type PrunedImages = { untagged: string[]; deleted: string[]; reclaimedBytes: number };

/** A path of the user's, or a stream of bytes (stdin). A directory is an OCI layout. */
export type ImageSource =
  | { path: string }
  | { stream: AsyncIterable<Uint8Array> }
  /** http or https; `env` names the user's proxies. */
  | { url: string; env: Readonly<Record<string, string | undefined>> };

/** What a load has brought in: an image's name, or the id of one that has none. `takenFrom`: the id of another image that had the name before. */
export type LoadedName = { name: string; takenFrom?: string };

/** An archive of images, or an OCI layout. */
export type LoadSource = Exclude<ImageSource, { url: string }>;

export type ImportOptions = {
  reference?: string;
  message?: string;
  /** Dockerfile instructions: `CMD ["sh"]`. */
  changes?: string[];
  /** `os/architecture[/variant]`; absent: this machine's. */
  platform?: string;
  /** Where it comes from, for its history. */
  from?: string;
};

export type ImageOperations = {
  listImages: () => Image[];
  layerUsage: () => LayerUsage;
  importImage: (source: ImageSource, options: ImportOptions, operation: Operation) => Promise<Image>;
  /**
   * Reports `id` (12 digits of a layer, or the tag) and Docker's words: `Pulling fs layer`, `Waiting`, `Downloading` with bytes, `Download
   * complete`, `Pull complete`, `Already exists`. `platform` is `os/architecture[/variant]`; absent: this machine's.
   */
  pullImage: (
    reference: string,
    options: { access: RegistryAccess; platform?: string },
    operation: Operation,
  ) => Promise<PulledImage>;
  /** Reports layers by 12 digits of their diffID: `Preparing`, `Pushing` with bytes, `Pushed`, `Layer already exists`, `Mounted from …`. */
  pushImage: (
    reference: string,
    options: { access: RegistryAccess; platform?: string },
    operation: Operation,
  ) => Promise<PushedImage>;
  /** A repository's full name without a tag, `docker.io/library/alpine`. Throws invalid-argument. */
  repositoryName: (reference: string) => string;
  tagImage: (source: string, target: string) => Promise<void>;
  /** Throws not-found, here and below also when it is for another platform than was asked for. */
  inspectImage: (reference: string, options?: { platform?: string }) => ImageDescription;
  /** Newest first. */
  imageHistory: (reference: string, options?: { platform?: string }) => ImageStep[];
  pruneImages: (options: PruneImagesOptions, operation: Operation) => Promise<PrunedImages>;
  /** A repository's images in its registry, by name and tag: `alpine:3.20`. */
  remoteTags: (repository: string, access: RegistryAccess, operation: Operation) => Promise<string[]>;
  /** Throws permission-denied unless the registry takes these credentials. */
  checkLogin: (
    domain: string,
    credentials: { username: string; password: string },
    access: RegistryAccess,
    operation: Operation,
  ) => Promise<void>;
  /** Checks credentials with their registry, and keeps them where Docker does. Returns the file where they lie in the clear, if they do. */
  login: (
    domain: string,
    credentials: { username: string; password: string },
    access: RegistryAccess,
    operation: Operation,
  ) => Promise<string | undefined>;
  /** False: nobody was logged in there. */
  logout: (domain: string, access: RegistryAccess, operation: Operation) => Promise<boolean>;
  /** The bytes of an archive that docker, podman and skopeo read, as `docker save` and as an OCI archive. In chunks that are good until the next is asked for. Throws before the first of them when an image is missing. */
  saveImages: (
    references: readonly string[],
    options: { platform?: string },
    operation: Operation,
  ) => AsyncIterable<Uint8Array>;
  /** Of an index the image for `platform`; absent: for this machine. */
  loadImages: (source: LoadSource, options: { platform?: string }, operation: Operation) => Promise<LoadedName[]>;
  removeImage: (
    reference: string,
    options: { force: boolean; platform?: string },
    operation: Operation,
  ) => Promise<{ untagged: string[]; deleted: string[] }>;
};
