import { posix } from 'node:path';
import { decompress } from '../../archive/decompress.ts';
import { readTar, type TarEntry } from '../../archive/tar-reader.ts';
import { writeTar } from '../../archive/tar-writer.ts';
import { absentIfMissing, SkiffError } from '../../lib/errors.ts';
import type { Operation } from '../../lib/operation.ts';
import type { Parts } from '../containers/parts.ts';
import type { CopyOptions } from '../types.ts';
import { hostEntries, hostStatus } from './host-source.ts';
import { HostTarget } from './host-target.ts';
import { openTree, withTree } from './open.ts';
import { baseName, planCopy, splitPath, type CopySource } from './plan-copy.ts';
import type { FileStatus, TreeSession } from './session.ts';
import { phrase } from '../../lib/phrase.ts';

const maxLinks = 40;

/** From a path of the user's, or from a tar that is unpacked in a directory. */
export async function copyToContainer(
  parts: Parts,
  id: string,
  from: { path: string } | { stream: AsyncIterable<Uint8Array> },
  to: string,
  { followLink }: CopyOptions,
  operation: Operation,
): Promise<void> {
  const record = parts.catalog.record(id);
  await withTree(parts, record, { view: 'mounted', writable: true }, async (tree) => {
    const target = splitPath(posix.normalize(`/${to}`));
    const kind = kindOf(await found(tree, target.path));
    if ('stream' in from) {
      if (kind !== 'directory') throw new SkiffError('invalid-argument', `${record.name}:${to}: must be a directory`);
      const archive = 'the archive on stdin';
      const entries = readTar(decompress(from.stream, archive), archive);
      return tree.apply(below(watched(entries, operation), target.path));
    }
    const source = hostSource(from.path, followLink);
    const plan = planCopy(source, { path: target.path, kind, mustBeDirectory: target.endsInSlash });
    await assertParent(tree, plan.path, `${record.name}:${to}`);
    const entries = watched(hostEntries(source.path, { follow: followLink || source.isDirectory }), operation);
    return tree.apply(placed(entries, plan));
  });
  parts.journal.note('extract-to-dir', record);
}

/** To a path of the user's. */
export async function copyFromContainer(
  parts: Parts,
  id: string,
  from: string,
  to: string,
  { followLink, keepOwners }: CopyOptions,
  operation: Operation,
): Promise<void> {
  const record = parts.catalog.record(id);
  await withTree(parts, record, { view: 'mounted' }, async (tree) => {
    const source = await containerSource(tree, from, followLink, record.name);
    const target = splitPath(to);
    const status = hostStatus(target.path, { follow: true });
    const kind = !status ? 'missing' : status.isDirectory() ? 'directory' : 'other';
    // What a link leads to is copied under the link's name.
    const plan = planCopy(
      { ...source, path: source.typed },
      { path: target.path, kind, mustBeDirectory: target.endsInSlash },
    );
    const parent = posix.dirname(plan.path);
    if (!plan.isThere && !hostStatus(parent, { follow: true })?.isDirectory())
      throw new SkiffError(
        'not-found',
        phrase('invalid output path: directory {0} does not exist', JSON.stringify(parent)),
      );
    const host = new HostTarget(plan.path, { isThere: plan.isThere, keepOwners }, operation);
    await host.write(tree.walk(Buffer.from(source.path)));
  });
  parts.journal.note('archive-path', record);
}

/** The bytes of a tar, whose names begin with the source's own. */
export async function* copyStream(
  parts: Parts,
  id: string,
  from: string,
  { followLink }: CopyOptions,
  operation: Operation,
): AsyncGenerator<Uint8Array, void, undefined> {
  const record = parts.catalog.record(id);
  const tree = await openTree(parts, record, { view: 'mounted' });
  try {
    const source = await containerSource(tree, from, followLink, record.name);
    // As Docker, and unlike a copy to a path.
    const name = source.contentsOnly ? '' : baseName(followLink ? source.path : from);
    const entries = tree.walk(Buffer.from(source.path));
    yield* writeTar(watched(name === '' ? entries : placed(entries, { path: name, isThere: false }), operation));
  } finally {
    await tree.close();
  }
  parts.journal.note('archive-path', record);
}

function hostSource(text: string, followLink: boolean): CopySource {
  const { path, contentsOnly, endsInSlash } = splitPath(text);
  const status = hostStatus(path, { follow: followLink || contentsOnly || endsInSlash });
  if (!status) throw new SkiffError('not-found', phrase('{0}: no such file or directory', text));
  if ((endsInSlash || contentsOnly) && !status.isDirectory())
    throw new SkiffError('invalid-argument', phrase('{0}: not a directory', text));
  return { path, isDirectory: status.isDirectory(), contentsOnly };
}

async function containerSource(
  tree: TreeSession,
  text: string,
  followLink: boolean,
  name: string,
): Promise<CopySource & { typed: string }> {
  const {
    path: typed,
    contentsOnly,
    endsInSlash,
  } = splitPath(posix.normalize(`/${text}`) + (text.endsWith('/.') ? '/.' : ''));
  let path = typed;
  let status = await found(tree, path, { follow: false });
  for (let links = 0; status?.type === '2' && (followLink || contentsOnly || endsInSlash); links++) {
    if (links === maxLinks)
      throw new SkiffError('invalid-argument', phrase('{0}:{1}: too many symbolic links', name, text));
    const link = status.linkName.toString();
    // Not normalised: `..` after a link is the kernel's to follow, inside the container's root.
    path = link.startsWith('/') ? link : `${posix.dirname(path)}/${link}`;
    status = await found(tree, path, { follow: false });
  }
  if (!status) throw new SkiffError('not-found', phrase('Could not find the file {0} in container {1}', text, name));
  if ((endsInSlash || contentsOnly) && status.type !== '5')
    throw new SkiffError('invalid-argument', phrase('{0}:{1}: not a directory', name, text));
  return { path, typed, isDirectory: status.type === '5', contentsOnly };
}

async function found(tree: TreeSession, path: string, { follow } = { follow: true }): Promise<FileStatus | undefined> {
  return tree.stat(Buffer.from(path), { follow }).catch(absentIfMissing);
}

function kindOf(status: FileStatus | undefined): 'missing' | 'directory' | 'other' {
  return !status ? 'missing' : status.type === '5' ? 'directory' : 'other';
}

async function assertParent(tree: TreeSession, path: string, typed: string): Promise<void> {
  if (kindOf(await found(tree, posix.dirname(path))) === 'directory') return;
  throw new SkiffError('not-found', phrase('{0}: its parent is no directory of the container', typed));
}

async function* watched<T>(entries: AsyncIterable<T>, { signal }: Operation): AsyncGenerator<T, void, undefined> {
  for await (const entry of entries) {
    signal.throwIfAborted();
    yield entry;
  }
}

/** The first entry at `path`, the others below it. A directory that is there already is left as it is. */
export async function* placed(
  entries: AsyncIterable<TarEntry>,
  { path, isThere }: { path: string; isThere: boolean },
): AsyncGenerator<TarEntry, void, undefined> {
  const place = (name: Buffer): Buffer =>
    name.length === 0 ? Buffer.from(path) : Buffer.concat([Buffer.from(`${path}/`), name]);
  for await (const entry of entries) {
    if (entry.path.length === 0 && isThere) continue;
    const isLink = entry.type === '1';
    yield { ...entry, path: place(entry.path), ...(isLink ? { linkName: place(entry.linkName) } : {}) };
  }
}

/** An archive's entries in a directory, whose own entry is left out. */
async function* below(entries: AsyncIterable<TarEntry>, path: string): AsyncGenerator<TarEntry, void, undefined> {
  const prefix = Buffer.from(`${path}/`);
  for await (const entry of entries) {
    if (/^\.?\/*$/.test(entry.path.toString('latin1'))) continue;
    const isLink = entry.type === '1';
    yield {
      ...entry,
      path: Buffer.concat([prefix, entry.path]),
      ...(isLink ? { linkName: Buffer.concat([prefix, entry.linkName]) } : {}),
    };
  }
}
