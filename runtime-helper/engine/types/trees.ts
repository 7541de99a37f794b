/** Files of containers, as the engine offers them to its doors. */
import type { Operation } from '../../lib/operation.ts';
import type { Image } from './images.ts';

/** Added, changed or deleted, against the image. */
export type FileChange = { kind: 'A' | 'C' | 'D'; path: string };

export type CommitOptions = {
  /** Absent: the image has no name. */
  reference?: string;
  author?: string;
  message?: string;
  /** Dockerfile instructions: `CMD ["sh"]`. */
  changes: string[];
  /** Whether the container's processes stand still meanwhile. */
  pause: boolean;
};

export type CopyOptions = {
  /** Of a source that is a symbolic link, what it leads to. */
  followLink: boolean;
  /** On the host: owners as in the container, set-user-id bits too. In a container they always are as they were. */
  keepOwners: boolean;
};

export type TreeOperations = {
  /** Paths mean what they mean to `docker cp`: a trailing `/.` is what is in a directory, and `/` wants one. */
  copyToContainer: (
    id: string,
    from: { path: string } | { stream: AsyncIterable<Uint8Array> },
    to: string,
    options: CopyOptions,
    operation: Operation,
  ) => Promise<void>;
  copyFromContainer: (
    id: string,
    from: string,
    to: string,
    options: CopyOptions,
    operation: Operation,
  ) => Promise<void>;
  /** The bytes of a tar, in chunks that are good until the next is asked for. */
  copyStream: (id: string, from: string, options: CopyOptions, operation: Operation) => AsyncIterable<Uint8Array>;
  /** As above, of the container's whole file system, without what is mounted in it. */
  exportContainer: (id: string, operation: Operation) => AsyncIterable<Uint8Array>;
  /** Sorted by directory. */
  containerChanges: (id: string) => Promise<FileChange[]>;
  /** Makes these, and what is below them, as the image has them. */
  discardChanges: (id: string, paths: string[]) => Promise<void>;
  commitContainer: (id: string, options: CommitOptions, operation: Operation) => Promise<Image>;
};
