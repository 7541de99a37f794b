import { watch } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from '../lib/errors.ts';
import type { Operation } from '../lib/operation.ts';
import type { StoreEvent } from './journal.ts';

export type EventRange = {
  /** Milliseconds since the epoch; absent: only what comes. */
  since?: number;
  /** Absent: until the operation is given up. */
  until?: number;
};

/** What happened in a store, in order, and what happens: its journal is watched, not polled. */
export async function* readEvents(
  folder: string,
  { since, until }: EventRange,
  { signal }: Pick<Operation, 'signal'>,
): AsyncGenerator<StoreEvent> {
  const from = since ?? Date.now();
  const wanted = ({ time }: StoreEvent): boolean => {
    const at = Date.parse(time);
    return at >= from && (until === undefined || at <= until);
  };
  const news = new News(folder, signal, until);
  const journal = new OpenJournal(join(folder, '0.log'));
  try {
    if (since !== undefined) yield* (await wholeFile(join(folder, '1.log'))).filter(wanted);
    for (;;) {
      yield* (await journal.next()).filter(wanted);
      if (signal.aborted || (until !== undefined && Date.now() > until)) return;
      await news.come();
    }
  } finally {
    news.close();
    await journal.close();
  }
}

/** The journal that is written to: when it was put aside, the rest of it, and then its successor. */
class OpenJournal {
  readonly #path: string;
  #file: FileHandle | undefined;
  #at = 0;
  #rest = '';

  constructor(path: string) {
    this.#path = path;
  }

  async next(): Promise<StoreEvent[]> {
    this.#file ??= await openOptional(this.#path);
    if (!this.#file) return [];
    const events = await this.#read(this.#file);
    const now = await openOptional(this.#path);
    if (!now) return events;
    const [own, current] = [await this.#file.stat(), await now.stat()];
    if (own.ino === current.ino) {
      await now.close();
      return events;
    }
    await this.#file.close();
    [this.#file, this.#at, this.#rest] = [now, 0, ''];
    return [...events, ...(await this.#read(now))];
  }

  async close(): Promise<void> {
    await this.#file?.close();
  }

  async #read(file: FileHandle): Promise<StoreEvent[]> {
    const { size } = await file.stat();
    const { buffer, bytesRead } = await file.read(
      Buffer.alloc(Math.max(0, size - this.#at)),
      0,
      size - this.#at,
      this.#at,
    );
    this.#at += bytesRead;
    const lines = (this.#rest + buffer.toString('utf8', 0, bytesRead)).split('\n');
    this.#rest = lines.pop() ?? '';
    return lines.flatMap((line) => parseEvent(line) ?? []);
  }
}

/** Absent: a line that was cut by a full disk. */
function parseEvent(line: string): StoreEvent | undefined {
  try {
    return JSON.parse(line) as StoreEvent;
  } catch {
    return undefined;
  }
}

async function wholeFile(path: string): Promise<StoreEvent[]> {
  const journal = new OpenJournal(path);
  try {
    return await journal.next();
  } finally {
    await journal.close();
  }
}

async function openOptional(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Wakes up when the journal has changed, the time is over, or nobody wants to know any more. */
class News {
  readonly #watcher;
  readonly #signal: AbortSignal;
  readonly #timer: NodeJS.Timeout | undefined;
  #arrived = Promise.withResolvers<void>();
  readonly #arrive = (): void => this.#arrived.resolve();

  constructor(folder: string, signal: AbortSignal, until: number | undefined) {
    this.#signal = signal;
    this.#watcher = watch(folder, this.#arrive);
    this.#watcher.on('error', this.#arrive);
    signal.addEventListener('abort', this.#arrive);
    if (until !== undefined)
      this.#timer = setTimeout(this.#arrive, Math.min(Math.max(0, until - Date.now() + 1), 2 ** 31 - 1));
  }

  async come(): Promise<void> {
    await this.#arrived.promise;
    this.#arrived = Promise.withResolvers<void>();
  }

  close(): void {
    this.#watcher.close();
    clearTimeout(this.#timer);
    this.#signal.removeEventListener('abort', this.#arrive);
  }
}
