import { createReadStream, lstatSync, readdirSync, readlinkSync, realpathSync, statSync, type Stats } from 'node:fs';
import type { TarEntry, TarType } from '../../archive/tar-reader.ts';
import { errnoOf, SkiffError } from '../../lib/errors.ts';
import { phrase } from '../../lib/phrase.ts';

const readBytes = 256 * 1024;
const slash = Buffer.from('/');

/** What is at a path of the user's, himself being who reads it. */
export function hostStatus(path: string, { follow }: { follow: boolean }): Stats | undefined {
  try {
    return follow ? statSync(path) : lstatSync(path);
  } catch (cause) {
    const code = errnoOf(cause);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw hostFailure(cause, path);
  }
}

/** A file or a tree, its first entry with an empty path. `follow`: what a link at `path` leads to. */
export function hostEntries(path: string, { follow }: { follow: boolean }): AsyncGenerator<TarEntry, void, undefined> {
  return new HostWalk(Buffer.from(follow ? realpathSync(path) : path)).entries(Buffer.alloc(0));
}

class HostWalk {
  readonly #root: Buffer;
  /** The first name of each file with several, by device and inode. */
  readonly #links = new Map<string, Buffer>();

  constructor(root: Buffer) {
    this.#root = root;
  }

  async *entries(path: Buffer): AsyncGenerator<TarEntry, void, undefined> {
    const full = path.length === 0 ? this.#root : Buffer.concat([this.#root, slash, path]);
    let status: Stats;
    try {
      status = lstatSync(full);
    } catch (error) {
      // What vanishes while we look was never there.
      if (path.length > 0 && errnoOf(error) === 'ENOENT') return;
      throw hostFailure(error, full.toString());
    }
    const entry = this.#entry(full, path, status);
    if (entry) yield entry;
    if (!status.isDirectory()) return;
    for (const name of childrenOf(full))
      yield* this.entries(path.length === 0 ? name : Buffer.concat([path, slash, name]));
  }

  /** Undefined for a socket, which no archive can hold. */
  #entry(full: Buffer, path: Buffer, status: Stats): TarEntry | undefined {
    const type = typeOf(status);
    if (type === undefined) return undefined;
    const first = this.#firstName(path, status);
    const isFile = type === '0' && first === undefined;
    return {
      type: first ? '1' : type,
      path,
      linkName: first ?? (type === '2' ? readlinkSync(full, { encoding: 'buffer' }) : Buffer.alloc(0)),
      mode: status.mode & 0o7777,
      uid: status.uid,
      gid: status.gid,
      mtimeSeconds: Math.floor(status.mtimeMs / 1000),
      mtimeNanoseconds: Math.floor((((status.mtimeMs % 1000) + 1000) % 1000) * 1e6),
      major: Math.floor(status.rdev / 256) & 0xfff,
      minor: status.rdev & 0xff,
      size: isFile ? status.size : 0,
      xattrs: [],
      offset: 0,
      content: () => (isFile ? exactly(full, status.size) : nothing()),
    };
  }

  #firstName(path: Buffer, status: Stats): Buffer | undefined {
    if (status.nlink < 2 || status.isDirectory()) return undefined;
    const key = `${status.dev}:${status.ino}`;
    const first = this.#links.get(key);
    if (!first) this.#links.set(key, path);
    return first;
  }
}

/** As many bytes as were promised: zeros for what a file has lost meanwhile. */
async function* exactly(path: Buffer, size: number): AsyncGenerator<Buffer, void, undefined> {
  let left = size;
  if (size === 0) return;
  const stream = createReadStream(path, { end: size - 1, highWaterMark: readBytes }) as AsyncIterable<Buffer>;
  try {
    for await (const piece of stream) {
      left -= piece.length;
      yield piece;
    }
  } catch (error) {
    throw hostFailure(error, path.toString());
  }
  for (; left > 0; left -= Math.min(left, readBytes)) yield Buffer.alloc(Math.min(left, readBytes));
}

async function* nothing(): AsyncGenerator<Buffer, void, undefined> {
  // Only files have content.
}

function childrenOf(directory: Buffer): Buffer[] {
  try {
    return readdirSync(directory, { encoding: 'buffer' }).toSorted((a, b) => a.compare(b));
  } catch (error) {
    throw hostFailure(error, directory.toString());
  }
}

function typeOf(status: Stats): TarType | undefined {
  if (status.isFile()) return '0';
  if (status.isSymbolicLink()) return '2';
  if (status.isCharacterDevice()) return '3';
  if (status.isBlockDevice()) return '4';
  if (status.isDirectory()) return '5';
  return status.isFIFO() ? '6' : undefined;
}

export function hostFailure(cause: unknown, path: string): SkiffError {
  switch (errnoOf(cause)) {
    case 'ENOENT':
      return new SkiffError('not-found', phrase('{0}: no such file or directory', path), { cause });
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new SkiffError('permission-denied', phrase('{0}: permission denied', path), { cause });
    case 'ENOSPC':
    case 'EDQUOT':
      return new SkiffError('unavailable', phrase('{0}: no space left on device', path), { cause });
    default:
      return new SkiffError('internal', `${path}: ${cause instanceof Error ? cause.message : String(cause)}`, {
        cause,
      });
  }
}
