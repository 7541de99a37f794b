import * as v from 'valibot';
import type { MessageConnection } from 'vscode-jsonrpc/node';
import type { Elevation } from '../../engine/index.ts';
import type { Log } from '../../lib/operation.ts';
import { privilegeConsent, privilegePassword, type Notification, type Request } from '../../protocol/index.ts';

/** The window at the other end: what it is told, and what it is asked. */
export class Window {
  readonly #connection: MessageConnection;
  readonly #log: Log;
  readonly elevation: Elevation;

  constructor(connection: MessageConnection, log: Log) {
    this.#connection = connection;
    this.#log = log;
    this.elevation = {
      askPassword: async (prompt, attempt) =>
        (await this.#ask(privilegePassword, { prompt, attempt }, passwordAnswer))?.password,
      askConsent: async (path, sha256) =>
        (await this.#ask(privilegeConsent, { path, sha256 }, consentAnswer))?.granted ?? false,
    };
  }

  /** Resolves when the window has taken it: whoever waits for that can't overrun a slow one. */
  async tell<Params>(notification: Notification<Params>, params: Params): Promise<void> {
    await this.#connection.sendNotification(notification.method, params);
  }

  /** As `tell`, where nobody waits: that it could not be told is logged. */
  mention<Params>(notification: Notification<Params>, params: Params): void {
    this.tell(notification, params).catch((error: unknown) =>
      this.#log('debug', `${notification.method} was not told: ${String(error)}`),
    );
  }

  /** Absent: it could not, or would not, answer. */
  async #ask<Params, Result>(
    request: Request<Params, Result>,
    params: Params,
    answer: v.GenericSchema<unknown, Result>,
  ): Promise<Result | undefined> {
    try {
      return v.parse(answer, await this.#connection.sendRequest<unknown>(request.method, params));
    } catch (error) {
      this.#log('warn', `${request.method} was not answered: ${String(error)}`);
      return undefined;
    }
  }
}

const passwordAnswer = v.object({ password: v.exactOptional(v.string()) });
const consentAnswer = v.object({ granted: v.boolean() });
