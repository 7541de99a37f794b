/** Images, as the engine offers them to its doors. */
import type { Operation } from '../../lib/operation.ts';

export type Image = {
  /** `sha256:…` of the config, or `host`. */
  id: string;
  references: string[];
  createdAt?: string;
  /** Bytes of the unpacked layers. */
  size: number;
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
  loadImages: (source: ImageSource, operation: Operation) => Promise<string[]>;
  removeImage: (
    reference: string,
    options: { force: boolean },
    operation: Operation,
  ) => Promise<{ untagged: string[]; deleted: string[] }>;
};
