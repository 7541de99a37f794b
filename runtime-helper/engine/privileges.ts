import { SkiffError } from '../lib/errors.ts';
import type { Log } from '../lib/operation.ts';
import { elevationObstacle, startSpawner, type Elevation } from '../sys/elevate.ts';
import type { Spawner } from '../sys/spawner.ts';
import type { Store } from './store.ts';
import type { PrivilegeState } from './types.ts';
import { verbatim } from '../lib/phrase.ts';

const seamVersion = '1';

export type PrivilegeOptions = {
  store: Store;
  binary: string;
  elevation: Elevation;
  log: Log;
  /** Called with each spawner that comes up. */
  onStart: (spawner: Spawner) => void;
};

/** Holds the one spawner of a helper: started when it is first needed, and again after it has died. */
export class Privileges {
  readonly #options: PrivilegeOptions;
  #spawner: Promise<Spawner> | undefined;
  #state: PrivilegeState = firstState();

  constructor(options: PrivilegeOptions) {
    this.#options = options;
  }

  get state(): PrivilegeState {
    return this.#state;
  }

  /** Throws permission-denied, with a hint, as long as a refusal is not taken back by `retry`. */
  spawner(): Promise<Spawner> {
    this.#spawner ??= this.#start();
    return this.#spawner;
  }

  async retry(): Promise<PrivilegeState> {
    if (this.#state.status === 'refused') this.#spawner = undefined;
    await this.spawner().catch(() => {});
    return this.#state;
  }

  async close(): Promise<void> {
    const spawner = await this.#spawner?.catch(() => undefined);
    spawner?.close();
  }

  async #start(): Promise<Spawner> {
    const { store, log } = this.#options;
    try {
      const { spawner, through } = await startSpawner(this.#options);
      spawner.onEnd(() => {
        this.#spawner = undefined;
      });
      const [, ...warnings] = await spawner.request(['hello', seamVersion, store.root, store.run, store.id]);
      for (const warning of warnings) log('warn', warning);
      this.#state = { status: 'granted', through };
      this.#options.onStart(spawner);
      return spawner;
    } catch (error) {
      this.#refuse(error);
      throw error;
    }
  }

  /** A refusal stands until the user asks again: nobody wants a password box with every click. */
  #refuse(error: unknown): void {
    if (error instanceof SkiffError && error.code === 'permission-denied') this.#state = refused(error);
    else this.#spawner = undefined;
  }
}

/** Where nothing can be gained nobody need try first to hear of it. */
function firstState(): PrivilegeState {
  const obstacle = elevationObstacle();
  return obstacle ? refused(obstacle) : { status: 'unused' };
}

const refused = ({ message, phrase, hint }: SkiffError): PrivilegeState => ({
  status: 'refused',
  reason: phrase ?? verbatim(message),
  hint: hint ?? verbatim(''),
});
