import {
  Disposable,
  EventEmitter,
  FileChangeType,
  FilePermission,
  FileSystemError,
  FileType,
  workspace,
  type FileChangeEvent,
  type FileStat,
  type FileSystemProvider,
  Uri,
} from 'vscode';
import type { Client } from '../../runtime-helper/client/client.ts';
import { RequestError } from '../../runtime-helper/client/request-error.ts';
import type { FileInfo } from '../../runtime-helper/protocol/types.ts';
import type { FileEvent, FileNews } from '../model/file-news.ts';
import { filePlace, fileScheme, folderOf, isWithin, versionOf } from '../model/file-places.ts';
import type { Subscription } from '../model/listeners.ts';
import { t } from '../model/l10n.ts';
import type { FolderWatches } from './folder-watches.ts';
import { hintOf, reasonOf } from '../ui/error-words.ts';

const pieceBytes = 1024 * 1024;
/** A search reads all folders, and the kernel's watches are few. */
const mostFolders = 100;

type WideWatch = { id: string; top: string; source: string; folders: Set<string> };

/**
 * Files of containers, running or not, and of their images (to be read only). What happens through this window is told at once, what
 * the container's own processes do to what is open as soon as the kernel tells.
 */
export class ContainerFiles implements FileSystemProvider, Disposable {
  readonly #client: Client;
  readonly #news: FileNews;
  readonly #folders: FolderWatches;
  readonly #wide = new Set<WideWatch>();
  #watches = 0;
  readonly #hearing: Subscription;
  readonly #changed = new EventEmitter<FileChangeEvent[]>();
  readonly #registration: Disposable;
  readonly onDidChangeFile = this.#changed.event;

  constructor(client: Client, news: FileNews, folders: FolderWatches) {
    this.#client = client;
    this.#news = news;
    this.#folders = folders;
    this.#hearing = news.onTold(({ id, events }) =>
      this.#changed.fire(events.map(({ kind, path }) => ({ type: types[kind], uri: Uri.from(filePlace(id, path)) }))),
    );
    this.#registration = workspace.registerFileSystemProvider(fileScheme, this, { isCaseSensitive: true });
  }

  /** Whether it is a file or a folder is not known: a file is seen from its folder. Below a folder of the workspace what was read is watched. */
  watch(uri: Uri, { recursive }: { recursive: boolean }): Disposable {
    if (versionOf(uri.query) !== 'container') return new Disposable(() => {});
    const { authority: id, path } = uri;
    const source = `watch ${++this.#watches}`;
    this.#folders.want(id, source, [path, folderOf(path)]);
    const wide: WideWatch = { id, top: path, source, folders: new Set([path, folderOf(path)]) };
    if (recursive) this.#wide.add(wide);
    return new Disposable(() => {
      this.#wide.delete(wide);
      this.#folders.want(id, source, []);
    });
  }

  /** The Explorer reads the folders that it shows, and says of the topmost that all of it is to be watched. */
  #watchRead({ authority, path }: Uri): void {
    for (const { id, top, source, folders } of this.#wide) {
      if (id !== authority || !isWithin(path, top)) continue;
      folders.delete(path);
      folders.add(path);
      for (const oldest of [...folders].slice(0, -mostFolders)) folders.delete(oldest);
      this.#folders.want(id, source, [...folders]);
    }
  }

  async stat(uri: Uri): Promise<FileStat> {
    if (versionOf(uri.query) === 'none') return { type: FileType.File, ctime: 0, mtime: 0, size: 0, permissions };
    const file = await this.#ask(uri, this.#client.fileStat(sideOf(uri)));
    const { modified, size } = file;
    const stat = { type: typeOf(file), ctime: modified, mtime: modified, size };
    return versionOf(uri.query) === 'image' ? { ...stat, permissions } : stat;
  }

  async readDirectory(uri: Uri): Promise<[string, FileType][]> {
    this.#watchRead(uri);
    const { files } = await this.#ask(uri, this.#client.fileList(sideOf(uri)));
    return files.map((file) => [file.name, typeOf(file)]);
  }

  async readFile(uri: Uri): Promise<Uint8Array> {
    if (versionOf(uri.query) === 'none') return new Uint8Array();
    const pieces: Buffer[] = [];
    for (let offset = 0; ;) {
      const { data } = await this.#ask(uri, this.#client.fileRead({ ...sideOf(uri), offset }));
      const piece = Buffer.from(data, 'base64');
      if (piece.length === 0) return Buffer.concat(pieces);
      pieces.push(piece);
      offset += piece.length;
    }
  }

  async writeFile(uri: Uri, content: Uint8Array, options: { create: boolean; overwrite: boolean }): Promise<void> {
    assertWritable(uri);
    const isNew = await this.#begin(uri, content.subarray(0, pieceBytes), options);
    for (let offset = pieceBytes; offset < content.length; offset += pieceBytes)
      await this.#write(uri, content.subarray(offset, offset + pieceBytes), 'old', offset);
    this.#tell(uri, isNew ? 'created' : 'changed');
  }

  async createDirectory(uri: Uri): Promise<void> {
    assertWritable(uri);
    await this.#ask(uri, this.#client.makeDirectory({ id: uri.authority, path: uri.path }));
    this.#tell(uri, 'created');
  }

  async delete(uri: Uri, { recursive }: { recursive: boolean }): Promise<void> {
    assertWritable(uri);
    await this.#ask(uri, this.#client.removeFile({ id: uri.authority, path: uri.path, recursive }));
    this.#tell(uri, 'deleted');
  }

  async rename(from: Uri, to: Uri, { overwrite }: { overwrite: boolean }): Promise<void> {
    await this.#ask(to, this.#client.renameFile(moveOf(from, to, overwrite)));
    this.#tell(from, 'deleted');
    this.#tell(to, 'created');
  }

  async copy(from: Uri, to: Uri, { overwrite }: { overwrite: boolean }): Promise<void> {
    await this.#ask(to, this.#client.copyFile(moveOf(from, to, overwrite)));
    this.#tell(to, 'created');
  }

  /** An editor says of each file that it may be made or written over; only we find out which. Whether it is new. */
  async #begin(uri: Uri, piece: Uint8Array, how: { create: boolean; overwrite: boolean }): Promise<boolean> {
    if (how.overwrite || !how.create) {
      const isThere = await this.#write(uri, piece, 'old').then(
        () => true,
        (error: unknown) => !(how.create && isNotFound(error)) && Promise.reject(error as Error),
      );
      if (isThere) return false;
    }
    await this.#write(uri, piece, 'new');
    return true;
  }

  async #write(uri: Uri, piece: Uint8Array, how: 'old' | 'new', offset = 0): Promise<void> {
    const data = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength).toString('base64');
    await this.#ask(uri, this.#client.fileWrite({ id: uri.authority, path: uri.path, data, offset, how }));
  }

  #tell({ authority, path }: Uri, kind: FileEvent['kind']): void {
    this.#news.tell(authority, [{ kind, path }]);
  }

  dispose(): void {
    this.#hearing.dispose();
    this.#registration.dispose();
    this.#changed.dispose();
  }

  async #ask<T>(uri: Uri, answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      throw asFileSystemError(error, uri);
    }
  }
}

const permissions = FilePermission.Readonly;
const types = { created: FileChangeType.Created, changed: FileChangeType.Changed, deleted: FileChangeType.Deleted };

function sideOf(uri: Uri): { id: string; path: string; side?: 'image' } {
  const place = { id: uri.authority, path: uri.path };
  return versionOf(uri.query) === 'image' ? { ...place, side: 'image' } : place;
}

function moveOf(from: Uri, to: Uri, overwrite: boolean): { id: string; from: string; to: string; overwrite: boolean } {
  assertWritable(to);
  if (from.authority !== to.authority || from.query !== '')
    throw FileSystemError.NoPermissions(
      t("Files can't be moved from one container to another yet: copy them to this machine first."),
    );
  return { id: from.authority, from: from.path, to: to.path, overwrite };
}

function assertWritable(uri: Uri): void {
  if (versionOf(uri.query) !== 'container') throw FileSystemError.NoPermissions(uri);
}

const isNotFound = (error: unknown): boolean => error instanceof FileSystemError && error.code === 'FileNotFound';

function typeOf({ kind, link }: FileInfo): FileType {
  const type = kind === 'file' ? FileType.File : kind === 'directory' ? FileType.Directory : FileType.Unknown;
  return link === undefined ? type : type | FileType.SymbolicLink;
}

function asFileSystemError(error: unknown, uri: Uri): unknown {
  if (!(error instanceof RequestError)) return error;
  switch (error.code) {
    case 'not-found':
      return FileSystemError.FileNotFound(uri);
    case 'already-exists':
      return FileSystemError.FileExists(uri);
    case 'permission-denied':
      return FileSystemError.NoPermissions(reasonOf(error));
    default:
      return FileSystemError.Unavailable([reasonOf(error), hintOf(error)].filter((text) => text !== '').join(' '));
  }
}
