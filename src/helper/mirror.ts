import type { Client } from '../../runtime-helper/client/client.ts';
import type { Containers } from '../model/containers.ts';
import type { EngineStatus } from '../model/helper-state.ts';
import { translated } from '../model/l10n.ts';
import type { Subscription } from '../model/listeners.ts';

/** Keeps the model true to the engine: a list from each helper that comes up, changes as they happen. */
export class Mirror {
  readonly #client: Client;
  readonly #containers: Containers;
  readonly #status: EngineStatus;
  #listed: Promise<void> | undefined;

  constructor(client: Client, containers: Containers, status: EngineStatus) {
    this.#client = client;
    this.#containers = containers;
    this.#status = status;
    client.onContainersChanged((change) => this.#containers.apply(change));
  }

  /** Resolves when the containers have been listed by the helper that runs, which is started for it. */
  listed(): Promise<void> {
    if (this.#listed) return this.#listed;
    const listed = this.#list();
    this.#listed = listed;
    listed.catch(() => {
      if (this.#listed === listed) this.#listed = undefined;
    });
    return listed;
  }

  /** Resolves as soon as there is a list, before what else is found out about the engine; rejects when there will be none. */
  async known(): Promise<void> {
    let heard: Subscription | undefined;
    const list = new Promise<void>((resolve) => {
      heard = this.#containers.onChanged(({ kind }) => kind === 'list' && resolve());
    });
    await Promise.race([list, this.listed()]).finally(() => heard?.dispose());
  }

  /** What was listed stays on show, and is listed anew by the next helper. */
  helperEnded(): void {
    this.#listed = undefined;
  }

  async refreshPrivilege(): Promise<void> {
    const { privilege } = await this.#client.engineInfo();
    this.#status.setRefusal(
      privilege.status === 'refused'
        ? { reason: translated(privilege.reason), hint: translated(privilege.hint) }
        : undefined,
    );
  }

  async retryPrivilege(): Promise<boolean> {
    try {
      return (await this.#client.retryPrivilege()).granted;
    } finally {
      await this.refreshPrivilege();
    }
  }

  async #list(): Promise<void> {
    const { containers } = await this.#client.listContainers({ all: true });
    this.#containers.replace(containers);
    await this.refreshPrivilege();
  }
}
