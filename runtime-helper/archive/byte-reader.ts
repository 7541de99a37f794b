import { SkiffError } from '../lib/errors.ts';
import { phrase } from '../lib/phrase.ts';

/**
 * Bytes in order; a chunk of them may be good only until the next is asked for. `skip`: leaves some of them out, where that costs less than to
 * read them; false when there are not that many.
 */
export type ByteSource = AsyncIterable<Uint8Array> & { skip?: (count: number) => boolean };

/** Takes exact numbers of bytes from chunks of any size. What it returns is good for as long as the source's chunks are. `what` names the source in errors. */
export class ByteReader {
  readonly #source: AsyncIterator<Uint8Array>;
  readonly #skip: ByteSource['skip'];
  readonly #what: string;
  #chunk: Buffer = Buffer.alloc(0);

  constructor(source: ByteSource, what: string) {
    this.#source = source[Symbol.asyncIterator]();
    this.#skip = source.skip?.bind(source);
    this.#what = what;
  }

  /** Exactly `length` bytes; undefined at the end of the source. Throws invalid-argument when it ends within them. */
  async read(length: number): Promise<Buffer | undefined> {
    if (this.#chunk.length < length && !(await this.#gather(length))) return undefined;
    return this.readAtOnce(length);
  }

  /** As `read`, if they have come already. */
  readAtOnce(length: number): Buffer | undefined {
    if (this.#chunk.length < length) return undefined;
    const bytes = this.#chunk.subarray(0, length);
    this.#chunk = this.#chunk.subarray(length);
    return bytes;
  }

  /** At most `length` bytes, of which there is one at least: those that have come already, or else the next that do. */
  async readSome(length: number): Promise<Buffer> {
    if (this.#chunk.length === 0 && !(await this.#more())) throw this.#truncated();
    const piece = this.#chunk.subarray(0, length);
    this.#chunk = this.#chunk.subarray(piece.length);
    return piece;
  }

  /** `length` bytes piece by piece. */
  async *pieces(length: number): AsyncGenerator<Buffer, void, undefined> {
    for (let left = length; left > 0;) {
      const piece = await this.readSome(left);
      left -= piece.length;
      yield piece;
    }
  }

  async skip(length: number): Promise<void> {
    for (let left = length; left > 0;) {
      if (this.#skip && left > this.#chunk.length) {
        const there = this.#skip(left - this.#chunk.length);
        this.#chunk = Buffer.alloc(0);
        if (there) return;
        throw this.#truncated();
      }
      if (this.#chunk.length === 0 && !(await this.#more())) throw this.#truncated();
      const count = Math.min(left, this.#chunk.length);
      this.#chunk = this.#chunk.subarray(count);
      left -= count;
    }
  }

  /** Up to `length` bytes: as many as there are. */
  async skipAtMost(length: number): Promise<number> {
    let left = length;
    while (left > 0 && (this.#chunk.length > 0 || (await this.#more()))) {
      const count = Math.min(left, this.#chunk.length);
      this.#chunk = this.#chunk.subarray(count);
      left -= count;
    }
    return length - left;
  }

  /** Reads on to the end of the source, so that whoever listens there sees all of it. False: there is more than `most` of it. */
  async drain(most: number): Promise<boolean> {
    let count = 0;
    do {
      count += this.#chunk.length;
      this.#chunk = Buffer.alloc(0);
    } while (count <= most && (await this.#more()));
    return count <= most;
  }

  /** Gives the source up, wherever it is. */
  async close(): Promise<void> {
    await this.#source.return?.();
  }

  async #gather(length: number): Promise<boolean> {
    // Most often it is all in the next one.
    if (this.#chunk.length === 0 && !(await this.#more())) return false;
    if (this.#chunk.length >= length) return true;
    const parts: Buffer[] = [];
    let total = 0;
    for (;;) {
      total += this.#chunk.length;
      if (total >= length) break;
      parts.push(Buffer.from(this.#chunk));
      if (!(await this.#more())) throw this.#truncated();
    }
    this.#chunk = Buffer.concat([...parts, this.#chunk], total);
    return true;
  }

  async #more(): Promise<boolean> {
    const next = await this.#source.next();
    if (next.done) return false;
    const { buffer, byteOffset, length } = next.value;
    this.#chunk = Buffer.from(buffer, byteOffset, length);
    return length > 0 || this.#more();
  }

  #truncated(): SkiffError {
    return new SkiffError('invalid-argument', phrase('{0}: ends in the middle of an entry', this.#what));
  }
}
