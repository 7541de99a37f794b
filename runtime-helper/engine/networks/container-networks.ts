import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NetworkDirective } from '../../container/directives.ts';
import type { ContainerRecord } from '../../container/record.ts';
import { noNetworking, type Networking } from '../../container/networking.ts';
import { SkiffError } from '../../lib/errors.ts';
import type { Log } from '../../lib/operation.ts';
import type { UndoStack } from '../../lib/undo.ts';
import { parseSubnet } from '../../network/address.ts';
import { blockedPhrase, findBlockers, unblockCommands } from '../../network/blockers.ts';
import { uplinkMtu } from '../../network/host-routes.ts';
import type { Owners } from '../../network/leases.ts';
import { NetworkStore } from '../../network/network-store.ts';
import { defaultNetwork, type NetworkRecord, type Pool } from '../../network/record.ts';
import type { Spawner } from '../../sys/spawner.ts';
import type { Store } from '../store.ts';
import type { Endpoint } from '../types.ts';
import { inEnglish } from '../../lib/phrase.ts';
import { phrase } from '../../lib/phrase.ts';

/** A container's interface on one network, with its claims: paths relative to the store's root. */
export type Joined = { network: NetworkRecord; directive: NetworkDirective; addresses: string[]; claims: string[] };

/** Brings containers onto the store's networks, and tells who is on which. */
export class ContainerNetworks {
  readonly networks: NetworkStore;
  /** By bridge: this helper has had it brought up, with all that belongs to it. */
  readonly #up = new Map<string, { up: Promise<string[]>; at: number; mtu: number }>();

  readonly #storeId: string;

  constructor(store: Store) {
    this.#storeId = store.id;
    this.networks = new NetworkStore(store.networks, store.id);
  }

  /** Claims addresses and names on one network, and makes its bridge if it is not there. `index`: of `eth0`, `eth1` … */
  async join(
    record: ContainerRecord,
    name: string,
    index: number,
    { spawner, owners, undo, log }: { spawner: Spawner; owners: Owners; undo: UndoStack; log: Log },
  ): Promise<Joined> {
    const network = name === defaultNetwork ? await this.networks.default() : this.networks.find(name);
    await this.bringUp(network, spawner, log);
    const settings = networkingOf(record).endpoints[name] ?? { aliases: [] };
    const leases = this.networks.leases(network.name);
    const claim = async (pool: Pool, wanted: string | undefined): Promise<string> => {
      const { address, fresh } = await leases.claim(pool, record.id, owners, wanted);
      if (fresh)
        undo.push(async () => {
          // A monitor that was killed has left its published ports, which must not lead to who gets the address next.
          await owners.forget(address);
          this.#giveBack(network.name, address, record.id);
        });
      return address;
    };
    const ipv4 = await claim(network.ipv4, settings.ip);
    const ipv6 = network.ipv6 && (await claim(network.ipv6, settings.ip6));
    const addresses = [ipv4, ...(ipv6 === undefined ? [] : [ipv6])];
    const folder = join('networks', network.name);
    const names = this.networks.names(network.name).add(dnsNames(record, network.name), addresses, record.id);
    return {
      network,
      addresses,
      claims: [
        ...addresses.map((address) => join(folder, 'leases', address)),
        ...names.map((path) => join(folder, 'names', path)),
      ],
      directive: directiveOf(record, network, index, { ipv4, ipv6, mtu: this.#mtuOf(network) }),
    };
  }

  /** What a container that runs holds, as it would join anew. */
  held(record: ContainerRecord): Pick<Joined, 'network' | 'directive'>[] {
    const own = this.addresses().get(record.id);
    const held = Object.keys(networkingOf(record).endpoints).flatMap((name) => {
      const network = this.networks.read(name);
      const addresses = own?.get(name) ?? [];
      const ipv4 = addresses.find((one) => !one.includes(':'));
      if (!network || ipv4 === undefined) return [];
      return [{ network, ipv4, ipv6: addresses.find((one) => one.includes(':')) }];
    });
    return held.map(({ network, ...addresses }, index) => ({
      network,
      directive: directiveOf(record, network, index, { ...addresses, mtu: this.#mtuOf(network) }),
    }));
  }

  async bringUp(network: NetworkRecord, spawner: Spawner, log: Log): Promise<void> {
    const { bridge, ipv4, ipv6, internal, masquerade } = network;
    let { up, at } = this.#up.get(bridge) ?? { up: undefined, at: 0 };
    // Nothing tells that somebody took our rules away (`nft flush ruleset`): so ask anew, though not for each of many starts.
    if (!up || performance.now() - at > trustMs || !existsSync(`/sys/class/net/${bridge}`)) {
      const gateways = [ipv4, ipv6].map((pool) => (pool ? withPrefix(pool.gateway, pool) : ''));
      const flags = [internal, masquerade].map((flag) => (flag ? '1' : '0'));
      const mtu = network.mtu ?? uplinkMtu();
      up = Promise.all([
        spawner.request(['network-up', bridge, ...gateways, String(mtu), ...flags]),
        internal ? [] : this.#blockedWords(spawner),
      ]).then((warnings) => warnings.flat());
      at = performance.now();
      this.#up.set(bridge, { up, at, mtu });
      up.catch(() => this.#up.delete(bridge));
    }
    for (const warning of await up) log('warn', `network ${network.name}: ${warning}`);
  }

  /** Why containers reach nothing beyond this machine, where another program's firewall keeps them from it. */
  async #blockedWords(spawner: Spawner): Promise<string[]> {
    const blockers = await findBlockers(spawner);
    return blockers.flatMap((blocker) =>
      blocker.way === 'out'
        ? [`${inEnglish(blockedPhrase(blocker))}. Let it through: ${unblockCommands(blocker, this.#storeId)}`]
        : [],
    );
  }

  /** As the bridge has it, once it is up. */
  #mtuOf({ bridge, mtu }: NetworkRecord): number {
    return mtu ?? this.#up.get(bridge)?.mtu ?? uplinkMtu();
  }

  /** After somebody took the bridges away. */
  forgetUp(): void {
    this.#up.clear();
  }

  /** The first from `start` on of `eth0`, `eth1` …: the host's ends tell which ones a container has. */
  freeIndex(id: string, start = 0): number {
    const isTaken = (index: number): boolean =>
      vethNames(id, index).some((name) => existsSync(`/sys/class/net/${name}`));
    let free = start;
    while (isTaken(free)) free += 1;
    return free;
  }

  /** The host's end of the interface on a network: the bridge tells which of a container's is plugged into it. */
  vethOf(id: string, network: NetworkRecord): string | undefined {
    const ports = `/sys/class/net/${network.bridge}/brif`;
    return existsSync(ports) ? readdirSync(ports).find((name) => name.startsWith(vethName(id, 0))) : undefined;
  }

  /** The addresses of each container by the name of the network. */
  addresses(): Map<string, Map<string, string[]>> {
    const found = new Map<string, Map<string, string[]>>();
    for (const { name } of this.networks.all()) {
      for (const [address, id] of this.networks.leases(name).all()) {
        const own = found.get(id) ?? new Map<string, string[]>();
        found.set(id, own.set(name, [...(own.get(name) ?? []), address]));
      }
    }
    return found;
  }

  /** Gives back all that a container holds which has ended: his monitor may have been killed before it could. */
  async releaseEnded(id: string, owners: Owners): Promise<void> {
    for (const address of Array.from(this.addresses().get(id)?.values() ?? []).flat()) await owners.forget(address);
    this.release(id);
  }

  /** Gives back all that a container holds, on one network or on all. No published port leads there any more. */
  release(id: string, only?: string): void {
    for (const { name } of this.networks.all()) {
      if (only !== undefined && only !== name) continue;
      this.networks.names(name).remove(id);
      this.networks.leases(name).release(id);
    }
  }

  /** Gives back what containers hold whose monitor was killed, and what was left by who was killed at giving it back. */
  async releaseDead(owners: Owners): Promise<void> {
    for (const { name } of this.networks.all()) {
      const leases = this.networks.leases(name);
      await leases.releaseDead(owners);
      // Who starts has his address before he has names.
      this.networks.names(name).sweep((id) => !owners.isAlive(id) && !Array.from(leases.all().values()).includes(id));
    }
  }

  #giveBack(network: string, address: string, id: string): void {
    this.networks.names(network).remove(id, address);
    this.networks.leases(network).release(id, address);
  }

  /** What a container has of its networks; `addresses` only while it runs. */
  endpoints(record: ContainerRecord, addresses: Map<string, string[]> | undefined): Endpoint[] {
    return Object.entries(networkingOf(record).endpoints).flatMap(([name, settings]) => {
      const network = this.networks.read(name);
      if (!network) return [];
      const own = addresses?.get(name) ?? [];
      const [ipv4, ipv6] = [own.find((one) => !one.includes(':')), own.find((one) => one.includes(':'))];
      return [
        {
          ...{ network: name, networkId: network.id, settings, dnsNames: dnsNames(record, name) },
          ...(ipv4 === undefined
            ? {}
            : {
                ipv4: withPrefix(ipv4, network.ipv4),
                gateway: network.ipv4.gateway,
                mac: settings.mac ?? macAddress(ipv4),
              }),
          ...(ipv6 === undefined || !network.ipv6
            ? {}
            : { ipv6: withPrefix(ipv6, network.ipv6), gateway6: network.ipv6.gateway }),
        },
      ];
    });
  }
}

function directiveOf(
  record: ContainerRecord,
  network: NetworkRecord,
  index: number,
  { ipv4, ipv6, mtu }: { ipv4: string; ipv6: string | undefined; mtu: number },
): NetworkDirective {
  return {
    bridge: network.bridge,
    ...interfaceOf(record.id, index),
    address: withPrefix(ipv4, network.ipv4),
    gateway: '',
    address6: network.ipv6 && ipv6 !== undefined ? withPrefix(ipv6, network.ipv6) : '',
    gateway6: '',
    mac: networkingOf(record).endpoints[network.name]?.mac ?? macAddress(ipv4),
    mtu,
    beyond: network.internal ? 'internal' : network.masquerade ? 'masquerade' : 'routed',
  };
}

/** Both ends. */
export function interfaceOf(id: string, index: number): Pick<NetworkDirective, 'veth' | 'interface'> {
  return { veth: vethName(id, index), interface: `eth${index}` };
}

/** Of records that were written before there was more than one network, too. */
export function networkingOf({ networking, network }: ContainerRecord): Networking {
  return networking ?? { ...noNetworking, endpoints: network === defaultNetwork ? { [network]: { aliases: [] } } : {} };
}

/** On the default network nobody has a name, as Docker has it. */
export function dnsNames(record: ContainerRecord, network: string): string[] {
  if (network === defaultNetwork) return [];
  const aliases = networkingOf(record).endpoints[network]?.aliases ?? [];
  const hostname = /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(record.hostname) ? [record.hostname] : [];
  return [...new Set([record.name, ...aliases, record.id.slice(0, 12), ...hostname])];
}

/** A name that a container may have on a network besides its own. Throws invalid-argument. */
export function assertAlias(alias: string): void {
  if (!/^[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,252}$/.test(alias))
    throw new SkiffError('invalid-argument', phrase('invalid network alias: {0}', JSON.stringify(alias)), {
      exitCode: 125,
    });
}

const maxNetworks = 16;
/** How long a network that was brought up is taken to be as it was. */
const trustMs = 5000;

/** What the native program calls the host's end, and what while its last life's still has that name: veth.h. */
export function vethNames(id: string, index: number): [string, string] {
  return [vethName(id, index), `sv${id.slice(0, 12)}${(index + maxNetworks).toString(2 * maxNetworks)}`];
}

/** IFNAMSIZ leaves 15 characters. */
export function vethName(id: string, index: number): string {
  if (index >= maxNetworks)
    throw new SkiffError('failed-precondition', phrase('a container can be on {0} networks at once', maxNetworks));
  return `sv${id.slice(0, 12)}${index === 0 ? '' : index.toString(16)}`;
}

function withPrefix(address: string, { subnet }: { subnet: string }): string {
  return `${address}/${parseSubnet(subnet).prefix}`;
}

export const withoutPrefix = (address: string): string => address.replace(/\/.*/, '');

/** Locally administered, and the same for the same address, so that neighbours' ARP caches stay right (as Docker does). */
function macAddress(address: string): string {
  return ['02', '42', ...address.split('.').map((part) => Number(part).toString(16).padStart(2, '0'))].join(':');
}

export function readOptional(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}
