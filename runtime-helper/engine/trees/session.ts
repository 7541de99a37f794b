import type { Socket } from 'node:net';
import { ByteReader } from '../../archive/byte-reader.ts';
import { readEntries, readFrame } from '../../archive/entry-reader.ts';
import { finishEntries, writeLayer } from '../../archive/layer-writer.ts';
import type { TarEntry, TarType } from '../../archive/tar-reader.ts';
import { SkiffError } from '../../lib/errors.ts';
import { failureOf } from '../../sys/failure.ts';
import type { FileChange, FileWrite } from '../types.ts';

/** A file of a container. Names are bytes: what is no UTF-8 is shown by `toString` with replacements. */
export type FileStatus = {
  name: Buffer;
  /** `s`: a socket. */
  type: TarType | 's';
  mode: number;
  uid: number;
  gid: number;
  size: number;
  mtimeSeconds: number;
  mtimeNanoseconds: number;
  links: number;
  linkName: Buffer;
};

/** A socket, and what it brings: chunks that are good until the next is asked for. */
export type Connection = { socket: Socket; chunks: AsyncIterable<Uint8Array> };

const statusWords = 10;

/** Requests to the file system of one container, one after the other (ARCHITECTURE.md, Seam 3, "Trees"). Paths begin at its root. */
export class TreeSession {
  readonly #socket: Socket;
  readonly #reader: ByteReader;
  readonly #what: string;
  readonly #ended: Promise<unknown>;

  /** `ended`: the request that opened the session. `what` names the container in errors. */
  constructor({ socket, chunks }: Connection, ended: Promise<unknown>, what: string) {
    // Each write tells of its own failure.
    socket.on('error', () => {});
    this.#socket = socket;
    this.#reader = new ByteReader(chunks, what);
    this.#what = what;
    this.#ended = ended;
  }

  /** Throws not-found. */
  async stat(path: Buffer, how: { follow: boolean }): Promise<FileStatus> {
    this.#send('stat', path, how.follow ? '1' : '0');
    const [status] = parseStatuses(await this.#answer());
    if (!status) throw new SkiffError('internal', `${this.#what}: no answer`);
    return status;
  }

  async list(path: Buffer): Promise<FileStatus[]> {
    this.#send('list', path);
    return parseStatuses(await this.#answer());
  }

  /**
   * Everything from `path` on: that itself first, with an empty path, and what is below it after that. A piece of a content is good until the
   * next is asked for.
   */
  async *walk(path: Buffer): AsyncGenerator<TarEntry, void, undefined> {
    this.#send('walk', path);
    yield* readEntries(this.#reader, this.#what);
    await this.#answer();
  }

  /** What the container has changed, as a layer. */
  async *layer(): AsyncGenerator<TarEntry, void, undefined> {
    this.#send('changes', '1');
    yield* readEntries(this.#reader, this.#what);
    await this.#answer();
  }

  async changes(): Promise<FileChange[]> {
    this.#send('changes', '0');
    const changes: FileChange[] = [];
    for (let frame = await this.#frame(); frame.length > 0; frame = await this.#frame())
      changes.push({ kind: String(frame[0]) as FileChange['kind'], path: `/${String(frame[1])}` });
    await this.#answer();
    return changes;
  }

  /** Makes entries, whose paths begin at the root. A directory is not replaced by something else, nor the other way round. */
  async apply(entries: AsyncIterable<TarEntry>): Promise<void> {
    this.#send('apply');
    await writeLayer(entries, this.#socket);
    finishEntries(this.#socket);
    await this.#answer();
  }

  /** At most 1 MiB; empty at the end. */
  async read(path: Buffer, offset: number, most: number): Promise<Buffer> {
    this.#send('read', path, `${offset}`, `${most}`);
    const [hex] = await this.#answer();
    return Buffer.from(String(hex ?? ''), 'hex');
  }

  async write(path: Buffer, bytes: Buffer, { how, offset }: FileWrite): Promise<void> {
    this.#send('write', path, how, `${offset}`, `${bytes.length}`);
    if (bytes.length > 0) this.#socket.write(bytes);
    await this.#answer();
  }

  async rename(from: Buffer, to: Buffer, overwrite: boolean): Promise<void> {
    this.#send('rename', from, to, overwrite ? '1' : '0');
    await this.#answer();
  }

  /** All of it, as `cp -a`. */
  async copy(from: Buffer, to: Buffer, overwrite: boolean): Promise<void> {
    this.#send('copy', from, to, overwrite ? '1' : '0');
    await this.#answer();
  }

  async remove(path: Buffer, recursive: boolean): Promise<void> {
    this.#send('remove', path, recursive ? '1' : '0');
    await this.#answer();
  }

  /** In a view of changes that may be written to: makes what is there as the image has it. */
  async discard(path: Buffer): Promise<void> {
    this.#send('discard', path);
    await this.#answer();
  }

  async makeDirectory(path: Buffer): Promise<void> {
    this.#send('mkdir', path);
    await this.#answer();
  }

  /** Resolves when the native program has let go of the container. */
  async close(): Promise<void> {
    this.#socket.destroy();
    await this.#ended.catch(() => {});
  }

  #send(...words: (string | Buffer)[]): void {
    const body = Buffer.concat(words.flatMap((word) => [Buffer.from(word), Buffer.alloc(1)]));
    const length = Buffer.alloc(4);
    length.writeUInt32LE(body.length);
    this.#socket.write(Buffer.concat([length, body]));
  }

  #frame(): Promise<Buffer[]> {
    return readFrame(this.#reader, this.#what);
  }

  async #answer(): Promise<Buffer[]> {
    const [kind, ...words] = await this.#frame();
    if (kind?.toString() === 'ok') return words;
    const [stage = '', errno = '', object = ''] = words.map(String);
    throw failureOf(stage, Number(errno), object);
  }
}

function parseStatuses(words: Buffer[]): FileStatus[] {
  const statuses: FileStatus[] = [];
  for (let at = 0; at + statusWords <= words.length; at += statusWords) {
    const [name, type, mode, uid, gid, size, mtimeSeconds, mtimeNanoseconds, links, linkName] = words.slice(
      at,
      at + statusWords,
    );
    statuses.push({
      name: name ?? Buffer.alloc(0),
      type: String(type) as FileStatus['type'],
      mode: Number.parseInt(String(mode), 8),
      uid: Number(uid),
      gid: Number(gid),
      size: Number(size),
      mtimeSeconds: Number(mtimeSeconds),
      mtimeNanoseconds: Number(mtimeNanoseconds),
      links: Number(links),
      linkName: linkName ?? Buffer.alloc(0),
    });
  }
  return statuses;
}
