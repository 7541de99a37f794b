import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, existsSync, rmSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { decompress } from '../../archive/decompress.ts';
import { finishLayer, writeLayer } from '../../archive/layer-writer.ts';
import { readTar } from '../../archive/tar-reader.ts';
import type { ImageStore } from '../../content/image-store.ts';
import { SkiffError } from '../../lib/errors.ts';
import type { Operation } from '../../lib/operation.ts';
import { connectSocket } from '../../sys/connect.ts';
import { NativeFailure } from '../../sys/failure.ts';
import type { Spawner } from '../../sys/spawner.ts';

const readBytes = 256 * 1024;

/** A file below the blobs' folder that has no name yet. */
export type Spooled = { path: string; digest: string; size: number };

/** Brings blobs and layers onto the disk, and takes away what nothing names. */
export class ImageKeeper {
  readonly images: ImageStore;
  readonly #run: string;
  readonly #spawner: () => Promise<Spawner>;

  /** `run` is the store's: the folder of the sockets. */
  constructor(parts: { images: ImageStore; run: string; spawner: () => Promise<Spawner> }) {
    this.images = parts.images;
    this.#run = parts.run;
    this.#spawner = parts.spawner;
  }

  /** Writes all of `source` to a temporary file. Nothing is left behind when that fails. */
  async spool(source: AsyncIterable<Uint8Array>, operation: Operation): Promise<Spooled> {
    const path = this.images.temporaryPath();
    const hash = createHash('sha256');
    let size = 0;
    const file = await open(path, 'wx', 0o644);
    try {
      for await (const chunk of source) {
        operation.signal.throwIfAborted();
        hash.update(chunk);
        size += chunk.length;
        await writeWhole(file, chunk);
      }
      await file.sync();
    } catch (error) {
      rmSync(path, { force: true });
      throw error;
    } finally {
      await file.close();
    }
    return { path, digest: `sha256:${hash.digest('hex')}`, size };
  }

  /** The hex digits of a layer's diffID: of its tar without compression. */
  async diffIdOf(path: string, what: string, operation: Operation): Promise<string> {
    const hash = createHash('sha256');
    for await (const chunk of decompress(readFile(path), what)) {
      operation.signal.throwIfAborted();
      hash.update(chunk);
    }
    return hash.digest('hex');
  }

  /**
   * Unpacks a layer, unless it is there already; in any case its content is `diffId` then, or this throws invalid-argument and
   * nothing is left. Returns whether it was unpacked now.
   */
  async apply(path: string, what: string, diffId: string, operation: Operation): Promise<boolean> {
    if (existsSync(this.images.layerPath(diffId))) {
      checkDiffId(await this.diffIdOf(path, what, operation), diffId, what);
      return false;
    }
    const spawner = await this.#spawner();
    const name = `apply-${randomBytes(8).toString('hex')}`;
    const listening = Promise.withResolvers<'listening'>();
    const answered = spawner.request(['apply-layer', name, diffId, `${name}.sock`], (event) => {
      if (event === 'listening') listening.resolve('listening');
    });
    // Someone else may just have unpacked the same layer: then there is no socket.
    if ((await Promise.race([listening.promise, answered])) !== 'listening')
      return this.apply(path, what, diffId, operation);
    const failed = answered.then(
      () => undefined,
      (error: unknown) => error,
    );
    try {
      await this.#send(path, what, diffId, join(this.#run, `${name}.sock`), operation);
    } catch (error) {
      // The native program gives up by itself when its peer is gone; its own reason is the better one when it was first.
      const native = await failed;
      throw error instanceof SkiffError || operation.signal.aborted ? error : layerFailure(native ?? error, what);
    }
    const native = await failed;
    if (native !== undefined) throw layerFailure(native, what);
    const [bytes = '0'] = await answered;
    if (Number(bytes) > 0) this.images.recordLayerSize(diffId, Number(bytes));
    return true;
  }

  /** Deletes those of the given that no image has any more. Only inside `images.locked`. Returns what was deleted. */
  async collect(blobs: Iterable<string>, layers: Iterable<string>): Promise<string[]> {
    const images = this.images.images();
    const liveBlobs = new Set(
      images.flatMap(({ id, manifests }) => [
        id,
        ...manifests.flatMap(({ digest, manifest }) => [digest, ...manifest.layers.map((layer) => layer.digest)]),
      ]),
    );
    const liveLayers = new Set(images.flatMap(({ config }) => config.diffIds));
    const deleted: string[] = [];
    for (const diffId of new Set(layers)) {
      if (liveLayers.has(diffId) || !existsSync(this.images.layerPath(diffId))) continue;
      await (await this.#spawner()).request(['remove-layer', diffId]);
      this.images.forgetLayerSize(diffId);
      deleted.push(`sha256:${diffId}`);
    }
    for (const digest of new Set(blobs))
      if (!liveBlobs.has(digest)) rmSync(this.images.blobPath(digest), { force: true });
    return deleted;
  }

  async #send(path: string, what: string, diffId: string, address: string, operation: Operation): Promise<void> {
    const socket = await connectSocket(address);
    // Each write tells of its own failure.
    socket.on('error', () => {});
    const hash = createHash('sha256');
    async function* bytes(): AsyncGenerator<Uint8Array, void, undefined> {
      for await (const chunk of decompress(readFile(path), what)) {
        operation.signal.throwIfAborted();
        hash.update(chunk);
        yield chunk;
      }
    }
    try {
      await writeLayer(readTar(bytes(), what), socket);
      checkDiffId(hash.digest('hex'), diffId, what);
      finishLayer(socket);
    } catch (error) {
      socket.destroy();
      throw error;
    }
  }
}

/** A file's bytes. Throws not-found or invalid-argument when it can't be opened. */
export async function* readFile(path: string): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* createReadStream(path, { highWaterMark: readBytes }) as AsyncIterable<Uint8Array>;
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') throw new SkiffError('not-found', `${path}: no such file`, { cause });
    if (code === 'EISDIR') throw new SkiffError('invalid-argument', `${path}: is a directory`, { cause });
    throw cause;
  }
}

function checkDiffId(found: string, expected: string, what: string): void {
  if (found === expected) return;
  throw new SkiffError('invalid-argument', `${what}: its content is sha256:${found}, not sha256:${expected}`);
}

function layerFailure(error: unknown, what: string): SkiffError {
  if (error instanceof NativeFailure) return new SkiffError(error.code, `${what}: ${error.message}`, { cause: error });
  if (error instanceof SkiffError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new SkiffError('internal', `${what}: ${message}`, { cause: error });
}

async function writeWhole(file: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let at = 0; at < chunk.length;) at += (await file.write(chunk, at)).bytesWritten;
}
