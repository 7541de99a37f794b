import type { Log } from '../lib/operation.ts';
import type { Spawner } from '../sys/spawner.ts';
import type { Parts } from './containers/parts.ts';
import { hasLost, restoreContainers } from './containers/restore.ts';
import { sweep } from './containers/sweep.ts';
import { ownersOf } from './networks/owners.ts';
import { sweepStore } from './store.ts';

/** Not in the way of what the user waits for. */
const sweepDelayMs = 2000;

/** What nobody asked for and nobody waits for: containers that are to run again, and what ended ones, or their makers, left behind. */
export class Housekeeping {
  readonly #parts: Parts;
  readonly #log: Log;
  #sweeping: NodeJS.Timeout | undefined;
  #isReleasing = false;
  #hasRestored = false;

  constructor(parts: Parts, log: Log) {
    this.#parts = parts;
    this.#log = log;
    if (isRoot()) setImmediate(() => this.#restore());
  }

  /** The privilege to do it is there. */
  privileged(spawner: Spawner): void {
    clearTimeout(this.#sweeping);
    this.#sweeping = setTimeout(() => {
      this.#inBackground('sweeping', this.#sweep(spawner));
      this.#inBackground('sweeping images', this.#parts.images.sweep(this.#log));
    }, sweepDelayMs).unref();
    setImmediate(() => this.#restore());
  }

  /** Containers were found to have ended without their monitor. Nobody is asked for a password only because he looks. */
  releaseLost(): void {
    const { networks, privileges } = this.#parts;
    if (this.#isReleasing || !(isRoot() || privileges.state.status === 'granted')) return;
    this.#isReleasing = true;
    const released = privileges.spawner().then((spawner) => networks.releaseDead(ownersOf(this.#parts, spawner)));
    this.#inBackground(
      'giving back addresses',
      released.finally(() => (this.#isReleasing = false)),
    );
  }

  close(): void {
    clearTimeout(this.#sweeping);
  }

  async #sweep(spawner: Spawner): Promise<void> {
    sweepStore(this.#parts.store);
    await sweep(this.#parts, spawner, this.#log);
    this.#parts.catalog.names.sweep();
    await this.#parts.networks.releaseDead(ownersOf(this.#parts, spawner));
  }

  /** Once. */
  #restore(): void {
    if (this.#hasRestored) return;
    this.#hasRestored = true;
    this.#inBackground('starting containers again', this.#restoreLost());
  }

  async #restoreLost(): Promise<void> {
    if (!hasLost(this.#parts)) return;
    const operation = { signal: new AbortController().signal, log: this.#log, report: () => {} };
    await restoreContainers(this.#parts, operation);
  }

  #inBackground(what: string, work: Promise<unknown>): void {
    work.catch((error: unknown) => this.#log('warn', `${what}: ${String(error)}`));
  }
}

const isRoot = (): boolean => process.getuid?.() === 0;
