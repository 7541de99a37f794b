import type { Client } from '../../runtime-helper/client/client.ts';

/** Who gets what a stream of the helper brings. */
export type StreamSink = {
  wrote: (channel: 'stdout' | 'stderr', bytes: Uint8Array) => void;
  /** The process's terminal has this size now, whoever has set it. */
  resized?: (size: { columns: number; rows: number }) => void;
  /** The last call. `exitCode` is absent when the stream ended for another reason than the process's end. */
  ended: (end: { exitCode?: number; error?: string }) => void;
  /** The helper is gone, and the stream with it; the process may well go on. The last call. */
  lost: () => void;
};

type Delivery = (sink: StreamSink) => void;

// What a request opens may bring its first bytes before the answer to the request has been read. More streams than this
// are never opened at once; what nobody claims, because its request failed meanwhile, must not pile up.
const mostUnclaimedStreams = 64;

/** Leads the bytes of many streams over one connection to their terminals and logs. */
export class Streams {
  readonly #sinks = new Map<string, StreamSink>();
  readonly #unclaimed = new Map<string, Delivery[]>();
  /** Nobody listens any more, but the helper may not know yet. */
  readonly #released = new Set<string>();

  constructor(client: Pick<Client, 'onStreamWrote' | 'onStreamEnded' | 'onStreamResized'>) {
    client.onStreamWrote(({ stream, channel, data }) => {
      const bytes = Buffer.from(data, 'base64');
      this.#deliver(stream, (sink) => sink.wrote(channel, bytes));
    });
    client.onStreamResized(({ stream, ...size }) => this.#deliver(stream, (sink) => sink.resized?.(size)));
    client.onStreamEnded(({ stream, ...end }) => {
      this.#deliver(stream, (sink) => {
        this.#sinks.delete(stream);
        sink.ended(end);
      });
      this.#released.delete(stream);
    });
  }

  claim(stream: string, sink: StreamSink): void {
    const waiting = this.#unclaimed.get(stream) ?? [];
    this.#unclaimed.delete(stream);
    this.#sinks.set(stream, sink);
    for (const delivery of waiting) delivery(sink);
  }

  release(stream: string): void {
    this.#sinks.delete(stream);
    this.#unclaimed.delete(stream);
    this.#released.add(stream);
  }

  /** The helper has ended: its streams' names mean nothing any more. */
  loseAll(): void {
    const lost = [...this.#sinks.values()];
    this.#sinks.clear();
    this.#unclaimed.clear();
    this.#released.clear();
    for (const sink of lost) sink.lost();
  }

  #deliver(stream: string, delivery: Delivery): void {
    const sink = this.#sinks.get(stream);
    if (sink) return delivery(sink);
    if (this.#released.has(stream)) return undefined;
    const waiting = this.#unclaimed.get(stream);
    if (waiting) waiting.push(delivery);
    else this.#unclaimed.set(stream, [delivery]);
    const [oldest] = this.#unclaimed.keys();
    if (this.#unclaimed.size > mostUnclaimedStreams && oldest !== undefined) this.#unclaimed.delete(oldest);
    return undefined;
  }
}
