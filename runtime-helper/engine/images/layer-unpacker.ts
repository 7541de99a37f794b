import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { decompress, type Compression } from '../../archive/decompress.ts';
import { finishLayer, writeLayer } from '../../archive/layer-writer.ts';
import { readTar } from '../../archive/tar-reader.ts';
import type { ImageStore } from '../../content/image-store.ts';
import { asSkiffError, errnoOf, SkiffError } from '../../lib/errors.ts';
import type { Operation } from '../../lib/operation.ts';
import { temporaryPath } from '../../lib/temporary-file.ts';
import { connectSocket } from '../../sys/connect.ts';
import { NativeFailure } from '../../sys/failure.ts';
import type { Spawner } from '../../sys/spawner.ts';
import type { SyncFollows } from './blob-file.ts';
import { bounded, layerLimit, tooMany } from './layer-limits.ts';

export type Unpacking = {
  source: AsyncIterable<Uint8Array>;
  what: string;
  /** Absent: whatever it is. */
  diffId?: string;
  /** Has the last word before the layer gets its name. */
  verify: (how: SyncFollows) => Promise<void>;
  /** `sha256:…` of the source's bytes, once they are verified. Absent: nobody has counted it. */
  blobDigest?: () => string;
};

/** Has layers unpacked by the native program, which gives them their names. */
export class LayerUnpacker {
  readonly #images: ImageStore;
  readonly #run: string;
  readonly #spawner: () => Promise<Spawner>;

  /** `run` is the store's: the folder of the sockets. */
  constructor(parts: { images: ImageStore; run: string; spawner: () => Promise<Spawner> }) {
    this.#images = parts.images;
    this.#run = parts.run;
    this.#spawner = parts.spawner;
  }

  /** Returns the layer's diffID in hex. */
  async unpack(layer: Unpacking, operation: Operation): Promise<string> {
    const { what, diffId } = layer;
    const isThere = diffId !== undefined && existsSync(this.#images.layerPath(diffId));
    const applier = isThere ? undefined : await this.#applier(diffId);
    // It is there, or someone else has just unpacked it.
    if (!applier) {
      const found = await diffIdOf(layer.source, what, operation);
      checkDiffId(found, diffId, what);
      await layer.verify({ syncFollows: false });
      return found;
    }
    const failed = applier.answered.then(
      () => undefined,
      (error: unknown) => error,
    );
    let found: string;
    try {
      found = await send(applier.socket, layer, operation);
    } catch (error) {
      const native = await failed;
      // The native program gives up by itself when its peer is gone; its own reason is the better one when it was first.
      const isPeersFault = /^(EPIPE|ECONNRESET|ECANCELED|ERR_STREAM_DESTROYED)$/.test(errnoOf(error) ?? '');
      if (error instanceof SkiffError || operation.signal.aborted) throw error;
      throw layerFailure(isPeersFault ? (native ?? error) : error, what);
    }
    const native = await failed;
    if (native !== undefined) throw layerFailure(native, what);
    const [bytes = '0'] = await applier.answered;
    if (Number(bytes) > 0) this.#images.recordLayerSize(found, Number(bytes));
    return found;
  }

  /** Undefined: the layer is there. */
  async #applier(diffId = '-'): Promise<{ answered: Promise<string[]>; socket: string } | undefined> {
    const spawner = await this.#spawner();
    const name = temporaryPath('apply');
    const listening = Promise.withResolvers<'listening'>();
    const limits = [String(layerLimit('bytes')), String(layerLimit('entries'))];
    const answered = spawner.request(['apply-layer', name, diffId, name, ...limits], (event) => {
      if (event === 'listening') listening.resolve('listening');
    });
    const first = await Promise.race([listening.promise, answered]);
    return first === 'listening' ? { answered, socket: join(this.#run, name) } : undefined;
  }
}

/** Returns the diffID in hex. */
async function send(address: string, layer: Unpacking, operation: Operation): Promise<string> {
  const socket = await connectSocket(address);
  // Each write tells of its own failure.
  socket.on('error', () => {});
  const hash = createHash('sha256');
  // A plain layer's digest and diffID are the same.
  let isCounted = false;
  const onFound = (compression: Compression): void => {
    isCounted = compression === 'none' && layer.blobDigest !== undefined;
  };
  async function* bytes(): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const chunk of bounded(decompress(layer.source, layer.what, onFound), layer.what)) {
      operation.signal.throwIfAborted();
      if (!isCounted) hash.update(chunk);
      yield chunk;
    }
  }
  try {
    // `docker import /dev/null` makes layers of nothing: they are what they were said to be.
    const mayBeEmpty = layer.diffId !== undefined;
    await writeLayer(readTar(bytes(), layer.what, { mayBeEmpty }), socket);
    await layer.verify({ syncFollows: true });
    const found = isCounted ? (layer.blobDigest?.() ?? '').replace('sha256:', '') : hash.digest('hex');
    checkDiffId(found, layer.diffId, layer.what);
    finishLayer(socket, layer.diffId === undefined ? found : '');
    return found;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

async function diffIdOf(source: AsyncIterable<Uint8Array>, what: string, operation: Operation): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of bounded(decompress(source, what), what)) {
    operation.signal.throwIfAborted();
    hash.update(chunk);
  }
  return hash.digest('hex');
}

function checkDiffId(found: string, expected: string | undefined, what: string): void {
  if (expected === undefined || found === expected) return;
  throw new SkiffError('invalid-argument', `${what}: its content is sha256:${found}, not sha256:${expected}`);
}

function layerFailure(error: unknown, what: string): SkiffError {
  if (error instanceof NativeFailure && error.errno === 'E2BIG' && isCounted(error.object))
    return tooMany(error.object, what, error);
  if (error instanceof NativeFailure) return new SkiffError(error.code, `${what}: ${error.message}`, { cause: error });
  if (error instanceof SkiffError) return error;
  const { code, message } = asSkiffError(error);
  return new SkiffError(code, `${what}: ${message}`, { cause: error });
}

const isCounted = (object: string): object is 'bytes' | 'entries' => object === 'bytes' || object === 'entries';
