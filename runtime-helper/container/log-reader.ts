import { watch } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { openNextLog } from './log-files.ts';
import { RecordReader, type LogChunk, type RecordOptions } from './log-records.ts';
import { openTail, type LogPosition } from './log-tail.ts';

export type { LogChunk } from './log-records.ts';

type Options = RecordOptions & {
  /** Number of last lines; absent: all. */
  tail?: number;
  /** While it says true at the end of the log, more is waited for. Absent: the log so far. */
  follow?: () => boolean;
  /** A file that changes when what `follow` says may have. */
  state?: string;
  signal: AbortSignal;
};

const chunkLength = 256 * 1024;

/**
 * Reads a container's log, over as many files as it has, and through their rotation. A container that was never started has
 * none: nothing is yielded, unless it is followed until it has one.
 */
export async function* readLog(folder: string, options: Options): AsyncGenerator<LogChunk> {
  const { signal, follow } = options;
  const follower = follow ? new Follower(folder, options) : undefined;
  const reader = new RecordReader(options);
  const place = new Place(folder);
  try {
    await place.open(options.tail);
    for (;;) {
      signal.throwIfAborted();
      // Asked before reading: what is written until the process's end is then still read below.
      const more = follow?.() ?? false;
      const bytes = await place.read();
      if (bytes) yield* reader.push(bytes);
      if (reader.isPast) return;
      if (bytes || (await place.next())) continue;
      if (!more || !follower) return;
      await follower.changed();
    }
  } finally {
    follower?.close();
    await place.close();
  }
}

/** Where in a log's files its reader is. */
class Place {
  readonly #folder: string;
  #at: LogPosition | undefined;
  #following: FileHandle | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async open(tail: number | undefined): Promise<void> {
    if (tail !== undefined) this.#at = await openTail(this.#folder, tail);
    else await this.next();
  }

  /** Absent: there is no more in this file. */
  async read(): Promise<Buffer | undefined> {
    if (!this.#at) return undefined;
    const { file, offset } = this.#at;
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(chunkLength), 0, chunkLength, offset);
    this.#at.offset += bytesRead;
    return bytesRead === 0 ? undefined : buffer.subarray(0, bytesRead);
  }

  /** Goes on to the next file; false: there is none. The one before is read to its end once more: the rotation came behind the last look. */
  async next(): Promise<boolean> {
    if (!this.#following) {
      const current = this.#at ? (await this.#at.file.stat()).ino : undefined;
      this.#following = await openNextLog(this.#folder, current);
      if (!this.#following) return false;
      if (this.#at) return true;
    }
    await this.#at?.file.close();
    this.#at = { file: this.#following, offset: 0 };
    this.#following = undefined;
    return true;
  }

  async close(): Promise<void> {
    await this.#at?.file.close();
    await this.#following?.close();
  }
}

/** Wakes up when the log's folder changes, or the state, by inotify; a timer there is only for the time that the reader set himself. */
class Follower {
  #wake: (() => void) | undefined;
  #changed = false;
  readonly #watchers;
  readonly #signal: AbortSignal;
  readonly #deadline: NodeJS.Timeout | undefined;
  readonly #poke = (): void => {
    this.#changed = true;
    this.#wake?.();
  };

  constructor(folder: string, { signal, until, state }: Options) {
    this.#watchers = [watch(join(folder, '..'), this.#poke)];
    if (state !== undefined)
      this.#watchers.push(
        watch(dirname(state), (_event, name) => (name === basename(state) ? this.#poke() : undefined)),
      );
    try {
      this.#watchers.push(watch(folder, this.#poke));
    } catch {
      // Never started: the folder comes with the log.
    }
    this.#signal = signal;
    if (until !== undefined) this.#deadline = setTimeout(this.#poke, deadlineMs(until));
    for (const watcher of this.#watchers) watcher.on('error', this.#poke);
    signal.addEventListener('abort', this.#poke);
  }

  async changed(): Promise<void> {
    if (!this.#changed) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    this.#changed = false;
    this.#wake = undefined;
  }

  close(): void {
    clearTimeout(this.#deadline);
    for (const watcher of this.#watchers) watcher.close();
    this.#signal.removeEventListener('abort', this.#poke);
  }
}

/** A time just behind `until`; setTimeout takes no more than 31 bits. */
const deadlineMs = (until: string): number => Math.min(Math.max(Date.parse(until) - Date.now() + 2, 0), 2 ** 31 - 1);
