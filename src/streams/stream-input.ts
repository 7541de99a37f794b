import type { Client } from '../../runtime-helper/client/client.ts';

const mostBytesPerMessage = 48 * 1024;

/** Sends typed bytes in order, one message at a time: what is typed meanwhile travels together in the next. */
export class StreamInput {
  readonly #client: Pick<Client, 'writeStream'>;
  readonly #stream: string;
  readonly #failed: (error: unknown) => void;
  #waiting: Buffer[] = [];
  #sending = false;
  #ending = false;
  #closed = false;

  constructor(client: Pick<Client, 'writeStream'>, stream: string, failed: (error: unknown) => void) {
    this.#client = client;
    this.#stream = stream;
    this.#failed = failed;
  }

  push(text: string): void {
    if (this.#closed || this.#ending || text === '') return;
    this.#waiting.push(Buffer.from(text));
    if (!this.#sending) void this.#send();
  }

  /** Nothing more will come: a process that reads from a pipe sees its end. */
  end(): void {
    if (this.#closed || this.#ending) return;
    this.#ending = true;
    if (!this.#sending) void this.#send();
  }

  close(): void {
    this.#closed = true;
    this.#waiting = [];
  }

  async #send(): Promise<void> {
    this.#sending = true;
    try {
      while (this.#waiting.length > 0) {
        const bytes = Buffer.concat(this.#waiting);
        const message = bytes.subarray(0, mostBytesPerMessage);
        this.#waiting = bytes.length > message.length ? [bytes.subarray(message.length)] : [];
        await this.#client.writeStream({ stream: this.#stream, data: message.toString('base64') });
      }
      if (this.#ending) await this.#client.writeStream({ stream: this.#stream, data: '', last: true });
    } catch (error) {
      if (!this.#closed) this.#failed(error);
      this.#waiting = [];
    } finally {
      this.#sending = false;
    }
  }
}
