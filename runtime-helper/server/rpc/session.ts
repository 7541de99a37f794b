import { rmSync } from 'node:fs';
import type { CancellationToken } from 'vscode-jsonrpc/node';
import * as v from 'valibot';
import { version } from '../../cli/version.ts';
import { openEngine } from '../../engine/index.ts';
import { SkiffError } from '../../lib/errors.ts';
import type { Log, Operation } from '../../lib/operation.ts';
import {
  filesChanged,
  protocolVersion,
  type InitializationOptions,
  type InitializeResult,
} from '../../protocol/index.ts';
import { serveSessions } from '../cli-server.ts';
import { Questions } from '../questions.ts';
import { ChangeFeed } from './change-feed.ts';
import { parseParams, type Context } from './method.ts';
import { methods } from './methods.ts';
import { ProgressReporter } from './progress-reporter.ts';
import { asResponseError, invalidRequest, methodNotFound, notInitialized } from './response-error.ts';
import { absolutePath } from './shapes.ts';
import { StreamTable } from './stream-table.ts';
import type { Window } from './window.ts';
import { listenForWindow } from './window-socket.ts';
import { phrase } from '../../lib/phrase.ts';

type Roots = { root?: string; runRoot?: string };
type Opened = Omit<Context, 'operation'> & { close: () => Promise<void> };
type State =
  | { status: 'new' }
  | { status: 'opening'; opened: Promise<Opened | undefined> }
  | { status: 'open'; opened: Opened }
  | { status: 'shut down'; opened: Opened };

const progressing = v.object({ progress: v.string() });

const initializeParams = v.object({
  initializationOptions: v.object({
    protocolVersion: v.number(),
    root: v.exactOptional(absolutePath),
    runRoot: v.exactOptional(absolutePath),
    runtime: v.exactOptional(v.string()),
    proxy: v.exactOptional(v.string()),
    noProxy: v.exactOptional(v.array(v.string())),
    proxyStrictSSL: v.exactOptional(v.boolean()),
  }),
});

/** One window's conversation, from `initialize` to `shutdown` (LSP 3.17, Server lifecycle). */
export class Session {
  readonly #window: Window;
  readonly #roots: Roots;
  readonly #log: Log;
  readonly #aborter = new AbortController();
  #state: State = { status: 'new' };

  /** `roots`: where the store is, when the window doesn't say. */
  constructor(window: Window, roots: Roots, log: Log) {
    this.#window = window;
    this.#roots = roots;
    this.#log = log;
  }

  get isShutDown(): boolean {
    return this.#state.status === 'shut down';
  }

  /** Answers one request, or throws the error to answer with. */
  async answer(name: string, params: unknown, token: CancellationToken): Promise<unknown> {
    try {
      if (name === 'initialize') return await this.#initialize(params);
      const opened = this.#opened(name);
      if (name === 'shutdown') {
        this.#state = { status: 'shut down', opened };
        return null;
      }
      const method = methods.get(name);
      if (!method) throw methodNotFound(`unknown method ${name}`);
      return await this.#progressing(params, (report) =>
        Promise.resolve(method.answer(params, { ...opened, operation: this.#operation(token, report) })),
      );
    } catch (error) {
      throw asResponseError(error);
    }
  }

  /** Gives up what is under way. Containers go on. */
  async close(): Promise<void> {
    this.#aborter.abort();
    const { opened } = this.#state.status === 'new' ? { opened: undefined } : this.#state;
    await (await opened)?.close();
  }

  async #initialize(params: unknown): Promise<object> {
    if (this.#state.status !== 'new') throw invalidRequest('initialize was sent twice');
    const { initializationOptions } = parseParams('initialize', initializeParams, params);
    if (initializationOptions.protocolVersion !== protocolVersion) throw wrongVersion(initializationOptions);
    const { root, runRoot } = { ...this.#roots, ...initializationOptions };
    const { runtime } = initializationOptions;
    const roots = {
      ...(root === undefined ? {} : { root }),
      ...(runRoot === undefined ? {} : { runRoot }),
      ...(runtime === undefined ? {} : { runtime }),
    };
    const begun = this.#open(roots, environmentOf(initializationOptions));
    this.#state = {
      status: 'opening',
      opened: begun.then(
        ({ opened }) => opened,
        () => undefined,
      ),
    };
    try {
      const { opened, skiff } = await begun;
      this.#state = { status: 'open', opened };
      return { capabilities: {}, serverInfo: { name: 'skiff', version }, skiff };
    } catch (error) {
      this.#state = { status: 'new' };
      throw error;
    }
  }

  async #open(
    roots: Roots & { runtime?: string },
    env: Context['env'],
  ): Promise<{ opened: Opened; skiff: InitializeResult }> {
    const questions = new Questions(this.#window.elevation);
    const engine = await openEngine({ ...roots, elevation: questions.elevation, log: this.#log });
    const { root, runRoot, storeId } = engine.info();
    const server = serveSessions(engine, questions, this.#log);
    const cliSocket = await listenForWindow(server, `${runRoot}/${storeId}`);
    const streams = new StreamTable(this.#window, this.#log);
    const changes = new ChangeFeed(engine, this.#window, this.#log);
    const files = engine.watchFiles((id, events) => this.#window.mention(filesChanged, { id, events }));
    const close = async (): Promise<void> => {
      changes.close();
      await files.close();
      rmSync(cliSocket, { force: true });
      server.close();
      streams.closeAll();
      await engine.close();
    };
    return {
      opened: { engine, streams, changes, files, env, close },
      skiff: { protocolVersion, version, cliSocket, root, runRoot },
    };
  }

  #opened(name: string): Opened {
    const state = this.#state;
    if (state.status === 'open') return state.opened;
    if (state.status === 'shut down') throw invalidRequest(`${name} after shutdown`);
    throw notInitialized(`${name} before initialize`);
  }

  /** Tells the window of progress where it wants to hear of it, and all of that before the answer. */
  async #progressing(params: unknown, work: (report: Operation['report']) => Promise<unknown>): Promise<unknown> {
    const name = v.safeParse(progressing, params);
    if (!name.success) return work(() => {});
    const reporter = new ProgressReporter(this.#window, name.output.progress);
    try {
      return await work((progress) => reporter.report(progress));
    } finally {
      await reporter.end();
    }
  }

  #operation(token: CancellationToken, report: Operation['report']): Operation {
    const canceled = new AbortController();
    if (token.isCancellationRequested) canceled.abort();
    token.onCancellationRequested(() => canceled.abort());
    return {
      signal: AbortSignal.any([canceled.signal, this.#aborter.signal]),
      log: this.#log,
      report,
    };
  }
}

type ProxySettings = Pick<InitializationOptions, 'proxy' | 'noProxy' | 'proxyStrictSSL'>;

/** The helper's own, with the proxy that is set in VS Code. */
function environmentOf({ proxy, noProxy = [], proxyStrictSSL = true }: ProxySettings): Context['env'] {
  const strictness = proxyStrictSSL ? {} : { SKIFF_PROXY_STRICT_SSL: 'false' };
  const own = Object.entries({ ...process.env, ...strictness });
  if (proxy === undefined || proxy === '') return Object.fromEntries(own);
  const others = own.filter(([name]) => !/^https?_proxy$/i.test(name));
  const exempt = [...noProxy, process.env['NO_PROXY'] ?? process.env['no_proxy'] ?? ''].filter(Boolean).join(',');
  return { ...Object.fromEntries(others), HTTP_PROXY: proxy, HTTPS_PROXY: proxy, NO_PROXY: exempt, no_proxy: exempt };
}

function wrongVersion({ protocolVersion: theirs }: InitializationOptions): SkiffError {
  return new SkiffError(
    'failed-precondition',
    `the window speaks version ${theirs} of the protocol, this helper version ${protocolVersion}`,
    { hint: phrase('Reload the window: the extension was updated while it was open.') },
  );
}
