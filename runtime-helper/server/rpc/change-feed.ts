import type { Changes, Engine } from '../../engine/index.ts';
import type { Log } from '../../lib/operation.ts';
import {
  containersChanged,
  imagesChanged,
  networksChanged,
  volumesChanged,
  type ContainerSummary,
  type ImageSummary,
  type NetworkSummary,
  type VolumeSummary,
} from '../../protocol/index.ts';
import { containerSummary, imageSummary, networkSummary, volumeSummary } from './summaries.ts';
import type { Window } from './window.ts';

/**
 * Tells the window what has changed since it was told last, whoever changed it. What it has never asked for is not watched. One
 * notification of a kind is under way at a time: to a slow window many changes come as one.
 */
export class ChangeFeed {
  readonly #engine: Engine;
  readonly #window: Window;
  readonly #log: Log;
  /** As JSON by id, and as JSON, of what the window knows; absent: it has not asked. */
  #containers: Map<string, string> | undefined;
  #images: string | undefined;
  #networks: string | undefined;
  #volumes: string | undefined;
  #due: Changes = nothing();
  #telling = false;
  #stop: (() => void) | undefined;

  constructor(engine: Engine, window: Window, log: Log) {
    this.#engine = engine;
    this.#window = window;
    this.#log = log;
  }

  /** All containers, from which on the window is kept informed. */
  listContainers(): ContainerSummary[] {
    this.#watch();
    const containers = this.#readContainers();
    this.#containers = new Map(containers.map((container) => [container.id, JSON.stringify(container)]));
    return containers;
  }

  listImages(): ImageSummary[] {
    this.#watch();
    const images = this.#engine.listImages().map(imageSummary);
    this.#images = JSON.stringify(images);
    return images;
  }

  listNetworks(): NetworkSummary[] {
    this.#watch();
    const networks = this.#readNetworks();
    this.#networks = JSON.stringify(networks);
    return networks;
  }

  listVolumes(): VolumeSummary[] {
    this.#watch();
    const volumes = this.#engine.listVolumes().map(volumeSummary);
    this.#volumes = JSON.stringify(volumes);
    return volumes;
  }

  close(): void {
    this.#stop?.();
  }

  #watch(): void {
    this.#stop ??= this.#engine.watch(({ containers, images, networks, volumes }) => {
      // Each shows something of the other: addresses, and who is connected.
      this.#due.containers ||= containers || networks;
      this.#due.networks ||= containers || networks;
      this.#due.images ||= images;
      // They also show who has them.
      this.#due.volumes ||= volumes || containers;
      if (!this.#telling) void this.#tell();
    });
  }

  async #tell(): Promise<void> {
    this.#telling = true;
    try {
      while (Object.values(this.#due).some(Boolean)) {
        const { containers, images, networks, volumes } = this.#due;
        this.#due = nothing();
        if (containers) await this.#tellContainers();
        if (images) await this.#tellImages();
        if (networks) await this.#tellNetworks();
        if (volumes) await this.#tellVolumes();
      }
    } catch (error) {
      // The next change brings what this one should have.
      this.#log('warn', `a change was not told: ${String(error)}`);
    } finally {
      this.#telling = false;
    }
  }

  async #tellContainers(): Promise<void> {
    const known = this.#containers;
    if (!known) return;
    const containers = this.#readContainers();
    const changed = containers.filter((container) => {
      const json = JSON.stringify(container);
      if (known.get(container.id) === json) return false;
      known.set(container.id, json);
      return true;
    });
    const present = new Set(containers.map(({ id }) => id));
    const removed = [...known.keys()].filter((id) => !present.has(id));
    for (const id of removed) known.delete(id);
    if (changed.length > 0 || removed.length > 0) await this.#window.tell(containersChanged, { changed, removed });
  }

  async #tellImages(): Promise<void> {
    if (this.#images === undefined) return;
    const images = this.#engine.listImages().map(imageSummary);
    const json = JSON.stringify(images);
    if (json === this.#images) return;
    this.#images = json;
    await this.#window.tell(imagesChanged, { images });
  }

  async #tellNetworks(): Promise<void> {
    if (this.#networks === undefined) return;
    const networks = this.#readNetworks();
    const json = JSON.stringify(networks);
    if (json === this.#networks) return;
    this.#networks = json;
    await this.#window.tell(networksChanged, { networks });
  }

  #readNetworks(): NetworkSummary[] {
    const containers = this.#engine.listContainers({ all: true });
    return this.#engine.listNetworks().map((network) => networkSummary(network, containers));
  }

  async #tellVolumes(): Promise<void> {
    if (this.#volumes === undefined) return;
    const volumes = this.#engine.listVolumes().map(volumeSummary);
    const json = JSON.stringify(volumes);
    if (json === this.#volumes) return;
    this.#volumes = json;
    await this.#window.tell(volumesChanged, { volumes });
  }

  #readContainers(): ContainerSummary[] {
    return this.#engine.listContainers({ all: true }).map(containerSummary);
  }
}

const nothing = (): Changes => ({ containers: false, images: false, networks: false, volumes: false });
