import { watch } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from '../lib/errors.ts';

/** One line, or part of a line, of a container's log. */
export type LogEntry = { time: string; channel: 'stdout' | 'stderr'; text: Buffer };

type Options = {
  /** Number of last lines; absent: all. */
  tail?: number;
  /** While it says true at the end of the file, more is waited for. Absent: the log so far. */
  follow?: () => boolean;
  signal: AbortSignal;
};

const logName = '0.log';
const chunkLength = 64 * 1024;

/** Reads `log/0.log` (CRI format: `time stream F|P text`). A container that was never started has none: nothing is yielded. */
export async function* readLog(folder: string, options: Options): AsyncGenerator<LogEntry> {
  const file = await openLog(join(folder, logName));
  if (!file) return;
  const follower = options.follow ? new Follower(folder, options.signal) : undefined;
  try {
    let at = options.tail === undefined ? 0 : await startOfTail(file, options.tail);
    let rest: Buffer = Buffer.alloc(0);
    for (;;) {
      options.signal.throwIfAborted();
      // Asked before reading: what is written until the process's end is then still read below.
      const more = options.follow?.() ?? false;
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(chunkLength), 0, chunkLength, at);
      at += bytesRead;
      if (bytesRead === 0) {
        if (!more || !follower) return;
        await follower.changed();
        continue;
      }
      const { entries, remainder } = parseLines(Buffer.concat([rest, buffer.subarray(0, bytesRead)]));
      rest = remainder;
      yield* entries;
    }
  } finally {
    follower?.close();
    await file.close();
  }
}

async function openLog(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

export function parseLines(bytes: Buffer): { entries: LogEntry[]; remainder: Buffer } {
  const entries: LogEntry[] = [];
  let start = 0;
  for (let end = bytes.indexOf(0x0a); end >= 0; end = bytes.indexOf(0x0a, start)) {
    const entry = parseLine(bytes.subarray(start, end + 1));
    if (entry) entries.push(entry);
    start = end + 1;
  }
  return { entries, remainder: bytes.subarray(start) };
}

/** Absent: a line that nobody of us wrote (cut by a full disk). */
function parseLine(line: Buffer): LogEntry | undefined {
  const head = /^(\S+) (stdout|stderr) ([FP]) /.exec(line.toString('latin1', 0, 64));
  if (!head) return undefined;
  const [prefix, time = '', channel, kind] = head;
  const text = line.subarray(prefix.length, kind === 'F' ? line.length : line.length - 1);
  return { time, channel: channel === 'stderr' ? 'stderr' : 'stdout', text };
}

/** The offset after which the last `count` whole lines begin; parts (`P`) belong to the line that they begin. */
async function startOfTail(file: FileHandle, count: number): Promise<number> {
  const { size } = await file.stat();
  if (count === 0) return size;
  let window = chunkLength;
  for (;;) {
    const from = Math.max(0, size - window);
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(size - from), 0, size - from, from);
    const start = nthLastLine(buffer.subarray(0, bytesRead), count, from === 0);
    if (start !== undefined) return from + start;
    window *= 4;
  }
}

function nthLastLine(bytes: Buffer, count: number, whole: boolean): number | undefined {
  const ends: number[] = [];
  for (let at = bytes.indexOf(0x0a); at >= 0; at = bytes.indexOf(0x0a, at + 1)) ends.push(at);
  let full = 0;
  for (let index = ends.length - 1; index >= 0; index -= 1) {
    const start = index === 0 ? 0 : (ends[index - 1] ?? 0) + 1;
    if (index === 0 && !whole) return undefined;
    if (!/^\S+ std(?:out|err) F /.test(bytes.toString('latin1', start, start + 64))) continue;
    full += 1;
    // The line before the count'th ends here.
    if (full > count) return (ends[index] ?? 0) + 1;
  }
  return whole ? 0 : undefined;
}

/** Wakes up when the log's folder changes: inotify, no timer. */
class Follower {
  #wake: (() => void) | undefined;
  #changed = false;
  readonly #watcher;
  readonly #signal: AbortSignal;
  readonly #poke = (): void => {
    this.#changed = true;
    this.#wake?.();
  };

  constructor(folder: string, signal: AbortSignal) {
    this.#watcher = watch(folder, this.#poke);
    // The container's end writes nothing into the log's folder, but exit.json beside it.
    this.#exitWatcher = watch(join(folder, '..'), this.#poke);
    this.#signal = signal;
    for (const watcher of [this.#watcher, this.#exitWatcher]) watcher.on('error', this.#poke);
    signal.addEventListener('abort', this.#poke);
  }
  readonly #exitWatcher;

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
    this.#watcher.close();
    this.#exitWatcher.close();
    this.#signal.removeEventListener('abort', this.#poke);
  }
}
