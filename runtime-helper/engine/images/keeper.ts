import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, existsSync, rmSync, statSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { decompress, type Compression } from '../../archive/decompress.ts';
import { finishLayer, writeLayer } from '../../archive/layer-writer.ts';
import { readTar } from '../../archive/tar-reader.ts';
import type { ImageStore } from '../../content/image-store.ts';
import { asSkiffError, errnoOf, SkiffError } from '../../lib/errors.ts';
import type { Operation } from '../../lib/operation.ts';
import { connectSocket } from '../../sys/connect.ts';
import { NativeFailure } from '../../sys/failure.ts';
import type { Spawner } from '../../sys/spawner.ts';

const readBytes = 256 * 1024;
const writeBytes = 1024 * 1024;

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

  /**
   * Stores a layer's blob and unpacks it while it comes. Neither the file is complete nor has the layer its name before both digests are what they
   * were said to be: else this throws invalid-argument, and nothing is left.
   */
  async receive(source: AsyncIterable<Uint8Array>, layer: ExpectedLayer, operation: Operation): Promise<Spooled> {
    const { what, digest, diffId } = layer;
    const path = this.images.temporaryPath();
    const spool = new BlobFile(path);
    try {
      const unpack = {
        source: spool.copying(source),
        what,
        diffId,
        verify: (how: SyncFollows) => spool.finish(what, how, digest),
        blobDigest: () => spool.digest,
      };
      await this.#unpack(unpack, operation);
      return { path, digest: spool.digest, size: spool.size };
    } catch (error) {
      rmSync(path, { force: true });
      throw error;
    } finally {
      await spool.close();
    }
  }

  /** As `receive`, of a layer about which nothing is known: its diffID (hex) is found out on the way. */
  async discover(
    source: AsyncIterable<Uint8Array>,
    what: string,
    operation: Operation,
  ): Promise<{ spooled: Spooled; diffId: string }> {
    const path = this.images.temporaryPath();
    const spool = new BlobFile(path);
    try {
      const unpack = {
        source: spool.copying(source),
        what,
        verify: (how: SyncFollows) => spool.finish(what, how),
        blobDigest: () => spool.digest,
      };
      const diffId = await this.#unpack(unpack, operation);
      return { spooled: { path, digest: spool.digest, size: spool.size }, diffId };
    } catch (error) {
      rmSync(path, { force: true });
      throw error;
    } finally {
      await spool.close();
    }
  }

  /**
   * Unpacks a layer, unless it is there already; in any case its content is `diffId` then, or this throws invalid-argument and
   * nothing is left.
   */
  async apply(path: string, what: string, diffId: string, operation: Operation): Promise<void> {
    await this.#unpack({ source: readFile(path), what, diffId, verify: async () => {} }, operation);
  }

  /** Returns the layer's diffID in hex. */
  async #unpack(layer: Unpacking, operation: Operation): Promise<string> {
    const { what, diffId } = layer;
    const isThere = diffId !== undefined && existsSync(this.images.layerPath(diffId));
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
      const isPeersFault = /^(EPIPE|ECONNRESET)$/.test(errnoOf(error) ?? '');
      if (error instanceof SkiffError || operation.signal.aborted) throw error;
      throw layerFailure(isPeersFault ? (native ?? error) : error, what);
    }
    const native = await failed;
    if (native !== undefined) throw layerFailure(native, what);
    const [bytes = '0'] = await applier.answered;
    if (Number(bytes) > 0) this.images.recordLayerSize(found, Number(bytes));
    return found;
  }

  /** Undefined: the layer is there. */
  async #applier(diffId = '-'): Promise<{ answered: Promise<string[]>; socket: string } | undefined> {
    const spawner = await this.#spawner();
    const name = `apply-${randomBytes(8).toString('hex')}`;
    const listening = Promise.withResolvers<'listening'>();
    const answered = spawner.request(['apply-layer', name, diffId, `${name}.sock`, ...layerLimits()], (event) => {
      if (event === 'listening') listening.resolve('listening');
    });
    const first = await Promise.race([listening.promise, answered]);
    return first === 'listening' ? { answered, socket: join(this.#run, `${name}.sock`) } : undefined;
  }

  /**
   * Deletes all that no image has and nobody waits for (`inUse`: diffIDs that containers need), and files of processes that died. Only inside
   * `images.locked`. While somebody brings in images that are not known yet, anything may be his: then only those files go.
   */
  async collectAll(inUse: ReadonlySet<string>, operation: Operation): Promise<{ layers: string[]; bytes: number }> {
    const { blobs, scraps, ...found } = this.images.inventory();
    const layers = found.layers.filter((diffId) => !inUse.has(diffId));
    let bytes = 0;
    for (const path of scraps) bytes += takeAway(path);
    if (this.images.pins.live().unsaid) return { layers: [], bytes };
    const sizes = new Map(layers.map((diffId) => [`sha256:${diffId}`, this.images.layerSize(diffId)]));
    const packed = blobs.reduce((sum, digest) => sum + sizeOf(this.images.blobPath(digest)), 0);
    const deleted = await this.collect(blobs, layers);
    const left = blobs.reduce((sum, digest) => sum + sizeOf(this.images.blobPath(digest)), 0);
    const unpacked = deleted.reduce((sum, diffId) => sum + (sizes.get(diffId) ?? 0), 0);
    operation.log('info', `collected ${deleted.length} layers and ${packed - left} bytes of blobs`);
    return { layers: deleted, bytes: bytes + packed - left + unpacked };
  }

  /** Deletes those of the given that no image has and nobody waits for. Only inside `images.locked`. Returns which layers were deleted. */
  async collect(blobs: Iterable<string>, layers: Iterable<string>): Promise<string[]> {
    const images = this.images.images();
    const liveBlobs = new Set(
      images.flatMap(({ id, manifests }) => [
        id,
        ...manifests.flatMap(({ digest, manifest }) => [digest, ...manifest.layers.map((layer) => layer.digest)]),
      ]),
    );
    const liveLayers = new Set(images.flatMap(({ config }) => config.diffIds));
    const pinned = this.images.pins.live();
    const deleted: string[] = [];
    for (const diffId of new Set(layers)) {
      if (
        pinned.unsaid ||
        liveLayers.has(diffId) ||
        pinned.layers.has(diffId) ||
        !existsSync(this.images.layerPath(diffId))
      )
        continue;
      await (await this.#spawner()).request(['remove-layer', diffId]);
      this.images.forgetLayerSize(diffId);
      deleted.push(`sha256:${diffId}`);
    }
    for (const digest of new Set(blobs))
      if (!pinned.unsaid && !liveBlobs.has(digest) && !pinned.blobs.has(digest))
        rmSync(this.images.blobPath(digest), { force: true });
    return deleted;
  }
}

/** Bytes and entries of one layer: an archive of a few kilobytes could fill any disk. */
function layerLimits(): [string, string] {
  const limit = (name: string, usual: number): string => {
    const given = process.env[name] ?? '';
    return /^\d{1,15}$/.test(given) ? given : String(usual);
  };
  return [limit('SKIFF_MAX_LAYER_BYTES', 256 * 2 ** 30), limit('SKIFF_MAX_LAYER_ENTRIES', 10_000_000)];
}

/** What a layer's blob has to be, in both its forms. Absent digest: whatever it is. */
export type ExpectedLayer = { what: string; digest?: string; diffId: string };

type Unpacking = {
  source: AsyncIterable<Uint8Array>;
  what: string;
  /** Absent: whatever it is. */
  diffId?: string;
  /** Has the last word before the layer gets its name. */
  verify: (how: SyncFollows) => Promise<void>;
  /** `sha256:…` of the source's bytes, once they are verified. Absent: nobody has counted it. */
  blobDigest?: () => string;
};
/** The native program syncs the file system before it names a layer: then its blob need not be synced for itself. */
type SyncFollows = { syncFollows: boolean };

/** A blob's file, written as its bytes come by. */
class BlobFile {
  readonly #path: string;
  readonly #hash = createHash('sha256');
  #file: FileHandle | undefined;
  #ended = false;
  size = 0;
  /** Once it is finished. */
  digest = '';

  constructor(path: string) {
    this.#path = path;
  }

  /** The same bytes, each of them on its way to the file. */
  async *copying(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
    this.#file = await open(this.#path, 'wx', 0o644);
    const batch = new WriteBatch(this.#file);
    for await (const chunk of source) {
      this.#hash.update(chunk);
      this.size += chunk.length;
      await batch.add(chunk);
      yield chunk;
    }
    await batch.flush();
    this.#ended = true;
  }

  /** Throws invalid-argument unless all of `digest` (absent: whatever it is) is there; then it is on the disk. */
  async finish(what: string, { syncFollows }: SyncFollows, digest?: string): Promise<void> {
    this.digest = `sha256:${this.#hash.digest('hex')}`;
    if (!this.#ended || this.digest !== (digest ?? this.digest))
      throw new SkiffError(
        'invalid-argument',
        `${what}: verification failed: its digest is ${this.digest}, not ${digest}`,
      );
    if (!syncFollows) await this.#file?.sync();
  }

  async close(): Promise<void> {
    await this.#file?.close();
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
    for await (const chunk of decompress(layer.source, layer.what, onFound)) {
      operation.signal.throwIfAborted();
      if (!isCounted) hash.update(chunk);
      yield chunk;
    }
  }
  try {
    await writeLayer(readTar(bytes(), layer.what), socket);
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
  for await (const chunk of decompress(source, what)) {
    operation.signal.throwIfAborted();
    hash.update(chunk);
  }
  return hash.digest('hex');
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

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

function takeAway(path: string): number {
  const size = sizeOf(path);
  rmSync(path, { force: true });
  return size;
}

function checkDiffId(found: string, expected: string | undefined, what: string): void {
  if (expected === undefined || found === expected) return;
  throw new SkiffError('invalid-argument', `${what}: its content is sha256:${found}, not sha256:${expected}`);
}

function layerFailure(error: unknown, what: string): SkiffError {
  if (error instanceof NativeFailure && error.errno === 'E2BIG' && /^(bytes|entries)$/.test(error.object)) {
    const variable = `SKIFF_MAX_LAYER_${error.object.toUpperCase()}`;
    return new SkiffError('invalid-argument', `${what}: the layer has too many ${error.object}`, {
      cause: error,
      hint: `If it is meant to be that large, raise ${variable} (0: no limit) where Skiff's helper starts.`,
    });
  }
  if (error instanceof NativeFailure) return new SkiffError(error.code, `${what}: ${error.message}`, { cause: error });
  if (error instanceof SkiffError) return error;
  const { code, message } = asSkiffError(error);
  return new SkiffError(code, `${what}: ${message}`, { cause: error });
}

/** Collects what comes in small pieces: each write is a round through the thread pool. */
class WriteBatch {
  readonly #file: FileHandle;
  #parts: Uint8Array[] = [];
  #length = 0;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  async add(chunk: Uint8Array): Promise<void> {
    this.#parts.push(chunk);
    this.#length += chunk.length;
    if (this.#length >= writeBytes) await this.flush();
  }

  async flush(): Promise<void> {
    const bytes = Buffer.concat(this.#parts, this.#length);
    this.#parts = [];
    this.#length = 0;
    await writeWhole(this.#file, bytes);
  }
}

async function writeWhole(file: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let at = 0; at < chunk.length;) at += (await file.write(chunk, at)).bytesWritten;
}
