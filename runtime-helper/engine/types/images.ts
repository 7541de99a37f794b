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
  /** Bytes of the unpacked layers. */
  size: number;
};

/** How registries are reached: the environment of whoever asks, and hosts (`host:port`, CIDR) that need not prove who they are. */
export type RegistryAccess = { env: Readonly<Record<string, string | undefined>>; insecure: readonly string[] };

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

/** A path of the user's, or a stream of bytes (stdin). A directory is an OCI layout. */
export type ImageSource = { path: string } | { stream: AsyncIterable<Uint8Array> };

export type ImageOperations = {
  listImages: () => Image[];
  importImage: (
    source: ImageSource,
    options: { reference?: string; message?: string },
    operation: Operation,
  ) => Promise<Image>;
  /**
   * Reports `id` (12 digits of a layer, or the tag) and Docker's words: `Pulling fs layer`, `Waiting`, `Downloading` with bytes, `Download
   * complete`, `Pull complete`, `Already exists`. `platform` is `os/architecture[/variant]`; absent: this machine's.
   */
  pullImage: (
    reference: string,
    options: { access: RegistryAccess; platform?: string },
    operation: Operation,
  ) => Promise<PulledImage>;
  /** A repository's images in its registry, by name and tag: `alpine:3.20`. */
  remoteTags: (repository: string, access: RegistryAccess, operation: Operation) => Promise<string[]>;
  /** Checks credentials with their registry, and keeps them where Docker does. Returns the file where they lie in the clear, if they do. */
  login: (
    domain: string,
    credentials: { username: string; password: string },
    access: RegistryAccess,
    operation: Operation,
  ) => Promise<string | undefined>;
  /** False: nobody was logged in there. */
  logout: (domain: string, access: RegistryAccess, operation: Operation) => Promise<boolean>;
  loadImages: (source: ImageSource, operation: Operation) => Promise<string[]>;
  removeImage: (
    reference: string,
    options: { force: boolean },
    operation: Operation,
  ) => Promise<{ untagged: string[]; deleted: string[] }>;
};
