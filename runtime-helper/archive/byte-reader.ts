import { SkiffError } from '../lib/errors.ts';

/** Bytes in order. `skip`: leaves some of them out, where that costs less than to read them; false when there are not that many. */
export type ByteSource = AsyncIterable<Uint8Array> & { skip?: (count: number) => boolean };

/** Takes exact numbers of bytes from chunks of any size. `what` names the source in errors. */
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
    const bytes = this.#chunk.subarray(0, length);
    this.#chunk = this.#chunk.subarray(length);
    return bytes;
  }

  /** `length` bytes piece by piece. */
  async *pieces(length: number): AsyncGenerator<Buffer, void, undefined> {
    for (let left = length; left > 0;) {
      if (this.#chunk.length === 0 && !(await this.#more())) throw this.#truncated();
      const piece = this.#chunk.subarray(0, left);
      this.#chunk = this.#chunk.subarray(piece.length);
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

  /** Reads on to the end of the source, so that whoever listens there sees all of it. */
  async drain(): Promise<void> {
    do this.#chunk = Buffer.alloc(0);
    while (await this.#more());
  }

  /** Gives the source up, wherever it is. */
  async close(): Promise<void> {
    await this.#source.return?.();
  }

  async #gather(length: number): Promise<boolean> {
    const parts = this.#chunk.length > 0 ? [this.#chunk] : [];
    let total = this.#chunk.length;
    while (total < length) {
      if (!(await this.#more())) {
        if (total === 0) return false;
        throw this.#truncated();
      }
      parts.push(this.#chunk);
      total += this.#chunk.length;
    }
    this.#chunk = parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts, total);
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
    return new SkiffError('invalid-argument', `${this.#what}: ends in the middle of an entry`);
  }
}
