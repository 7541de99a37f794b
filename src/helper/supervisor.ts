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

/** Keeps one helper running from the first need on, through deaths and restarts. Requests wait for it to come up. */
export class Supervisor implements Transport {
  readonly #options: Options;
  readonly #policy = new RestartPolicy();
  readonly #notifications = new Map<string, Listeners<unknown>>();
  readonly #ready = new Listeners<InitializeResult>();
  readonly #down = new Listeners<void>();
  #life: Promise<Life> | undefined;
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
      void this.#life?.then(
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

  /** Ends the helper, if any, and starts another; what a person does after it was given up. */
  async restart(): Promise<void> {
    this.#policy.reset();
    const life = this.#life;
    this.#life = undefined;
    if (life) {
      await life.then((running) => running.stop()).catch(() => undefined);
      this.#down.fire();
    }
    this.start();
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    const life = this.#life;
    this.#life = undefined;
    await life?.then((running) => running.stop()).catch(() => undefined);
  }

  #running(): Promise<Life> {
    if (this.#disposed) return Promise.reject(new RequestError('helper-gone', 'This window is closing'));
    this.#life ??= this.#begin(0);
    return this.#life;
  }

  /** Starts lives until one has come up; so requests that wait for the helper outlast its failures to start. */
  async #begin(attempt: number): Promise<Life> {
    this.#options.setState({ status: 'starting', attempt });
    const started = Date.now();
    try {
      const life = await this.#options.begin({ notifications: this.#dispatchers(), requests: this.#options.requests });
      if (this.#disposed) return life;
      this.#options.log.info(`The helper ${life.hello.version} is running; store ${life.hello.root}`);
      void life.ended.then((reason) => this.#lifeEnded(life, reason, Date.now() - started));
      this.#options.setState({ status: 'running' });
      // Not before `#life` is settled, so that what listeners request finds the helper.
      queueMicrotask(() => this.#ready.fire(life.hello));
      return life;
    } catch (error) {
      return this.#startFailed(error, attempt, Date.now() - started);
    }
  }

  async #startFailed(error: unknown, attempt: number, lived: number): Promise<Life> {
    this.#options.log.error(`The helper did not start: ${messageOf(error)}`);
    // An answer of its own, such as a store that can't be opened, will not be another one a second later.
    const refused = typeof error === 'object' && error !== null && 'data' in error && error.data !== undefined;
    const delay = refused ? undefined : this.#policy.died(lived);
    if (delay === undefined || this.#disposed) {
      this.#life = undefined;
      this.#options.setState({ status: 'failed', reason: messageOf(error) });
      throw new RequestError('helper-gone', t("Skiff's helper did not start: {0}", messageOf(error)), { cause: error });
    }
    await wait(delay);
    return this.#begin(attempt + 1);
  }

  #lifeEnded(life: Life, reason: string, lived: number): void {
    const current = this.#life;
    void current?.then((running) => {
      if (running !== life || this.#life !== current || this.#disposed) return;
      this.#life = undefined;
      this.#options.log.error(`The helper ended: ${reason}`);
      this.#down.fire();
      const delay = this.#policy.died(lived);
      if (delay === undefined) return this.#options.setState({ status: 'failed', reason });
      this.#life = wait(delay).then(() => this.#begin(1));
      this.start();
    });
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

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
