import { SkiffError } from '../../lib/errors.ts';
import type { Log } from '../../lib/operation.ts';
import { streamResized } from '../../protocol/index.ts';
import { OutputPump, type StreamEnd } from './output-pump.ts';
import type { Window } from './window.ts';

/** Where a stream's bytes come from, and where a window's go. */
export type Source = {
  /** Stop bringing output, or go on. */
  hold: (held: boolean) => void;
  /** Resolves when the source has taken the bytes. Absent: it takes none. */
  input?: (bytes: Buffer) => Promise<void>;
  /** No more input will come. */
  endInput?: () => void;
  resize?: (size: { columns: number; rows: number }) => void;
  /** `hangUp`: a process is told that its terminal is gone. */
  close: (how: { hangUp: boolean }) => void;
};

type Stream = { pump: OutputPump; source: Source };

/** The streams that a window has open. */
export class StreamTable {
  readonly #window: Window;
  readonly #log: Log;
  readonly #streams = new Map<string, Stream>();
  #next = 1;

  constructor(window: Window, log: Log) {
    this.#window = window;
    this.#log = log;
  }

  /** Tells the window of the size that a process's terminal has now. */
  resized(name: string, size: { columns: number; rows: number }): void {
    this.#window.mention(streamResized, { stream: name, ...size });
  }

  /** `begin` is given the pump for the source's output, and what to call once when the source has come to its end. */
  open(begin: (pump: OutputPump, ended: (end: StreamEnd) => void, name: string) => Source): string {
    const name = `s${this.#next++}`;
    const pump = new OutputPump(this.#window, name, (held) => this.#streams.get(name)?.source.hold(held));
    const source = begin(pump, (end) => this.#end(name, end), name);
    this.#streams.set(name, { pump, source });
    return name;
  }

  /** Throws not-found, as for a process that has just ended. */
  async input(name: string, bytes: Buffer, last: boolean): Promise<void> {
    const source = this.#streams.get(name)?.source;
    if (!source) throw new SkiffError('not-found', `stream ${name} has ended`);
    if (!source.input) throw new SkiffError('failed-precondition', `stream ${name} takes no input`);
    if (bytes.length > 0) await source.input(bytes);
    if (last) source.endInput?.();
  }

  /** A stream that has ended has no size. */
  resize(name: string, size: { columns: number; rows: number }): void {
    this.#streams.get(name)?.source.resize?.(size);
  }

  /** The window has seen enough. The process goes on, unless it is told to hang up and does. */
  close(name: string, how = { hangUp: false }): void {
    const stream = this.#streams.get(name);
    if (!stream) return;
    stream.pump.drop();
    stream.source.close(how);
    this.#end(name, {});
  }

  closeAll(): void {
    for (const name of [...this.#streams.keys()]) this.close(name);
  }

  #end(name: string, end: StreamEnd): void {
    const stream = this.#streams.get(name);
    if (!stream) return;
    this.#streams.delete(name);
    stream.pump.end(end).catch((error: unknown) => this.#log('debug', `end of stream ${name}: ${String(error)}`));
  }
}
