import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { SkiffError } from '../../lib/errors.ts';
import type { Operation } from '../../lib/operation.ts';
import { WriteBatch } from '../../lib/write-batch.ts';

/** A file below the blobs' folder that has no name yet. */
export type Spooled = { path: string; digest: string; size: number };

/** The same bytes, each of them on its way to a new file, which is the caller's to remove. */
export async function* spooling(
  path: string,
  source: AsyncIterable<Uint8Array>,
  { signal }: Operation,
): AsyncGenerator<Uint8Array, void, undefined> {
  const file = await open(path, 'wx', 0o644);
  const batch = new WriteBatch(file);
  try {
    for await (const chunk of source) {
      signal.throwIfAborted();
      await batch.add(chunk);
      yield chunk;
    }
    await batch.flush();
  } finally {
    await file.close();
  }
}

/** The native program syncs the file system before it names a layer: then its blob need not be synced for itself. */
export type SyncFollows = { syncFollows: boolean };

/** A blob's file, written as its bytes come by. */
export class BlobFile {
  readonly #path: string;
  readonly #hash = createHash('sha256');
  #file: FileHandle | undefined;
  #ended = false;
  size = 0;
  /** Once it is finished. */
  digest = '';

  constructor(path: string) {
    this.#path = path;
  }

  /** The same bytes, each of them on its way to the file. */
  async *copying(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
    this.#file = await open(this.#path, 'wx', 0o644);
    const batch = new WriteBatch(this.#file);
    for await (const chunk of source) {
      this.#hash.update(chunk);
      this.size += chunk.length;
      await batch.add(chunk);
      yield chunk;
    }
    await batch.flush();
    this.#ended = true;
  }

  /** Throws invalid-argument unless all of `digest` (absent: whatever it is) is there; then it is on the disk. */
  async finish(what: string, { syncFollows }: SyncFollows, digest?: string): Promise<void> {
    this.digest = `sha256:${this.#hash.digest('hex')}`;
    if (!this.#ended || this.digest !== (digest ?? this.digest))
      throw new SkiffError(
        'invalid-argument',
        `${what}: verification failed: its digest is ${this.digest}, not ${digest}`,
      );
    if (!syncFollows) await this.#file?.sync();
  }

  async close(): Promise<void> {
    await this.#file?.close();
  }
}
