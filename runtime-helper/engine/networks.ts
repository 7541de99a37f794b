import { existsSync, readFileSync } from 'node:fs';
import { BridgeNetwork, type Endpoint } from '../network/bridge-network.ts';
import { hostsFile, resolvFile } from '../network/files.ts';
import type { Spawner } from '../sys/spawner.ts';
import type { Store } from './store.ts';

type FileOptions = { network: 'bridge' | 'none' | 'host'; hostname: string; address?: string };

/** Brings containers onto the store's bridge, and writes what a container's /etc says of its network. */
export class ContainerNetworks {
  readonly #store: Store;
  #bridge: BridgeNetwork | undefined;
  /** This helper has had the bridge brought up, with all that belongs to it. */
  #up: Promise<unknown> | undefined;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Claims an address, and makes the bridge if it is not there. */
  async connect(id: string, spawner: Spawner, isAlive: (owner: string) => boolean): Promise<Endpoint> {
    const bridge = this.#network();
    const { bridge: name, mtu } = bridge.record;
    if (!this.#up || !existsSync(`/sys/class/net/${name}`)) {
      this.#up = spawner.request(['network-up', name, bridge.gatewayWithPrefix, String(mtu), '1']);
      this.#up.catch(() => {
        this.#up = undefined;
      });
    }
    await this.#up;
    return bridge.claim(id, isAlive);
  }

  /** Addresses by container id. */
  addresses(): Map<string, string> {
    // Reading must not make a network.
    return existsSync(`${this.#store.networks}/bridge/network.json`)
      ? this.#network().addresses()
      : new Map<string, string>();
  }

  release(id: string): void {
    if (existsSync(`${this.#store.networks}/bridge/network.json`)) this.#network().release(id);
  }

  files({ network, hostname, address }: FileOptions): { hosts: string; hostname: string; 'resolv.conf': string } {
    const isHost = network === 'host';
    const resolv = readOptional('/etc/resolv.conf') ?? '';
    return {
      hosts: isHost
        ? (readOptional('/etc/hosts') ?? '')
        : hostsFile({ hostname, ...(address === undefined ? {} : { address }) }),
      hostname: `${hostname}\n`,
      'resolv.conf': isHost ? resolv : resolvFile(resolv, readOptional('/run/systemd/resolve/resolv.conf')),
    };
  }

  #network(): BridgeNetwork {
    this.#bridge ??= BridgeNetwork.openDefault(this.#store.networks, this.#store.id);
    return this.#bridge;
  }
}

function readOptional(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}
