import { StreamMessageWriter, type Message } from 'vscode-jsonrpc/node';

/** So many messages may wait for the peer to read. */
const mostWaiting = 64;

/** Writes messages in order, and tells how far its peer is behind. */
export class BoundedWriter extends StreamMessageWriter {
  #waiting = 0;
  #wake: (() => void) | undefined;

  override async write(message: Message): Promise<void> {
    this.#waiting += 1;
    try {
      await super.write(message);
    } finally {
      this.#waiting -= 1;
      if (this.#waiting < mostWaiting) this.#wake?.();
    }
  }

  /** Resolves when few messages wait. */
  async accepting(): Promise<void> {
    if (this.#waiting < mostWaiting) return;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    this.#wake = undefined;
  }
}
