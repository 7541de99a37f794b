import type { ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { SkiffError } from '../lib/errors.ts';
import type { Log } from '../lib/operation.ts';
import { failureOf } from './failure.ts';
import { encodeRequest, ReplyDecoder, type SpawnerFrame } from './spawner-frames.ts';
import { phrase } from '../lib/phrase.ts';

export type SpawnerProcess = ChildProcessByStdio<Writable, Readable, Readable>;

/** Called for each `event NAME args…` of a request, before it is answered. */
export type EventHandler = (name: string, args: string[]) => void;

type Pending = {
  resolve: (args: string[]) => void;
  reject: (error: SkiffError) => void;
  onEvent: EventHandler | undefined;
};

/**
 * The helper's side of the one privileged process that it has. Requests run side by side; the answer of each is `ok`'s
 * arguments, or a SkiffError made of stage, errno and object.
 */
export class Spawner {
  readonly #child: SpawnerProcess;
  readonly #pending = new Map<number, Pending>();
  readonly #decoder = new ReplyDecoder();
  readonly #log: Log;
  #nextId = 1;
  #ended: SkiffError | undefined;

  /** `child` has said that it is ready; its stdout belongs to the spawner from now on. */
  constructor(child: SpawnerProcess, log: Log) {
    this.#child = child;
    this.#log = log;
    child.stdout.on('data', (chunk: Buffer) => this.#receive(chunk));
    // A process that ends with requests unread resets the connection.
    for (const stream of [child.stdout, child.stderr]) stream.on('error', (error) => this.#end(error.message));
    child.stdin.on('error', (error) => this.#end(`writing to it failed: ${error.message}`));
    child.on('exit', (code, signal) => this.#end(signal ? `it was killed by ${signal}` : `it exited with ${code}`));
  }

  /** Calls back once, when the process has ended. */
  onEnd(listener: () => void): void {
    if (this.#ended) listener();
    else this.#child.once('exit', listener);
  }

  request(strings: readonly string[], onEvent?: EventHandler): Promise<string[]> {
    if (this.#ended) return Promise.reject(this.#ended);
    const id = this.#nextId++;
    const frame = encodeRequest(id, strings);
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject, onEvent });
      this.#child.stdin.write(frame);
    });
  }

  /** Ends the process; monitors that it forked go on. */
  close(): void {
    this.#child.stdin.end();
    this.#child.unref();
  }

  #receive(chunk: Buffer): void {
    try {
      for (const frame of this.#decoder.push(chunk)) this.#answer(frame);
    } catch (error) {
      this.#end(String(error));
      this.#child.kill();
    }
  }

  #answer({ id, strings }: SpawnerFrame): void {
    const pending = this.#pending.get(id);
    const [kind, ...args] = strings;
    if (!pending) return this.#log('warn', `native program: answer ${kind} to no request (${id})`);
    if (kind === 'event') return pending.onEvent?.(args[0] ?? '', args.slice(1));
    this.#pending.delete(id);
    if (kind === 'ok') pending.resolve(args);
    else pending.reject(failureOf(args[0] ?? 'unknown', Number(args[1] ?? 0), args[2] ?? ''));
  }

  #end(reason: string): void {
    if (this.#ended) return;
    this.#ended = new SkiffError('unavailable', phrase('the native program has ended: {0}', reason));
    for (const pending of this.#pending.values()) pending.reject(this.#ended);
    this.#pending.clear();
  }
}
