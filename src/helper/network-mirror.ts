import type { Client } from '../../runtime-helper/client/client.ts';
import type { Networks } from '../model/networks.ts';

/** Keeps the networks true to the engine, from the first time that they are to be seen. */
export class NetworkMirror {
  readonly #client: Client;
  readonly #networks: Networks;
  #listed = false;

  constructor(client: Client, networks: Networks) {
    this.#client = client;
    this.#networks = networks;
    client.onNetworksChanged((change) => this.#networks.replace(change.networks));
  }

  /** Asks the helper that runs; one is started for it. */
  async list(): Promise<void> {
    this.#listed = true;
    this.#networks.replace((await this.#client.listNetworks()).networks);
  }

  /** A new helper knows of no window that wants to hear of networks. */
  async helperReturned(): Promise<void> {
    if (this.#listed) await this.list();
  }
}
