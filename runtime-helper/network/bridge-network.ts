import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { writeAtomic } from '../lib/atomic-file.ts';
import { errnoOf, SkiffError } from '../lib/errors.ts';
import { chooseSubnet, formatAddress, formatSubnet, parseRoutes, parseSubnet, type Subnet } from './pool.ts';

/** networks/<name>/network.json. */
export type NetworkRecord = { version: 1; name: string; bridge: string; subnet: string; gateway: string; mtu: number };

/** A claimed address and what a container's interface is made of. */
export type Endpoint = {
  bridge: string;
  veth: string;
  /** With the prefix's length. */
  address: string;
  gateway: string;
  mac: string;
  mtu: number;
  /** Path of the claim, relative to the store's root. */
  lease: string;
};

/** A bridge with a pool of addresses, each claimed by a symbolic link `leases/<ip>` to the container's id. */
export class BridgeNetwork {
  readonly record: NetworkRecord;
  readonly #subnet: Subnet;
  readonly #leases: string;

  private constructor(folder: string, record: NetworkRecord) {
    this.record = record;
    this.#subnet = parseSubnet(record.subnet);
    this.#leases = join(folder, 'leases');
  }

  /** The store's default network; made, with a subnet that the host does not use, when it is not there yet. */
  static openDefault(networksFolder: string, storeId: string): BridgeNetwork {
    const folder = join(networksFolder, 'bridge');
    const path = join(folder, 'network.json');
    mkdirSync(join(folder, 'leases'), { recursive: true });
    if (!existsSync(path)) writeAtomic(path, JSON.stringify(newRecord(storeId)), { durable: true });
    const record = JSON.parse(readFileSync(path, 'utf8')) as NetworkRecord;
    return new BridgeNetwork(folder, record);
  }

  /** Claims a free address. `isAlive` tells whether the owner of a claim still needs it. Throws unavailable when none is left. */
  claim(id: string, isAlive: (owner: string) => boolean): Endpoint {
    const first = this.#subnet.base + 2;
    const count = 2 ** (32 - this.#subnet.prefix) - 3;
    const start = Number.parseInt(id.slice(0, 8), 16);
    // Claims of the dead are looked for only when no free address is left.
    for (const reclaim of [false, true]) {
      for (let step = 0; step < count; step += 1) {
        const address = formatAddress(first + ((start + step) % count));
        if (this.#link(address, id) || (reclaim && this.#reclaim(address, id, isAlive)))
          return this.#endpoint(id, address);
      }
    }
    throw new SkiffError('unavailable', `no address is left in ${this.record.subnet}`, {
      hint: 'Stop a container that needs none.',
      exitCode: 125,
    });
  }

  /** Addresses by the id of the container that holds them. */
  addresses(): Map<string, string> {
    return new Map(
      readdirSync(this.#leases).flatMap((address) => {
        const owner = this.#owner(address);
        return owner === undefined ? [] : [[owner, address] as const];
      }),
    );
  }

  /** Gives back what a container holds. */
  release(id: string): void {
    const address = this.addresses().get(id);
    if (address !== undefined) rmSync(join(this.#leases, address), { force: true });
  }

  get gatewayWithPrefix(): string {
    return `${this.record.gateway}/${this.#subnet.prefix}`;
  }

  #endpoint(id: string, address: string): Endpoint {
    const { bridge, gateway, mtu, name } = this.record;
    return {
      bridge,
      // IFNAMSIZ leaves 15 characters.
      veth: `sv${id.slice(0, 12)}`,
      address: `${address}/${this.#subnet.prefix}`,
      gateway,
      mac: macAddress(address),
      mtu,
      lease: join('networks', name, 'leases', address),
    };
  }

  #link(address: string, id: string): boolean {
    try {
      symlinkSync(id, join(this.#leases, address));
      return true;
    } catch (error) {
      if (errnoOf(error) === 'EEXIST') return false;
      throw error;
    }
  }

  #reclaim(address: string, id: string, isAlive: (owner: string) => boolean): boolean {
    const owner = this.#owner(address);
    if (owner !== undefined && isAlive(owner)) return false;
    rmSync(join(this.#leases, address), { force: true });
    return this.#link(address, id);
  }

  #owner(address: string): string | undefined {
    try {
      return readlinkSync(join(this.#leases, address));
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return undefined;
      throw error;
    }
  }
}

/** Locally administered, and the same for the same address, so that neighbours' ARP caches stay right (as Docker does). */
function macAddress(address: string): string {
  return ['02', '42', ...address.split('.').map((part) => Number(part).toString(16).padStart(2, '0'))].join(':');
}

function newRecord(storeId: string): NetworkRecord {
  const bridge = `sk${storeId}`;
  const subnet = chooseSubnet(storeId, parseRoutes(readFileSync('/proc/net/route', 'utf8'), bridge));
  return {
    version: 1,
    name: 'bridge',
    bridge,
    subnet: formatSubnet(subnet),
    gateway: formatAddress(subnet.base + 1),
    mtu: 1500,
  };
}
