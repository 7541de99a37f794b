import { setTimeout } from 'node:timers/promises';
import { streamEnded, streamWrote } from '../../protocol/index.ts';
import type { Window } from './window.ts';

export type Channel = 'stdout' | 'stderr';
export type StreamEnd = { exitCode?: number; error?: string };

/** Bytes of one notification: base64 makes 87 KiB of them. */
const mostBytes = 64 * 1024;
/** What comes within this time travels together; with `mostBytes` also the most that a window must draw: 13 MB/s. */
const pauseMs = 5;
const highWater = 256 * 1024;

/**
 * Brings the output of one stream to the window: the first bytes at once, then a notification each few milliseconds, and none before the
 * window has taken the one before. Holds its source back meanwhile, which for a container's output is its monitor: that skips us, and
 * holds back nobody.
 */
export class OutputPump {
  readonly #window: Window;
  readonly #stream: string;
  readonly #hold: (held: boolean) => void;
  #queue: { channel: Channel; bytes: Uint8Array }[] = [];
  #length = 0;
  #held = false;
  #wake: (() => void) | undefined;
  #pumping: Promise<void> | undefined;
  #dropped = false;

  /** `hold` is told to stop bringing more, and when to go on. */
  constructor(window: Window, stream: string, hold: (held: boolean) => void) {
    this.#window = window;
    this.#stream = stream;
    this.#hold = hold;
  }

  push(channel: Channel, bytes: Uint8Array): void {
    if (this.#dropped || bytes.length === 0) return;
    this.#queue.push({ channel, bytes });
    this.#length += bytes.length;
    this.#setHeld(this.#length > highWater);
    this.#pumping ??= this.#pump();
  }

  /** Resolves when there is room for more. */
  async drained(): Promise<void> {
    if (!this.#held || this.#dropped) return;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }

  /** All that was pushed is still delivered, then the end. */
  async end(end: StreamEnd): Promise<void> {
    await this.#pumping;
    await this.#window.tell(streamEnded, { stream: this.#stream, ...end });
  }

  /** Nobody wants the rest, but still to know of the end. */
  drop(): void {
    this.#dropped = true;
    this.#queue = [];
    this.#length = 0;
    this.#wake?.();
  }

  async #pump(): Promise<void> {
    try {
      for (;;) {
        const { channel, bytes } = this.#take();
        await this.#window.tell(streamWrote, { stream: this.#stream, channel, data: bytes.toString('base64') });
        this.#setHeld(this.#length > highWater);
        await setTimeout(pauseMs);
        if (this.#queue.length === 0) return;
      }
    } catch {
      // The connection is gone, and the helper about to go.
      this.drop();
    } finally {
      this.#pumping = undefined;
    }
  }

  /** As much of one channel as fits a notification. */
  #take(): { channel: Channel; bytes: Buffer } {
    const channel = this.#queue[0]?.channel ?? 'stdout';
    const parts: Uint8Array[] = [];
    let room = mostBytes;
    for (let first = this.#queue[0]; first?.channel === channel && room > 0; first = this.#queue[0]) {
      const part = first.bytes.subarray(0, room);
      parts.push(part);
      room -= part.length;
      if (part.length < first.bytes.length) first.bytes = first.bytes.subarray(part.length);
      else this.#queue.shift();
    }
    const bytes = Buffer.concat(parts);
    this.#length -= bytes.length;
    return { channel, bytes };
  }

  #setHeld(held: boolean): void {
    if (held === this.#held) return;
    this.#held = held;
    this.#hold(held);
    if (!held) this.#wake?.();
  }
}
