/**
 * The records of a container's log: CRI format, `time stream F|P text\n`, where time has nine digits of fraction and both streams'
 * names are equally long, so that every text begins at the same place of its line.
 */

/** Text of one stream: of as many records as follow each other. Lines have their newlines. */
export type LogChunk = { channel: 'stdout' | 'stderr'; bytes: Buffer };

export type RecordOptions = {
  /** Begin lines with their times. */
  timestamps?: boolean;
  /** Begin lines with this, behind the time. */
  prefix?: string;
  /** Times as in the log (`2026-11-24T11:13:52.000000000Z`); both are included. */
  since?: string;
  until?: string;
};

const timeLength = 30;
export const headerLength = 40;
const [newline, space] = [0x0a, 0x20];

/** What a line's header says, in one look; undefined: a line that nobody of us wrote (cut by a full disk). */
export function recordKind(bytes: Buffer, start: number): { isStderr: boolean; isWhole: boolean } | undefined {
  const wellFormed =
    bytes[start + timeLength] === space && bytes[start + 37] === space && bytes[start + headerLength - 1] === space;
  return wellFormed ? { isStderr: bytes[start + 34] === 0x65, isWhole: bytes[start + 38] === 0x46 } : undefined;
}

/**
 * Turns a log's bytes, as they come, into what its process wrote. Five million lines pass here at once when somebody asks for a
 * log, so nothing is made for a single one.
 */
export class RecordReader {
  readonly #since: Buffer | undefined;
  readonly #until: Buffer | undefined;
  readonly #timestamps: boolean;
  readonly #prefix: Buffer;
  readonly #startsLine = { stdout: true, stderr: true };
  #rest: Buffer = Buffer.alloc(0);
  #isPast = false;

  constructor({ since, until, timestamps = false, prefix = '' }: RecordOptions) {
    this.#since = since === undefined ? undefined : Buffer.from(since);
    this.#until = until === undefined ? undefined : Buffer.from(until);
    this.#timestamps = timestamps;
    this.#prefix = Buffer.from(prefix);
  }

  /** Whether a record was later than all that are wanted: no other will come that is not. */
  get isPast(): boolean {
    return this.#isPast;
  }

  push(chunk: Buffer): LogChunk[] {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const end = bytes.lastIndexOf(newline) + 1;
    this.#rest = Buffer.from(bytes.subarray(end));
    return this.#read(bytes, end);
  }

  #read(bytes: Buffer, end: number): LogChunk[] {
    const chunks: LogChunk[] = [];
    const out = Buffer.allocUnsafe(this.#mostOutput(bytes, end));
    let channel: LogChunk['channel'] = 'stdout';
    let [from, to] = [0, 0];
    for (let start = 0, next = 0; start < end; start = next) {
      next = bytes.indexOf(newline, start) + 1;
      const kind = next - start > headerLength ? recordKind(bytes, start) : undefined;
      if (!kind || !this.#wants(bytes, start)) continue;
      const own = kind.isStderr ? 'stderr' : 'stdout';
      if (own !== channel && to > from) {
        chunks.push({ channel, bytes: out.subarray(from, to) });
        from = to;
      }
      channel = own;
      if (this.#startsLine[channel]) to = this.#begin(out, to, bytes, start);
      this.#startsLine[channel] = kind.isWhole;
      to += copy(bytes, start + headerLength, kind.isWhole ? next : next - 1, out, to);
    }
    if (to > from) chunks.push({ channel, bytes: out.subarray(from, to) });
    return chunks;
  }

  /** What is left out of a record is more than what is put before its text, but for a prefix. */
  #mostOutput(bytes: Buffer, end: number): number {
    if (this.#prefix.length <= 1) return end;
    let lines = 0;
    for (let at = 0; at < end; at = bytes.indexOf(newline, at) + 1) lines += 1;
    return end + lines * this.#prefix.length;
  }

  #begin(out: Buffer, at: number, bytes: Buffer, start: number): number {
    let to = at;
    if (this.#timestamps) {
      to += copy(bytes, start, start + timeLength, out, to);
      out[to++] = space;
    }
    return to + copy(this.#prefix, 0, this.#prefix.length, out, to);
  }

  #wants(bytes: Buffer, start: number): boolean {
    if (this.#since && bytes.compare(this.#since, 0, timeLength, start, start + timeLength) < 0) return false;
    if (!this.#until || bytes.compare(this.#until, 0, timeLength, start, start + timeLength) <= 0) return true;
    this.#isPast = true;
    return false;
  }
}

/** For a few bytes a loop is quicker than a call into the engine. */
function copy(from: Buffer, start: number, end: number, to: Buffer, at: number): number {
  if (end - start > 64) from.copy(to, at, start, end);
  else for (let index = start, target = at; index < end; index += 1) to[target++] = from[index] ?? 0;
  return end - start;
}
