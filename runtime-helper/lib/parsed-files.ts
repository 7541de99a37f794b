import { readFileSync, statSync } from 'node:fs';
import { errnoOf } from './errors.ts';

/**
 * Reads files that are only ever replaced (`writeAtomic`), and keeps what it made of each until another one has its name: what it returns
 * is shared, and not to be changed.
 */
export class ParsedFiles<T extends object> {
  readonly #parse: (text: string) => T | undefined;
  readonly #known = new Map<string, { version: string; value: T }>();
  readonly #capacity: number;

  /** Of more than `capacity` files, those that were kept first are read anew. */
  constructor(parse: (text: string) => T | undefined, capacity = 10_000) {
    this.#parse = parse;
    this.#capacity = capacity;
  }

  /** Absent: no such file, or nothing that can be parsed. */
  read(path: string): T | undefined {
    const version = versionOf(path);
    const known = this.#known.get(path);
    if (known && known.version === version) return known.value;
    this.#known.delete(path);
    const text = version === undefined ? undefined : readFileIfThere(path);
    return version === undefined || text === undefined ? undefined : this.#keep(path, version, this.#parse(text));
  }

  /** Who has just written a file knows what is in it. */
  wrote(path: string, value: T): void {
    const version = versionOf(path);
    if (version !== undefined) this.#keep(path, version, value);
  }

  #keep(path: string, version: string, value: T | undefined): T | undefined {
    if (!value) return undefined;
    this.#known.set(path, { version, value });
    // A map is in the order in which its keys came.
    const [oldest] = this.#known.keys();
    if (this.#known.size > this.#capacity && oldest !== undefined) this.#known.delete(oldest);
    return value;
  }
}

function versionOf(path: string): string | undefined {
  const status = statSync(path, { throwIfNoEntry: false });
  return status && `${status.ino} ${status.ctimeMs}`;
}

export function readFileIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}
