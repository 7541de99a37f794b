/** A container's files one by one, as an editor asks for them. Paths are absolute and begin at the container's root. */

/** `image`: as the container's image has it, without what was changed or mounted. */
export type FileSide = 'container' | 'image';

export type FileInfo = {
  name: string;
  /** What a symbolic link leads to; `broken`: it leads nowhere. */
  kind: 'file' | 'directory' | 'other' | 'broken';
  /** Permission bits, as octal 0755. */
  mode: number;
  uid: number;
  gid: number;
  /** Bytes. */
  size: number;
  /** Milliseconds since 1970. */
  modified: number;
  /** Of a symbolic link: its text. */
  link?: string;
};

/** `new`: it must not be there; `old`: it must. From offset 0 on a file is written anew, keeping its owner and mode. */
export type FileWrite = { how: 'new' | 'old' | 'any'; offset: number };

export type FileEvent = { kind: 'created' | 'changed' | 'deleted'; path: string };

/** Which folders are watched, in all containers together. While a container does not run nothing happens in it. */
export type FileWatcher = {
  /** The folders of this container from now on, links in their paths followed; none: it is no longer watched. What is no folder is left out. */
  watch: (id: string, folders: readonly string[]) => void;
  close: () => Promise<void>;
};

export type FileOperations = {
  fileStat: (id: string, path: string, side: FileSide) => Promise<FileInfo>;
  /** Names that are no UTF-8 are left out. */
  fileList: (id: string, path: string, side: FileSide) => Promise<FileInfo[]>;
  /** At most 1 MiB at a time; empty at the end. */
  fileRead: (id: string, path: string, range: { offset: number; most: number; side: FileSide }) => Promise<Buffer>;
  fileWrite: (id: string, path: string, bytes: Buffer, how: FileWrite) => Promise<void>;
  fileMakeDirectory: (id: string, path: string) => Promise<void>;
  fileRename: (id: string, from: string, to: string, how: { overwrite: boolean }) => Promise<void>;
  fileCopy: (id: string, from: string, to: string, how: { overwrite: boolean }) => Promise<void>;
  fileRemove: (id: string, path: string, how: { recursive: boolean }) => Promise<void>;
  /** A `changed` folder: what is in it is to be listed anew. */
  watchFiles: (listener: (id: string, events: FileEvent[]) => void) => FileWatcher;
};
