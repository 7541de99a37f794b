import { window } from 'vscode';
import type { Client } from '../../runtime-helper/client/client.ts';
import type { ContainerSummary } from '../../runtime-helper/protocol/types.ts';
import type { Containers } from '../model/containers.ts';
import type { Subscription } from '../model/listeners.ts';
import { FollowedLog } from './followed-log.ts';
import type { Streams } from '../streams/streams.ts';

/** Containers' logs in the output panel: what was written, and what comes while they are in sight. */
export class ContainerLogs {
  readonly #client: Client;
  readonly #streams: Streams;
  readonly #containers: Containers;
  readonly #failed: (error: unknown) => void;
  readonly #logs = new Map<string, FollowedLog>();
  readonly #subscriptions: Subscription[];

  /** `failed` is told of logs that could not be followed again; there is no person to answer then. */
  constructor(client: Client, streams: Streams, containers: Containers, failed: (error: unknown) => void) {
    this.#client = client;
    this.#streams = streams;
    this.#containers = containers;
    this.#failed = failed;
    this.#subscriptions = [
      containers.onChanged(() => this.#update()),
      window.onDidChangeVisibleTextEditors(() => this.#update()),
    ];
  }

  async show(container: ContainerSummary): Promise<void> {
    let log = this.#logs.get(container.id);
    if (!log) this.#logs.set(container.id, (log = new FollowedLog(container, this.#client, this.#streams)));
    await log.show();
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    for (const log of this.#logs.values()) log.dispose();
  }

  #update(): void {
    for (const [id, log] of this.#logs) {
      const container = this.#containers.get(id);
      if (container) log.update(container.state.status === 'running').catch(this.#failed);
      else {
        // A removed container's log can't be read again: its channel goes with it.
        log.dispose();
        this.#logs.delete(id);
      }
    }
  }
}
