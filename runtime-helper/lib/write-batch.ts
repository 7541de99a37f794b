import type { FileHandle } from 'node:fs/promises';

const writeBytes = 1024 * 1024;

/** Collects what comes in small pieces: each write is a round through the thread pool. What it was given is free once `add` is over. */
export class WriteBatch {
  readonly #file: FileHandle;
  /** One for all: what is made anew for each megabyte waits for the collector, and a large image has many. */
  readonly #bytes = Buffer.allocUnsafe(writeBytes);
  #length = 0;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  async add(chunk: Uint8Array): Promise<void> {
    for (let at = 0; at < chunk.length;) {
      if (this.#length === writeBytes) await this.flush();
      const piece = chunk.subarray(at, at + writeBytes - this.#length);
      this.#bytes.set(piece, this.#length);
      this.#length += piece.length;
      at += piece.length;
    }
  }

  async flush(): Promise<void> {
    for (let at = 0; at < this.#length;)
      at += (await this.#file.write(this.#bytes, at, this.#length - at)).bytesWritten;
    this.#length = 0;
  }
}
