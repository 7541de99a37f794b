import { chmodSync, mkdirSync, readlinkSync, rmdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { errnoOf } from '../lib/errors.ts';
import { parseAddress } from './address.ts';
import { namesIn } from '../lib/names-in.ts';

type Renamed = { addresses: readonly string[]; id: string; isAlso: boolean };

/**
 * What the resolver answers: `names/<name in lower case>/<address>` is a symbolic link to the id of the container that has both, and so is,
 * for who has an address and wants the name, `names/<4.3.2.1.in-addr.arpa>/<name>`. The native program reads it with each question, and
 * removes a container's links when it ends.
 */
export class DnsNames {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The first name is the container's own. Returns the paths, relative to the folder, of the links that it made. */
  add(names: readonly string[], addresses: readonly string[], id: string): string[] {
    const all = [...new Set(names.map((name) => name.toLowerCase()))];
    const [own] = names;
    return addresses.flatMap((address) => [
      ...all.map((name) => this.#link(name, address, id)),
      ...(own === undefined ? [] : [this.#link(reverseName(address), own, id)]),
    ]);
  }

  /** Calls a container by another name. `isAlso`: the old one is still one of its names. Returns what `add` does. */
  rename(from: string, to: string, { addresses, id, isAlso }: Renamed): string[] {
    const added = this.add([to], addresses, id);
    for (const address of addresses) {
      if (!isAlso) this.#unlink(join(this.#folder, from.toLowerCase(), address), id);
      this.#unlink(join(this.#folder, reverseName(address), from), id);
    }
    if (!isAlso) removeEmpty(join(this.#folder, from.toLowerCase()));
    return added;
  }

  /** Takes away all that lead to the container, or to one address of it. */
  remove(id: string, only?: string): void {
    const reverse = only === undefined ? undefined : reverseName(only);
    for (const name of namesIn(this.#folder)) {
      for (const entry of namesIn(join(this.#folder, name)))
        if (only === undefined || entry === only || name === reverse) this.#unlink(join(this.#folder, name, entry), id);
      removeEmpty(join(this.#folder, name));
    }
  }

  /** Takes away all that lead to containers which `isGone`, and names that lead nowhere. */
  sweep(isGone: (id: string) => boolean): void {
    for (const name of namesIn(this.#folder)) {
      for (const path of namesIn(join(this.#folder, name)).map((entry) => join(this.#folder, name, entry))) {
        const id = target(path);
        if (id !== undefined && isGone(id)) this.#unlink(path, id);
      }
      removeEmpty(join(this.#folder, name));
    }
  }

  #link(name: string, entry: string, id: string): string {
    const path = join(this.#folder, name, entry);
    for (;;) {
      makeReadable(join(this.#folder, name));
      try {
        // The address is ours: a link that is there is from someone who had it before.
        rmSync(path, { force: true });
        symlinkSync(id, path);
        return join(name, entry);
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

/** The resolver is nobody in particular, whatever the umask. */
export function makeReadable(folder: string): void {
  if (mkdirSync(folder, { recursive: true }) !== undefined) chmodSync(folder, 0o755);
}

/** What is asked for to learn the name of an address: RFC 1035, 3.5; RFC 3596, 2.5. */
function reverseName(address: string): string {
  const { family, value } = parseAddress(address);
  if (family === 4) return `${address.split('.').toReversed().join('.')}.in-addr.arpa`;
  return `${Array.from(value.toString(16).padStart(32, '0')).toReversed().join('.')}.ip6.arpa`;
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
