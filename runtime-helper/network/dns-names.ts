import { mkdirSync, readdirSync, readlinkSync, rmdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { errnoOf } from '../lib/errors.ts';

/**
 * What the resolver answers: `names/<name in lower case>/<address>` is a symbolic link to the id of the container that has both.
 * The native program reads it with each question, and removes a container's links when it ends.
 */
export class DnsNames {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Returns the paths, relative to the folder, of the links that it made. */
  add(names: readonly string[], addresses: readonly string[], id: string): string[] {
    const all = [...new Set(names.map((name) => name.toLowerCase()))];
    return all.flatMap((name) => addresses.map((address) => this.#link(name, address, id)));
  }

  /** Takes away all that lead to the container, or to one address of it. */
  remove(id: string, only?: string): void {
    for (const name of entries(this.#folder)) {
      for (const address of entries(join(this.#folder, name)))
        if ((only ?? address) === address) this.#unlink(join(this.#folder, name, address), id);
      removeEmpty(join(this.#folder, name));
    }
  }

  #link(name: string, address: string, id: string): string {
    const path = join(this.#folder, name, address);
    for (;;) {
      mkdirSync(join(this.#folder, name), { recursive: true });
      try {
        // The address is ours: a link that is there is from someone who had it before.
        rmSync(path, { force: true });
        symlinkSync(id, path);
        return join(name, address);
      } catch (error) {
        // A monitor that ended took the empty folder away.
        if (errnoOf(error) !== 'ENOENT') throw error;
      }
    }
  }

  #unlink(path: string, id: string): void {
    if (target(path) === id) rmSync(path, { force: true });
  }
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
}

function target(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function removeEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch (error) {
    if (errnoOf(error) !== 'ENOTEMPTY' && errnoOf(error) !== 'ENOENT') throw error;
  }
}
