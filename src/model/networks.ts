/** Mirror of the engine's networks: filled by a list, kept by `networks/changed`. */
import type { NetworkMember, NetworkSummary } from '../../runtime-helper/protocol/types.ts';
import { Listeners, type Subscription } from './listeners.ts';
import type { EndpointNode } from './nodes.ts';

export class Networks {
  readonly #changed = new Listeners<void>();
  #all: readonly NetworkSummary[] = [];

  /** Those of users first, each kind by name. */
  get all(): readonly NetworkSummary[] {
    return this.#all;
  }

  get(name: string): NetworkSummary | undefined {
    return this.#all.find((network) => network.name === name);
  }

  member({ network, id }: EndpointNode): NetworkMember | undefined {
    return this.get(network)?.containers.find((member) => member.id === id);
  }

  onChanged(listener: () => void): Subscription {
    return this.#changed.add(listener);
  }

  replace(networks: readonly NetworkSummary[]): void {
    this.#all = networks.toSorted((a, b) => Number(a.predefined) - Number(b.predefined) || (a.name < b.name ? -1 : 1));
    this.#changed.fire();
  }
}
