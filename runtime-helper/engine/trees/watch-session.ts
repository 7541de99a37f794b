import type { Socket } from 'node:net';
import { ByteReader } from '../../archive/byte-reader.ts';
import { readFrame } from '../../archive/entry-reader.ts';
import { failureOf } from '../../sys/failure.ts';
import type { FileEvent } from '../types.ts';
import type { Connection } from './session.ts';

type Kind = FileEvent['kind'];
type Answer = PromiseWithResolvers<void>;

/** Told of what happens in a directory: the name of what it happened to; empty: the directory itself. */
export type WatchListener = (key: number, kind: Kind, name: string) => void;

/** A session with the file system of a running container that only watches (ARCHITECTURE.md, Seam 3, "Trees"). */
export class WatchSession {
  readonly #socket: Socket;
  readonly #ended: Promise<unknown>;
  /** Of requests that are under way, in their order. */
  readonly #answers: Answer[] = [];
  #failure: Error | undefined;

  /** `ended`: the request that opened the session. `what` names the container in errors. */
  constructor(connection: Connection & { ended: Promise<unknown> }, what: string, listener: WatchListener) {
    const { socket, chunks, ended } = connection;
    socket.on('error', () => {});
    this.#socket = socket;
    this.#ended = ended;
    this.#read(new ByteReader(chunks, what), what, listener).catch((error: unknown) => {
      this.#failure = error as Error;
      for (const answer of this.#answers.splice(0)) answer.reject(error);
    });
  }

  get isOpen(): boolean {
    return this.#failure === undefined;
  }

  /** Throws when there is no such directory. */
  watch(key: number, path: string): Promise<void> {
    return this.#ask('watch', `${key}`, path);
  }

  unwatch(key: number): Promise<void> {
    return this.#ask('unwatch', `${key}`);
  }

  /** Resolves when the native program has let go of the container. */
  async close(): Promise<void> {
    this.#socket.destroy();
    await this.#ended.catch(() => {});
  }

  #ask(...words: string[]): Promise<void> {
    if (this.#failure) return Promise.reject(this.#failure);
    const answer = Promise.withResolvers<void>();
    this.#answers.push(answer);
    const body = Buffer.from(words.map((word) => `${word}\0`).join(''));
    const length = Buffer.alloc(4);
    length.writeUInt32LE(body.length);
    this.#socket.write(Buffer.concat([length, body]));
    return answer.promise;
  }

  async #read(reader: ByteReader, what: string, listener: WatchListener): Promise<never> {
    for (;;) {
      const [word, ...words] = (await readFrame(reader, what)).map(String);
      const [key = '', kind = '', name = ''] = words;
      if (word === 'event') listener(Number(key), kind as Kind, name);
      else if (word === 'ok') this.#answers.shift()?.resolve();
      else this.#answers.shift()?.reject(failureOf(key, Number(kind), name));
    }
  }
}
