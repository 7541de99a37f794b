import type { OnReadOpts, Socket } from 'node:net';

const bufferCount = 3;
const bufferBytes = 256 * 1024;

/**
 * What a socket brings, in chunks that are good until the next one is asked for: they lie in a few buffers that are used again and again.
 * Buffers that are made anew for each read have the collector go through all of the heap for every 20 MB.
 */
export class ReusedChunks implements AsyncIterableIterator<Uint8Array> {
  readonly #ring = Array.from({ length: bufferCount }, () => Buffer.allocUnsafeSlow(bufferBytes));
  /** The one that is filled next. */
  #next = 0;
  readonly #filled: Uint8Array[] = [];
  /** How many of them are filled, or being looked at. */
  #held = 0;
  #isGiven = false;
  #isPaused = false;
  #isOver = false;
  #wake = (): void => {};
  #socket: Socket | undefined;

  /** What the socket is to be connected with. */
  readonly onread: OnReadOpts = {
    buffer: () => this.#ring[this.#next] ?? Buffer.alloc(0),
    callback: (count, buffer) => {
      this.#filled.push(buffer.subarray(0, count));
      this.#held += 1;
      this.#next = (this.#next + 1) % bufferCount;
      this.#isPaused = this.#held === bufferCount;
      this.#wake();
      return !this.#isPaused;
    },
  };

  /** The socket that was connected with `onread`. */
  start(socket: Socket): void {
    this.#socket = socket;
    socket.once('close', () => {
      this.#isOver = true;
      this.#wake();
    });
    // Else nobody would see its end.
    socket.resume();
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.#giveBack();
    while (this.#filled.length === 0 && !this.#isOver)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    const value = this.#filled.shift();
    if (!value) return { done: true, value: undefined };
    this.#isGiven = true;
    return { done: false, value };
  }

  return(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.#socket?.destroy();
    this.#filled.length = 0;
    this.#isOver = true;
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #giveBack(): void {
    if (!this.#isGiven) return;
    this.#isGiven = false;
    this.#held -= 1;
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#socket?.resume();
  }
}
