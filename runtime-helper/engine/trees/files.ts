import { posix } from 'node:path';
import { SkiffError } from '../../lib/errors.ts';
import type { Parts } from '../containers/parts.ts';
import type { FileInfo, FileOperations, FileSide } from '../types.ts';
import type { FileSessions } from './file-sessions.ts';
import type { FileStatus, TreeSession } from './session.ts';
import { phrase } from '../../lib/phrase.ts';

/** A container's files for an editor, one request each; `close` lets go of all containers. */
export function fileOperations(parts: Parts, sessions: FileSessions): Omit<FileOperations, 'watchFiles'> {
  const reading = <T>(id: string, side: FileSide, work: (tree: TreeSession) => Promise<T>): Promise<T> => {
    const view = side === 'image' ? 'image' : 'mounted';
    return sessions.use(parts.catalog.record(id), { view, writable: false }, work);
  };
  const writing = <T>(id: string, paths: string[], work: (tree: TreeSession) => Promise<T>): Promise<T> => {
    const record = parts.catalog.record(id);
    for (const path of paths) assertWritable(path);
    return sessions.use(record, { view: 'mounted', writable: true }, work);
  };
  return {
    fileStat: (id, path, side) => reading(id, side, async (tree) => statusOf(tree, path)),
    fileList: (id, path, side) => reading(id, side, (tree) => list(tree, path)),
    fileRead: (id, path, { offset, most, side }) =>
      reading(id, side, (tree) => tree.read(Buffer.from(path), offset, most)),
    fileWrite: (id, path, bytes, { how, offset }) =>
      writing(id, [path], (tree) => tree.write(Buffer.from(path), bytes, { how, offset })),
    fileMakeDirectory: (id, path) => writing(id, [path], (tree) => tree.makeDirectory(Buffer.from(path))),
    fileRename: (id, from, to, { overwrite }) =>
      writing(id, [from, to], (tree) => tree.rename(Buffer.from(from), Buffer.from(to), overwrite)),
    fileCopy: (id, from, to, { overwrite }) => {
      if (to === from || to.startsWith(`${from}/`))
        throw new SkiffError('invalid-argument', phrase("{0} can't be copied into itself", from));
      return writing(id, [from, to], (tree) => tree.copy(Buffer.from(from), Buffer.from(to), overwrite));
    },
    fileRemove: (id, path, { recursive }) => writing(id, [path], (tree) => tree.remove(Buffer.from(path), recursive)),
  };
}

function assertWritable(path: string): void {
  if (posix.normalize(path) === '/')
    throw new SkiffError('invalid-argument', phrase('the root directory stays as it is'));
}

/** What a link leads to, inside the container; a link that leads nowhere is `broken`. */
async function statusOf(tree: TreeSession, path: string): Promise<FileInfo> {
  const status = await tree.stat(Buffer.from(path), { follow: false });
  return infoOf(tree, path, status);
}

async function list(tree: TreeSession, path: string): Promise<FileInfo[]> {
  const files: FileInfo[] = [];
  for (const status of await tree.list(Buffer.from(path))) {
    const name = status.name.toString();
    // A name that is no UTF-8 can't be asked for by an editor.
    if (!Buffer.from(name).equals(status.name)) continue;
    files.push(await infoOf(tree, posix.join(path, name), status));
  }
  return files;
}

async function infoOf(tree: TreeSession, path: string, status: FileStatus): Promise<FileInfo> {
  if (status.type !== '2') return toInfo(status);
  const target = await tree.stat(Buffer.from(path), { follow: true }).catch(() => undefined);
  const link = status.linkName.toString();
  const name = status.name.toString();
  return target ? { ...toInfo(target), name, link } : { ...toInfo(status), name, link, kind: 'broken' };
}

function toInfo(status: FileStatus): FileInfo {
  const { mode, uid, gid, size } = status;
  const kind = status.type === '0' ? 'file' : status.type === '5' ? 'directory' : 'other';
  const modified = status.mtimeSeconds * 1000 + Math.floor(status.mtimeNanoseconds / 1e6);
  return { name: status.name.toString(), kind, mode, uid, gid, size, modified };
}
