import { lstatSync, lutimesSync, mkdirSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { errnoOf, SkiffError } from '../lib/errors.ts';
import { withFileLock } from '../lib/file-lock.ts';
import { contains, formatAddress, parseAddress, parseSubnet, sizeOf } from './address.ts';
import type { Pool } from './record.ts';
import { phrase } from '../lib/phrase.ts';
import { namesIn } from '../lib/names-in.ts';

/** Whose claims count. */
export type Owners = {
  /** Whether the owner of a claim still needs it. */
  isAlive: (id: string) => boolean;
  /** Called before an address of the dead is given to another: nothing may lead there any more. */
  forget: (address: string) => Promise<void>;
};

export type Lease = { address: string; fresh: boolean };

/** Someone whose monitor does not hold its lock yet may have claimed it. */
const youngMs = 10_000;

/** The addresses of a network: each claimed by a symbolic link, named by the address, to a container's id. */
export class Leases {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Claims a free address of the pool, or the `wanted` one. `fresh`: it was not this container's before, as it may be when its
   * monitor was killed, or another helper starts it right now. Throws unavailable when there is none.
   */
  async claim(pool: Pool, id: string, owners: Owners, wanted?: string): Promise<Lease> {
    mkdirSync(this.#folder, { recursive: true });
    if (wanted !== undefined) return this.#claimOne(pool, id, owners, formatAddress(parseAddress(wanted)));
    // Claims of the dead are looked for only when no free address is left.
    for (const reclaim of [false, true]) {
      for (const address of candidates(pool, id)) {
        if (this.#link(address, id) || (reclaim && (await this.#reclaim(address, id, owners))))
          return { address, fresh: true };
        if (await this.#isOwn(address, id)) return { address, fresh: false };
      }
    }
    throw new SkiffError('unavailable', phrase('no address left in {0}', pool.range ?? pool.subnet), {
      hint: phrase('Stop a container that needs none, or use another network.'),
    });
  }

  /** Owners by address. */
  all(): Map<string, string> {
    return new Map(
      namesIn(this.#folder).flatMap((address) => {
        const owner = this.#owner(address);
        return owner === undefined ? [] : [[address, owner] as const];
      }),
    );
  }

  /** Gives back what a container holds, or one address of it. */
  release(id: string, only?: string): void {
    for (const [address, owner] of this.all()) {
      if (owner === id && (only ?? address) === address) rmSync(join(this.#folder, address), { force: true });
    }
  }

  async #claimOne(pool: Pool, id: string, owners: Owners, address: string): Promise<Lease> {
    if (!contains(parseSubnet(pool.subnet), parseAddress(address)) || address === pool.gateway)
      throw new SkiffError('invalid-argument', phrase('no configured subnet contains IP address {0}', address));
    if (this.#link(address, id)) return { address, fresh: true };
    if (await this.#isOwn(address, id)) return { address, fresh: false };
    if (await this.#reclaim(address, id, owners)) return { address, fresh: true };
    throw new SkiffError('conflict', phrase('Address already in use: {0}', address));
  }

  #link(address: string, id: string): boolean {
    try {
      symlinkSync(id, join(this.#folder, address));
      return true;
    } catch (error) {
      if (errnoOf(error) === 'EEXIST') return false;
      throw error;
    }
  }

  /** Gives back what the dead hold. */
  async releaseDead(owners: Owners): Promise<void> {
    for (const [address, owner] of this.all())
      if (!owners.isAlive(owner)) await this.#locked(() => this.#take(address, owners));
  }

  async #reclaim(address: string, id: string, owners: Owners): Promise<boolean> {
    const owner = this.#owner(address);
    if (owner !== undefined && owners.isAlive(owner)) return false;
    return this.#locked(async () => (await this.#take(address, owners)) && this.#link(address, id));
  }

  /** Takes an address from one who is dead. Of several that see him dead only one does: by then it could be another's. */
  async #take(address: string, owners: Owners): Promise<boolean> {
    const owner = this.#owner(address);
    if (owner === undefined) return true;
    if (owners.isAlive(owner) || this.#isYoung(address)) return false;
    await owners.forget(address);
    rmSync(join(this.#folder, address), { force: true });
    return true;
  }

  /** Young once more: it is held by somebody who starts. */
  async #isOwn(address: string, id: string): Promise<boolean> {
    if (this.#owner(address) !== id) return false;
    return this.#locked(() => {
      if (this.#owner(address) !== id) return false;
      const now = new Date();
      lutimesSync(join(this.#folder, address), now, now);
      return true;
    });
  }

  #locked<T>(work: () => T | Promise<T>): Promise<T> {
    return withFileLock(`${this.#folder}.lock`, work);
  }

  #isYoung(address: string): boolean {
    const status = lstatSync(join(this.#folder, address), { throwIfNoEntry: false });
    return status !== undefined && Date.now() - status.mtimeMs < youngMs;
  }

  #owner(address: string): string | undefined {
    try {
      return readlinkSync(join(this.#folder, address));
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return undefined;
      throw error;
    }
  }
}

/**
 * Every address of the pool but those of the network itself, its gateway and its broadcast. Each container begins at a place
 * of its own: an address that was given back is not the next one to be taken, so that neighbours' caches have time to forget.
 */
function* candidates({ subnet, range, gateway }: Pool, id: string): Generator<string> {
  const whole = parseSubnet(subnet);
  const part = parseSubnet(range ?? subnet);
  const last = whole.family === 4 ? whole.base + sizeOf(whole) - 1n : -1n;
  // More than a bridge has ports for: a /64 is not walked to its end.
  const size = sizeOf(part) < 65_536n ? sizeOf(part) : 65_536n;
  const start = BigInt(`0x${id.slice(0, 8)}`);
  for (let step = 0n; step < size; step += 1n) {
    const value = part.base + ((start + step) % size);
    const address = formatAddress({ family: part.family, value });
    if (value !== whole.base && value !== last && address !== gateway) yield address;
  }
}
