import { window, type OutputChannel } from 'vscode';
import type { Client } from '../../runtime-helper/client/client.ts';
import type { ContainerSummary } from '../../runtime-helper/protocol/types.ts';
import { TextCleaner } from '../model/clean-text.ts';
import { displayName } from '../model/container-words.ts';
import type { Streams } from '../streams/streams.ts';

/** More lines than this are slow to show and slower to read; the command line gives all. */
const mostLines = 10_000;

type State =
  /** Must be read before it is shown: never read, put aside, or lost with the helper. */
  | { status: 'stale' }
  | { status: 'opening' }
  | { status: 'following'; stream: string }
  /** Read to the end, which came with the end of the process. */
  | { status: 'complete' }
  | { status: 'disposed' };

/** One container's log in an output channel of its own. */
export class FollowedLog {
  readonly #container: string;
  readonly #channel: OutputChannel;
  readonly #client: Client;
  readonly #streams: Streams;
  #state: State = { status: 'stale' };
  #seen = false;

  constructor(container: ContainerSummary, client: Client, streams: Streams) {
    this.#container = container.id;
    this.#client = client;
    this.#streams = streams;
    this.#channel = window.createOutputChannel(`Skiff: ${displayName(container)}`, 'log');
  }

  async show(): Promise<void> {
    this.#channel.show(true);
    if (this.#state.status === 'stale' || this.#state.status === 'complete') await this.#follow();
  }

  /** Follows while it is in sight and there is something to follow, and lets go when it is hidden. */
  async update(isRunning: boolean): Promise<void> {
    if (this.#isVisible()) {
      this.#seen = true;
      if (this.#state.status === 'stale' || (this.#state.status === 'complete' && isRunning)) await this.#follow();
    } else if (this.#seen && this.#state.status === 'following') {
      this.#seen = false;
      this.#close(this.#state.stream);
      this.#state = { status: 'stale' };
    }
  }

  dispose(): void {
    if (this.#state.status === 'following') this.#close(this.#state.stream);
    this.#state = { status: 'disposed' };
    this.#channel.dispose();
  }

  /** The output panel is an editor whose document is named after the channel. */
  #isVisible(): boolean {
    return window.visibleTextEditors.some(
      ({ document: { uri } }) => uri.scheme === 'output' && uri.path.endsWith(`-${this.#channel.name}`),
    );
  }

  /** Shows the log from its beginning, and goes on with it. */
  async #follow(): Promise<void> {
    this.#state = { status: 'opening' };
    try {
      const { stream } = await this.#client.containerLogs({ id: this.#container, follow: true, tail: mostLines });
      this.#opened(stream);
    } catch (error) {
      this.#leave('stale');
      throw error;
    }
  }

  #opened(stream: string): void {
    // Disposed while the request was under way.
    if (this.#state.status !== 'opening') return this.#close(stream);
    this.#state = { status: 'following', stream };
    this.#channel.clear();
    const texts = { stdout: new LogText(), stderr: new LogText() };
    this.#streams.claim(stream, {
      wrote: (source, bytes) => this.#channel.append(texts[source].push(bytes)),
      ended: ({ error }) => this.#leave(error === undefined ? 'complete' : 'stale'),
      lost: () => this.#leave('stale'),
    });
  }

  #leave(status: 'stale' | 'complete'): void {
    if (this.#state.status !== 'disposed') this.#state = { status };
  }

  #close(stream: string): void {
    this.#streams.release(stream);
    // Without the helper there is no stream left to close.
    this.#client.closeStream({ stream }).catch(() => undefined);
  }
}

/** Bytes of one source to clean text: characters and escape sequences may be cut anywhere. */
class LogText {
  readonly #decoder = new TextDecoder();
  readonly #cleaner = new TextCleaner();

  push(bytes: Uint8Array): string {
    return this.#cleaner.push(this.#decoder.decode(bytes, { stream: true }));
  }
}
