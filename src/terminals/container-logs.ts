import { window, type OutputChannel } from 'vscode';
import type { Client } from '../../runtime-helper/client/client.ts';
import type { ContainerSummary } from '../../runtime-helper/protocol/types.ts';
import { TextCleaner } from '../model/clean-text.ts';
import { displayName } from '../model/container-words.ts';
import type { Streams } from './streams.ts';

/** More lines than this are slow to show and slower to read; the command line gives all. */
const mostLines = 10_000;

/** A container's log in the output panel: what was written, and what comes while it is open. */
export class ContainerLogs {
  readonly #client: Client;
  readonly #streams: Streams;
  readonly #followed = new Map<string, FollowedLog>();

  constructor(client: Client, streams: Streams) {
    this.#client = client;
    this.#streams = streams;
  }

  async show(container: ContainerSummary): Promise<void> {
    let log = this.#followed.get(container.id);
    if (!log) this.#followed.set(container.id, (log = new FollowedLog(container, this.#client, this.#streams)));
    log.channel.show(true);
    await log.follow();
  }

  /** What the channels show while no helper runs stays; with the next one it is read anew, so that nothing is missed. */
  async helperReturned(): Promise<void> {
    await Promise.all([...this.#followed.values()].filter((log) => log.lost).map((log) => log.follow()));
  }

  /** A removed container's log can't be read again: its channel goes with it. */
  retain(exists: (id: string) => boolean): void {
    for (const [id, log] of this.#followed) {
      if (exists(id)) continue;
      log.dispose();
      this.#followed.delete(id);
    }
  }

  dispose(): void {
    this.retain(() => false);
  }
}

class FollowedLog {
  readonly channel: OutputChannel;
  readonly #id: string;
  readonly #client: Client;
  readonly #streams: Streams;
  #state:
    | { status: 'idle' }
    | { status: 'opening' }
    | { status: 'following'; stream: string }
    | { status: 'lost' }
    | { status: 'disposed' } = {
    status: 'idle',
  };

  constructor(container: ContainerSummary, client: Client, streams: Streams) {
    this.#id = container.id;
    this.#client = client;
    this.#streams = streams;
    this.channel = window.createOutputChannel(`Skiff: ${displayName(container)}`, 'log');
  }

  get lost(): boolean {
    return this.#state.status === 'lost';
  }

  /** Shows the log from its beginning, and goes on with it. Does nothing while that is being done. */
  async follow(): Promise<void> {
    if (this.#state.status !== 'idle' && this.#state.status !== 'lost') return;
    this.#state = { status: 'opening' };
    try {
      const { stream } = await this.#client.containerLogs({ id: this.#id, follow: true, tail: mostLines });
      this.#opened(stream);
    } catch (error) {
      if (this.#is('opening')) this.#state = { status: 'idle' };
      throw error;
    }
  }

  dispose(): void {
    if (this.#state.status === 'following') this.#close(this.#state.stream);
    this.#state = { status: 'disposed' };
    this.channel.dispose();
  }

  #opened(stream: string): void {
    // Disposed while the request was under way.
    if (!this.#is('opening')) return this.#close(stream);
    this.#state = { status: 'following', stream };
    this.channel.clear();
    const texts = { stdout: new LogText(), stderr: new LogText() };
    this.#streams.claim(stream, {
      wrote: (channel, bytes) => this.channel.append(texts[channel].push(bytes)),
      ended: () => this.#leave('idle'),
      lost: () => this.#leave('lost'),
    });
  }

  #leave(status: 'idle' | 'lost'): void {
    if (!this.#is('disposed')) this.#state = { status };
  }

  #is(status: 'opening' | 'disposed'): boolean {
    return this.#state.status === status;
  }

  #close(stream: string): void {
    this.#streams.release(stream);
    // Without the helper there is no stream left to close.
    this.#client.closeStream({ stream }).catch(() => undefined);
  }
}

/** Bytes of one channel to clean text: characters and escape sequences may be cut anywhere. */
class LogText {
  readonly #decoder = new TextDecoder();
  readonly #cleaner = new TextCleaner();

  push(bytes: Uint8Array): string {
    return this.#cleaner.push(this.#decoder.decode(bytes, { stream: true }));
  }
}
