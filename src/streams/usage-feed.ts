import type { Client } from '../../runtime-helper/client/client.ts';
import type { UsageLine } from '../../runtime-helper/protocol/types.ts';
import type { Streams } from './streams.ts';

type Options = {
  client: Pick<Client, 'containerUsage' | 'closeStream'>;
  streams: Pick<Streams, 'claim' | 'release'>;
  /** Absent: all containers. */
  ids?: string[];
  measured: (line: UsageLine) => void;
  /** Told of what could not be measured. */
  failed: (error: unknown) => void;
};

/** What containers use, each second while somebody looks; not a byte when nobody does. */
export class UsageFeed {
  readonly #options: Options;
  #wanted = false;
  /** Of the stream that is open or being opened; a new one for each. */
  #current: { stream?: string } | undefined;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Whether somebody looks. */
  want(wanted: boolean): void {
    if (wanted === this.#wanted) return;
    this.#wanted = wanted;
    if (wanted) this.#open();
    else this.#close();
  }

  /** The helper is running again; what was open ended with the one before. */
  helperReturned(): void {
    if (this.#wanted && !this.#current) this.#open();
  }

  dispose(): void {
    this.want(false);
  }

  #open(): void {
    const { client, streams, ids, measured, failed } = this.#options;
    const current: { stream?: string } = {};
    this.#current = current;
    const gone = (): void => {
      if (this.#current === current) this.#current = undefined;
    };
    client.containerUsage(ids ? { ids } : {}).then(
      ({ stream }) => {
        if (this.#current !== current) return this.#release(stream);
        current.stream = stream;
        const lines = new Lines((line) => measured(JSON.parse(line) as UsageLine));
        return streams.claim(stream, { wrote: (_, bytes) => lines.push(bytes), ended: gone, lost: gone });
      },
      (error: unknown) => {
        gone();
        failed(error);
      },
    );
  }

  #close(): void {
    const { stream } = this.#current ?? {};
    this.#current = undefined;
    if (stream !== undefined) this.#release(stream);
  }

  #release(stream: string): void {
    this.#options.streams.release(stream);
    // Without the helper there is no stream left to close.
    this.#options.client.closeStream({ stream }).catch(() => undefined);
  }
}

/** Lines of a text that comes in pieces. */
class Lines {
  readonly #take: (line: string) => void;
  readonly #decoder = new TextDecoder();
  #rest = '';

  constructor(take: (line: string) => void) {
    this.#take = take;
  }

  push(bytes: Uint8Array): void {
    const lines = (this.#rest + this.#decoder.decode(bytes, { stream: true })).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#take(line);
  }
}
