import { createReadStream, readFileSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { posix, join } from 'node:path';
import { SkiffError } from '../lib/errors.ts';
import type { ByteSource } from './byte-reader.ts';
import { readTar, type TarEntry } from './tar-reader.ts';
import { phrase } from '../lib/phrase.ts';

/** The files of an archive of images, by name. */
export type ImageFiles = {
  has: (name: string) => boolean;
  /** A small file, whole. Throws invalid-argument when it is missing or longer than `limit`. */
  read: (name: string, limit: number) => Promise<Buffer>;
  /** A file's bytes. */
  stream: (name: string) => AsyncIterable<Uint8Array>;
  /** Bytes; 0 for what is missing. */
  size: (name: string) => number;
};

/** What is at an absolute path of a directory (an OCI layout). `what` names it in errors. */
export function directoryFiles(folder: string, what: string): ImageFiles {
  // A named pipe would be waited at for ever.
  const has = (name: string): boolean => statSync(join(folder, name), { throwIfNoEntry: false })?.isFile() ?? false;
  const size = (name: string): number => (has(name) ? statSync(join(folder, name)).size : 0);
  return {
    has,
    size,
    read: async (name, limit) => {
      if (!has(name)) throw missing(what, name);
      if (size(name) > limit) throw tooLong(what, name, size(name));
      return readFileSync(join(folder, name));
    },
    stream: (name) => {
      if (!has(name)) throw missing(what, name);
      return createReadStream(join(folder, name));
    },
  };
}

/** A file's place in the archive, or the name of the entry that a link of the archive leads to. */
type Place = { offset: number; size: number } | { link: string };

const maxEntries = 100_000;
const maxLinks = 10;
const headerBytes = 16 * 1024;
const contentBytes = 256 * 1024;

/**
 * Reads through an uncompressed tar once, and then any file of it by its place. Links (which `docker save` made of layers that are
 * alike) lead to other entries of the archive only.
 */
export async function tarFiles(path: string, what: string): Promise<ImageFiles> {
  const places = new Map<string, Place>();
  for await (const entry of readTar(seekingSource(path), what)) {
    const place = placeOf(entry);
    if (place) places.set(normal(entry.path.toString('utf8')), place);
    if (places.size > maxEntries) throw new SkiffError('invalid-argument', `${what}: has too many entries`);
  }
  const find = (name: string): { offset: number; size: number } | undefined => {
    let place = places.get(normal(name));
    for (let links = 0; place && 'link' in place; links++)
      place = links < maxLinks ? places.get(place.link) : undefined;
    return place;
  };
  const stream = (name: string): AsyncIterable<Uint8Array> => {
    const place = find(name);
    if (!place) throw missing(what, name);
    if (place.size === 0) return emptyStream();
    return createReadStream(path, {
      start: place.offset,
      end: place.offset + place.size - 1,
      highWaterMark: contentBytes,
    });
  };
  return {
    has: (name) => find(name) !== undefined,
    size: (name) => find(name)?.size ?? 0,
    stream,
    read: async (name, limit) => {
      const size = find(name)?.size ?? 0;
      if (size > limit) throw tooLong(what, name, size);
      const parts: Uint8Array[] = [];
      for await (const part of stream(name)) parts.push(part);
      return Buffer.concat(parts);
    },
  };
}

/** A file's bytes for one who wants few of them, and those far apart. */
function seekingSource(path: string): ByteSource {
  let at = 0;
  return {
    skip: (count) => (at += count) <= statSync(path).size,
    async *[Symbol.asyncIterator]() {
      const file = await open(path);
      try {
        for (;;) {
          const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(headerBytes), 0, headerBytes, at);
          if (bytesRead === 0) return;
          at += bytesRead;
          yield buffer.subarray(0, bytesRead);
        }
      } finally {
        await file.close();
      }
    },
  };
}

function placeOf(entry: TarEntry): Place | undefined {
  const { type, offset, size } = entry;
  if (type === '0') return { offset, size };
  const link = entry.linkName.toString('utf8');
  if (type === '1') return { link: normal(link) };
  if (type !== '2') return undefined;
  return { link: normal(posix.join(posix.dirname(entry.path.toString('utf8')), link)) };
}

function normal(name: string): string {
  return posix.normalize(name).replace(/^(\.?\/)+/, '');
}

async function* emptyStream(): AsyncGenerator<Uint8Array, void, undefined> {
  // Nothing to give.
}

function missing(what: string, name: string): SkiffError {
  return new SkiffError('invalid-argument', phrase('{0}: has no {1}', what, name));
}

function tooLong(what: string, name: string, size: number): SkiffError {
  return new SkiffError('invalid-argument', `${what}: ${name} is too long (${size} bytes)`);
}
