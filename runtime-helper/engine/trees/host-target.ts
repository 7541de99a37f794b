import {
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  ftruncateSync,
  futimesSync,
  lchownSync,
  linkSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  openSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeSync,
} from 'node:fs';
import type { TarEntry } from '../../archive/tar-reader.ts';
import { errnoOf, SkiffError } from '../../lib/errors.ts';
import type { Operation } from '../../lib/operation.ts';
import { hostFailure } from './host-source.ts';
import { phrase } from '../../lib/phrase.ts';

const slash = Buffer.from('/');

/**
 * Makes files of a container's entries on the host, as the user. Entries are not trusted: each goes into a directory that an entry before it has
 * made or found, and nothing is written through a link.
 */
export class HostTarget {
  readonly #root: Buffer;
  readonly #isThere: boolean;
  readonly #keepOwners: boolean;
  readonly #operation: Operation;
  /** Paths of directories, in latin1, and what they get when all is in them. */
  readonly #directories = new Map<string, TarEntry>();

  /** `root`: where the entry with the empty path goes; `isThere`: it is a directory that stays as it is. */
  constructor(root: string, how: { isThere: boolean; keepOwners: boolean }, operation: Operation) {
    this.#root = Buffer.from(root);
    this.#isThere = how.isThere;
    this.#keepOwners = how.keepOwners;
    this.#operation = operation;
  }

  async write(entries: AsyncIterable<TarEntry>): Promise<void> {
    for await (const entry of entries) {
      this.#operation.signal.throwIfAborted();
      try {
        await this.#make(entry);
      } catch (error) {
        throw error instanceof SkiffError ? error : hostFailure(error, this.#place(entry.path).toString());
      }
    }
    for (const entry of [...this.#directories.values()].toReversed()) this.#finishDirectory(entry);
  }

  async #make(entry: TarEntry): Promise<void> {
    this.#assertInside(entry.path);
    const path = this.#place(entry.path);
    if (entry.type === '5') return this.#makeDirectory(entry, path);
    const isDirectory = lstatSync(path, { throwIfNoEntry: false })?.isDirectory();
    if (isDirectory === true)
      throw new SkiffError(
        'invalid-argument',
        phrase('cannot overwrite directory {0} with non-directory', path.toString()),
      );
    if (isDirectory === false) unlinkSync(path);
    if (entry.type === '0') return this.#makeFile(entry, path);
    if (entry.type === '1') {
      this.#assertInside(entry.linkName);
      linkSync(this.#place(entry.linkName), path);
    } else if (entry.type === '2') {
      symlinkSync(entry.linkName, path);
      if (this.#keepOwners) lchownSync(path, entry.uid, entry.gid);
      lutimesSync(path, timeOf(entry), timeOf(entry));
    } else this.#operation.log('warn', `left out ${path.toString()}: a device or pipe`);
  }

  #makeDirectory(entry: TarEntry, path: Buffer): void {
    try {
      mkdirSync(path, { mode: 0o700 });
    } catch (error) {
      if (errnoOf(error) !== 'EEXIST') throw error;
      const isRoot = entry.path.length === 0 && this.#isThere;
      if (!isRoot && !lstatSync(path).isDirectory())
        throw new SkiffError(
          'invalid-argument',
          phrase('cannot overwrite non-directory {0} with directory', path.toString()),
        );
    }
    this.#directories.set(entry.path.toString('latin1'), entry);
  }

  async #makeFile(entry: TarEntry, path: Buffer): Promise<void> {
    const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
    const file = openSync(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
    try {
      await writeContent(file, entry);
      if (this.#keepOwners) fchownSync(file, entry.uid, entry.gid);
      fchmodSync(file, this.#modeOf(entry));
      futimesSync(file, timeOf(entry), timeOf(entry));
    } finally {
      closeSync(file);
    }
  }

  #finishDirectory(entry: TarEntry): void {
    if (entry.path.length === 0 && this.#isThere) return;
    const path = this.#place(entry.path);
    if (this.#keepOwners) lchownSync(path, entry.uid, entry.gid);
    chmodSync(path, this.#modeOf(entry));
    utimesSync(path, timeOf(entry), timeOf(entry));
  }

  /** Somebody else's set-user-id bit is not the user's to give. */
  #modeOf({ mode }: TarEntry): number {
    return this.#keepOwners ? mode : mode & 0o777;
  }

  #place(path: Buffer): Buffer {
    return path.length === 0 ? this.#root : Buffer.concat([this.#root, slash, path]);
  }

  #assertInside(path: Buffer): void {
    if (path.length === 0) return;
    const text = path.toString('latin1');
    const parent = text.includes('/') ? text.slice(0, text.lastIndexOf('/')) : '';
    const name = text.slice(text.lastIndexOf('/') + 1);
    if (!this.#directories.has(parent) || name === '' || name === '.' || name === '..')
      throw new SkiffError('invalid-argument', phrase('{0}: leads out of what is copied', path.toString()));
  }
}

async function writeContent(file: number, entry: TarEntry): Promise<void> {
  const pieces = entry.segments ?? [{ offset: 0, length: entry.size }];
  let index = 0;
  let done = 0;
  for await (const chunk of entry.content()) {
    for (let at = 0; at < chunk.length;) {
      while (index < pieces.length && done === pieces[index]?.length) {
        index += 1;
        done = 0;
      }
      const piece = pieces[index];
      if (!piece) break;
      const count = Math.min(chunk.length - at, piece.length - done);
      const written = writeSync(file, chunk, at, count, piece.offset + done);
      at += written;
      done += written;
    }
  }
  ftruncateSync(file, entry.size);
}

const timeOf = ({ mtimeSeconds, mtimeNanoseconds }: TarEntry): number => mtimeSeconds + mtimeNanoseconds / 1e9;
