import type { ContainerProcess, FileChange, FileInfo } from '../../runtime-helper/protocol/types.ts';

/** What is asked of the engine when somebody looks at the view, or opens a row. */
export type ContainerLooks = {
  /** Settles when there is a list of containers, or when there will be none. */
  listed: () => Promise<unknown>;
  processes: (id: string) => Promise<readonly ContainerProcess[]>;
  files: (id: string, folder: string) => Promise<readonly FileInfo[]>;
  changes: (id: string) => Promise<readonly FileChange[]>;
};
