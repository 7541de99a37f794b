import type { TarEntry } from '../../archive/tar-reader.ts';
import type { ContainerRecord } from '../../container/record.ts';
import { absentIfMissing, SkiffError } from '../../lib/errors.ts';
import type { Parts } from '../containers/parts.ts';
import type { FileChange } from '../types.ts';
import { placed } from './copy.ts';
import { withTree } from './open.ts';
import type { FileStatus, TreeSession } from './session.ts';
import { phrase } from '../../lib/phrase.ts';

/**
 * Makes files as they are in the image. Of a container at rest its own layer loses them. What runs has that layer mounted, and
 * overlay says nothing of what happens when it changes behind the mount: there it is done as its processes would do it.
 */
export async function discardChanges(parts: Parts, id: string, paths: string[]): Promise<void> {
  const record = parts.catalog.record(id);
  const changes = await withTree(parts, record, { view: 'changes' }, (tree) => tree.changes());
  const chosen = topmost(paths.filter((path) => changes.some((change) => isWithin(change.path, path))));
  if (parts.catalog.active(record)) await discardLive(parts, record, changes, chosen);
  else
    await withTree(parts, record, { view: 'changes', writable: true }, async (tree) => {
      for (const path of chosen) await tree.discard(Buffer.from(path));
    });
  parts.journal.note('discard', record);
}

async function discardLive(
  parts: Parts,
  record: ContainerRecord,
  changes: FileChange[],
  chosen: string[],
): Promise<void> {
  if (record.imageId === 'host')
    throw new SkiffError(
      'failed-precondition',
      phrase('{0} is of @host: its files come back only while it is at rest', record.name),
      {
        hint: phrase('Stop it first: skiff stop {0}', record.name),
      },
    );
  await withTree(parts, record, { view: 'image' }, (image) =>
    withTree(parts, record, { view: 'mounted', writable: true }, async (live) => {
      for (const { kind, path } of changes) {
        if (!chosen.some((top) => isWithin(path, top))) continue;
        if (kind === 'A') await removeIfThere(live, path);
        else await restore(image, live, path);
      }
    }),
  );
}

async function restore(image: TreeSession, live: TreeSession, path: string): Promise<void> {
  const bytes = Buffer.from(path);
  const [was, is] = [await found(image, bytes), await found(live, bytes)];
  if (!was) return;
  // A directory of both: what has changed in it comes by itself.
  if (was.type === '5' && is?.type === '5') return live.apply(only(directoryEntry(bytes, was)));
  await removeIfThere(live, path);
  await live.apply(placed(image.walk(bytes), { path, isThere: false }));
}

async function removeIfThere(tree: TreeSession, path: string): Promise<void> {
  if (await found(tree, Buffer.from(path))) await tree.remove(Buffer.from(path), true);
}

async function found(tree: TreeSession, path: Buffer): Promise<FileStatus | undefined> {
  return tree.stat(path, { follow: false }).catch(absentIfMissing);
}

function directoryEntry(path: Buffer, { mode, uid, gid, mtimeSeconds, mtimeNanoseconds }: FileStatus): TarEntry {
  const none = { linkName: Buffer.alloc(0), major: 0, minor: 0, size: 0, offset: 0, xattrs: [] };
  return { ...none, type: '5', path, mode, uid, gid, mtimeSeconds, mtimeNanoseconds, content: () => only() };
}

async function* only<T>(...items: T[]): AsyncGenerator<T, void, undefined> {
  yield* items;
}

function isWithin(path: string, top: string): boolean {
  return path === top || top === '/' || path.startsWith(`${top}/`);
}

/** Those that are not within another one. */
function topmost(paths: string[]): string[] {
  return paths.filter((path) => !paths.some((other) => other !== path && isWithin(path, other)));
}
