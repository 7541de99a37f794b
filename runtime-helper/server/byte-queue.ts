const highWater = 1024 * 1024;

/** Bytes that are pushed on one side and read on the other. Says when its source should pause, and when it may go on. */
export class ByteQueue {
  readonly #flow: { full: () => void; empty: () => void };
  readonly #chunks: Buffer[] = [];
  #length = 0;
  #ended = false;
  #paused = false;
  #wake: (() => void) | undefined;

  constructor(flow: { full: () => void; empty: () => void }) {
    this.#flow = flow;
  }

  push(chunk: Buffer): void {
    if (this.#ended) return;
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    if (this.#length > highWater && !this.#paused) {
      this.#paused = true;
      this.#flow.full();
    }
    this.#wake?.();
  }

  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  async *chunks(): AsyncGenerator<Buffer> {
    for (;;) {
      const chunk = this.#chunks.shift();
      if (chunk) {
        this.#length -= chunk.length;
        yield chunk;
      } else if (this.#ended) return;
      else {
        if (this.#paused) {
          this.#paused = false;
          this.#flow.empty();
        }
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        this.#wake = undefined;
      }
    }
  }
}
