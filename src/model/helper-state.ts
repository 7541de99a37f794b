import { Listeners, type Subscription } from './listeners.ts';

/** Whether the engine can be used from this window, and why not. */
export type HelperState =
  | { status: 'idle' }
  /** `attempt` 0: the first start; more: after it died. */
  | { status: 'starting'; attempt: number }
  | { status: 'running' }
  /** It died too often, or could not start; a person must act. */
  | { status: 'failed'; reason: string }
  | { status: 'unsupported'; platform: string };

export type PrivilegeRefusal = { reason: string; hint: string };

/** What the views show beside the containers themselves. */
export class EngineStatus {
  readonly #changed = new Listeners<void>();
  #helper: HelperState = { status: 'idle' };
  #refusal: PrivilegeRefusal | undefined;

  get helper(): HelperState {
    return this.#helper;
  }

  /** Absent: privileges were granted, or not asked for yet. */
  get refusal(): PrivilegeRefusal | undefined {
    return this.#refusal;
  }

  onChanged(listener: () => void): Subscription {
    return this.#changed.add(listener);
  }

  setHelper(state: HelperState): void {
    this.#helper = state;
    this.#changed.fire();
  }

  setRefusal(refusal: PrivilegeRefusal | undefined): void {
    if (this.#refusal?.reason === refusal?.reason && this.#refusal?.hint === refusal?.hint) return;
    this.#refusal = refusal;
    this.#changed.fire();
  }
}
