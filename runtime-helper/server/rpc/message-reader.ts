import { setImmediate } from 'node:timers/promises';
import { AbstractMessageReader, type DataCallback, type Disposable, type Message } from 'vscode-jsonrpc/node';
import { SkiffError } from '../../lib/errors.ts';
import type { BoundedWriter } from './message-writer.ts';
import { readFrames } from './message-frames.ts';

// JSON-RPC 2.0, 5.1
const invalidRequest = -32600;

/**
 * Reads messages one by one, each after the one before was taken up, so that nothing piles up between the stream and its
 * handlers; and not at all while the peer doesn't read our answers. Calls `onEnd` when the stream has ended, with the reason if it broke.
 */
export class GuardedReader extends AbstractMessageReader {
  readonly #stream: AsyncIterable<Buffer>;
  readonly #writer: BoundedWriter;
  readonly #onEnd: (error?: unknown) => void;

  constructor(stream: AsyncIterable<Buffer>, writer: BoundedWriter, onEnd: (error?: unknown) => void) {
    super();
    this.#stream = stream;
    this.#writer = writer;
    this.#onEnd = onEnd;
  }

  listen(callback: DataCallback): Disposable {
    this.#read(callback).then(() => this.#onEnd(), this.#onEnd);
    return { dispose: () => {} };
  }

  async #read(callback: DataCallback): Promise<void> {
    for await (const body of readFrames(this.#stream)) {
      const message = parseMessage(body);
      if (isMessage(message)) callback(message);
      // An answer to nothing, or a notification that is none: there is nobody to tell.
      else if ('id' in message) await this.#refuse(message.id);
      // A connection takes up one message a turn of the event loop.
      await setImmediate();
      await this.#writer.accepting();
    }
  }

  async #refuse(id: unknown): Promise<void> {
    const error = { code: invalidRequest, message: 'not a JSON-RPC request', data: { code: 'invalid-argument' } };
    const known = typeof id === 'string' || typeof id === 'number' ? id : null;
    await this.#writer.write({ jsonrpc: '2.0', id: known, error } as Message);
  }
}

/** Throws invalid-argument for a body that is no JSON object: our peer sends nothing else. */
function parseMessage(body: Buffer): object {
  let message: unknown;
  try {
    message = JSON.parse(body.toString());
  } catch (cause) {
    throw new SkiffError('invalid-argument', 'the connection is broken: a message that is not JSON', { cause });
  }
  if (typeof message === 'object' && message !== null && !Array.isArray(message)) return message;
  throw new SkiffError('invalid-argument', 'the connection is broken: a message that is not an object');
}

/** What vscode-jsonrpc can deal with; on anything else it throws, or stays silent. */
function isMessage(message: object): message is Message {
  const { jsonrpc, id, method, params } = message as Record<string, unknown>;
  if (jsonrpc !== '2.0') return false;
  if (id !== undefined && typeof id !== 'string' && typeof id !== 'number') return false;
  if (params !== undefined && (typeof params !== 'object' || params === null)) return false;
  if (method === '$/cancelRequest') return isCancellation(params);
  return typeof method === 'string' || (method === undefined && id !== undefined && isAnswer(message));
}

function isCancellation(params: unknown): boolean {
  const { id } = (params ?? {}) as { id?: unknown };
  return typeof id === 'string' || typeof id === 'number';
}

function isAnswer(message: object): boolean {
  if ('error' in message) return typeof message.error === 'object' && message.error !== null;
  return 'result' in message;
}
