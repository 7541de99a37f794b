import type { Client } from '../../runtime-helper/client/client.ts';
import type { Volumes } from '../model/volumes.ts';

/** Keeps the volumes true to the engine, from the first time that they are to be seen. */
export class VolumeMirror {
  readonly #client: Client;
  readonly #volumes: Volumes;
  #listed = false;

  constructor(client: Client, volumes: Volumes) {
    this.#client = client;
    this.#volumes = volumes;
    client.onVolumesChanged((change) => this.#volumes.replace(change.volumes));
  }

  /** Asks the helper that runs; one is started for it. */
  async list(): Promise<void> {
    this.#listed = true;
    this.#volumes.replace((await this.#client.listVolumes()).volumes);
  }

  /** A new helper knows of no window that wants to hear of volumes. */
  async helperReturned(): Promise<void> {
    if (this.#listed) await this.list();
  }
}
