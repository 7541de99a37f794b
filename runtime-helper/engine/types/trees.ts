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

export type TreeOperations = {
  /** The bytes of a tar with the container's whole file system, without what is mounted in it. */
  exportContainer: (id: string, operation: Operation) => AsyncIterable<Uint8Array>;
  /** Sorted by directory. */
  containerChanges: (id: string) => Promise<FileChange[]>;
  commitContainer: (id: string, options: CommitOptions, operation: Operation) => Promise<Image>;
};
