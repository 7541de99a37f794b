import { readFileSync, statSync } from 'node:fs';
import { errnoOf } from './errors.ts';

/**
 * Reads files that are only ever replaced (`writeAtomic`), and keeps what it made of each until another one has its name: what it returns
 * is shared, and not to be changed.
 */
export class ParsedFiles<T extends object> {
  readonly #parse: (text: string) => T | undefined;
  readonly #known = new Map<string, { version: string; value: T }>();

  constructor(parse: (text: string) => T | undefined) {
    this.#parse = parse;
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
    if (value) this.#known.set(path, { version, value });
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
