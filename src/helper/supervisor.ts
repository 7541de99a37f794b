import { setTimeout as wait } from 'node:timers/promises';
import type { InitializeResult } from '../../runtime-helper/protocol/index.ts';
import { RequestError } from '../../runtime-helper/client/request-error.ts';
import type { Transport } from '../../runtime-helper/client/client.ts';
import type { HelperState } from '../model/helper-state.ts';
import { Listeners } from '../model/listeners.ts';
import type { Life, LifeOptions } from './life.ts';
import { RestartPolicy } from './restart-policy.ts';
import { t } from '../model/l10n.ts';

export type Handlers = Pick<LifeOptions, 'notifications' | 'requests'>;
type Options = {
  begin: (handlers: Handlers) => Promise<Life>;
  requests: Handlers['requests'];
  setState: (state: HelperState) => void;
  log: { info: (message: string) => void; error: (message: string) => void };
};

/** A helper that runs, or is on its way; `giveUp` ends the tries to start it. */
type Current = { life: Promise<Life>; giveUp: AbortController };
/** What a start waits for. */
type Before = (signal: AbortSignal) => Promise<unknown>;

/** Keeps one helper running from the first need on, through deaths and restarts. Requests wait for it to come up. */
export class Supervisor implements Transport {
  readonly #options: Options;
  readonly #policy = new RestartPolicy();
  readonly #notifications = new Map<string, Listeners<unknown>>();
  readonly #ready = new Listeners<InitializeResult>();
  readonly #down = new Listeners<void>();
  #current: Current | undefined;
  #disposed = false;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Called with each helper that has come up: everything known of the one before may be out of date. */
  onReady(listener: (hello: InitializeResult) => void): { dispose: () => void } {
    return this.#ready.add(listener);
  }

  /** Called when a helper has ended: its streams are gone. */
  onDown(listener: () => void): { dispose: () => void } {
    return this.#down.add(listener);
  }

  onNotification(method: string, handler: (params: never) => void): { dispose: () => void } {
    let listeners = this.#notifications.get(method);
    if (!listeners) {
      const added = (listeners = new Listeners<unknown>());
      this.#notifications.set(method, added);
      // One that runs already knows only what was listened to when it began.
      void this.#current?.life.then(
        (life) => life.listen(method, (params) => added.fire(params)),
        () => {},
      );
    }
    return listeners.add(handler as (params: unknown) => void);
  }

  async sendRequest(...call: Parameters<Transport['sendRequest']>): Promise<unknown> {
    const life = await this.#running();
    return life.sendRequest(...call);
  }

  /** Starts the helper unless one runs. Failures are shown through the state. */
  start(): void {
    this.#running().catch((error: unknown) =>
      this.#options.log.error(`Starting the helper failed: ${messageOf(error)}`),
    );
  }

  /** Ends the helper, if any, and starts another; what a person does after it was given up. Resolves when the former one is gone. */
  async restart(): Promise<void> {
    this.#policy.reset();
    const former = this.#current;
    const gone = former ? this.#end(former).then(() => this.#down.fire()) : Promise.resolve();
    // Requests that come meanwhile are for the next one.
    this.#begin(0, () => gone);
    this.start();
    await gone;
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    const former = this.#current;
    this.#current = undefined;
    if (former) await this.#end(former);
  }

  async #end({ life, giveUp }: Current): Promise<void> {
    giveUp.abort();
    // One that did not come up needs no end.
    await life.then((running) => running.stop()).catch(() => undefined);
  }

  /** Who waits for one that is given up meanwhile waits for the next. */
  async #running(): Promise<Life> {
    for (;;) {
      if (this.#disposed) throw new RequestError('helper-gone', 'This window is closing');
      const current = this.#current ?? this.#begin(0);
      try {
        return await current.life;
      } catch (error) {
        if (!current.giveUp.signal.aborted) throw error;
      }
    }
  }

  /** From now on this is the helper. One that does not come up is forgotten, so that the next request tries anew. */
  #begin(attempt: number, before: Before = async () => {}): Current {
    const giveUp = new AbortController();
    const life = this.#bring(attempt, before, giveUp.signal);
    const current = { life, giveUp };
    this.#current = current;
    life.catch(() => {
      if (this.#current === current) this.#current = undefined;
    });
    return current;
  }

  /** Starts lives until one has come up; so requests that wait for the helper outlast its failures to start. */
  async #bring(first: number, before: Before, signal: AbortSignal): Promise<Life> {
    await before(signal);
    for (let attempt = first; ; attempt++) {
      signal.throwIfAborted();
      this.#options.setState({ status: 'starting', attempt });
      const started = Date.now();
      try {
        const handlers = { notifications: this.#dispatchers(), requests: this.#options.requests };
        const life = await this.#options.begin(handlers);
        if (signal.aborted) await life.stop();
        else return this.#cameUp(life, started, signal);
      } catch (error) {
        await this.#pauseAfter(error, Date.now() - started, signal);
      }
    }
  }

  #cameUp(life: Life, started: number, signal: AbortSignal): Life {
    this.#options.log.info(`The helper ${life.hello.version} is running; store ${life.hello.root}`);
    void life.ended.then((reason) => {
      if (!signal.aborted) this.#lifeEnded(reason, Date.now() - started);
    });
    this.#options.setState({ status: 'running' });
    // Not before the promise of it is settled, so that what listeners request finds the helper.
    queueMicrotask(() => this.#ready.fire(life.hello));
    return life;
  }

  /** Resolves when it may be tried again, and rejects when it is given up. */
  async #pauseAfter(error: unknown, lived: number, signal: AbortSignal): Promise<void> {
    this.#options.log.error(`The helper did not start: ${messageOf(error)}`);
    signal.throwIfAborted();
    // An answer of its own, such as a store that can't be opened, will not be another one a second later.
    const refused = typeof error === 'object' && error !== null && 'data' in error && error.data !== undefined;
    const delay = refused ? undefined : this.#policy.died(lived);
    if (delay !== undefined) return wait(delay, undefined, { signal });
    this.#options.setState({ status: 'failed', reason: messageOf(error) });
    throw new RequestError('helper-gone', t("Skiff's helper did not start: {0}", messageOf(error)), { cause: error });
  }

  #lifeEnded(reason: string, lived: number): void {
    this.#options.log.error(`The helper ended: ${reason}`);
    this.#current = undefined;
    const delay = this.#policy.died(lived);
    // Before anybody is told: what listeners request then is for this one.
    if (delay !== undefined) this.#begin(1, (signal) => wait(delay, undefined, { signal }));
    this.#down.fire();
    if (delay === undefined) this.#options.setState({ status: 'failed', reason });
    else this.start();
  }

  #dispatchers(): Map<string, (params: unknown) => void> {
    return new Map(
      [...this.#notifications].map(([method, listeners]) => [method, (params: unknown) => listeners.fire(params)]),
    );
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
