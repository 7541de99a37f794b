import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { createMessageConnection, type MessageConnection } from 'vscode-jsonrpc/node';
import { createClient, type Client } from '../../runtime-helper/client/client.ts';
import { protocolVersion, type ContainerSummary, type InitializeResult } from '../../runtime-helper/protocol/index.ts';
import { helperScript, node24 } from './paths.ts';
import type { TestStore } from './store.ts';
import { until } from './wait.ts';

/** A helper as a window starts it, before anything was said: what is written here goes over the wire as it is. */
export class RawHelper {
  readonly child: ChildProcessWithoutNullStreams;
  /** What it has logged so far. */
  log = '';
  readonly exited: Promise<number>;

  /** `env` names the store to those who look for its processes. */
  constructor(env: Record<string, string> = {}) {
    this.child = spawn(node24, [helperScript], { env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
    this.child.stderr.setEncoding('utf8').on('data', (text: string) => (this.log += text));
    // It may end before it has read everything.
    this.child.stdin.on('error', () => undefined);
    this.exited = new Promise((resolve) => {
      // 128 + SIGKILL's number, as a shell has it.
      this.child.once('close', (code) => resolve(code ?? 137));
    });
  }
}

type Collected = { stdout: string; stderr: string; end: { exitCode?: number; error?: string } | undefined };

/** A window as the helper knows one: the typed client on a helper of its own, and what its streams have brought. */
export class HelperWindow {
  readonly helper: RawHelper;
  readonly connection: MessageConnection;
  readonly client: Client;
  readonly changes: { changed: ContainerSummary[]; removed: string[] }[] = [];
  readonly #streams = new Map<string, Collected>();
  hello!: InitializeResult;

  private constructor(store: TestStore, env: Record<string, string>) {
    this.helper = new RawHelper({ ...store.env, ...env });
    this.connection = createMessageConnection(this.helper.child.stdout, this.helper.child.stdin);
    this.connection.onError(() => undefined);
    this.client = createClient({
      // An absent token would be taken for a second parameter.
      sendRequest: (method, params, ...token) => this.connection.sendRequest(method, params, ...token),
      onNotification: (method, handler) => this.connection.onNotification(method, handler as (params: unknown) => void),
    });
    this.client.onStreamWrote(({ stream, channel, data }) => {
      this.stream(stream)[channel] += Buffer.from(data, 'base64').toString();
    });
    this.client.onStreamEnded(({ stream, ...end }) => {
      this.stream(stream).end = end;
    });
    this.client.onContainersChanged((change) => this.changes.push(change));
    this.connection.listen();
  }

  static async open(
    store: TestStore,
    env: Record<string, string> = {},
    settings: { runtime?: string; proxy?: string; noProxy?: string[]; proxyStrictSSL?: boolean } = {},
  ): Promise<HelperWindow> {
    const window = new HelperWindow(store, env);
    const { root, runRoot } = store;
    const result = await window.connection.sendRequest<{ capabilities: object; skiff: InitializeResult }>(
      'initialize',
      {
        processId: process.pid,
        capabilities: {},
        initializationOptions: { protocolVersion, root, runRoot, ...settings },
      },
    );
    await window.connection.sendNotification('initialized', {});
    window.hello = result.skiff;
    return window;
  }

  stream(name: string): Collected {
    let collected = this.#streams.get(name);
    if (!collected) this.#streams.set(name, (collected = { stdout: '', stderr: '', end: undefined }));
    return collected;
  }

  /** All that the stream brought, once it has ended. */
  async toEnd(name: string): Promise<Collected> {
    await until(`stream ${name} ends`, () => this.stream(name).end);
    return this.stream(name);
  }

  async sees(name: string, pattern: RegExp): Promise<void> {
    // Some bring many megabytes.
    const shows = (): true => {
      if (pattern.test(this.stream(name).stdout)) return true;
      throw new Error(`it shows ${JSON.stringify(this.stream(name).stdout.slice(-500))}`);
    };
    await until(`stream ${name} shows ${String(pattern)}`, shows, 60_000);
  }

  async type(stream: string, text: string): Promise<void> {
    await this.client.writeStream({ stream, data: Buffer.from(text).toString('base64') });
  }

  /** The containers as all notifications so far leave them. */
  known(listed: readonly ContainerSummary[] = []): Map<string, ContainerSummary> {
    const known = new Map(listed.map((container) => [container.id, container]));
    for (const { changed, removed } of this.changes) {
      for (const container of changed) known.set(container.id, container);
      for (const id of removed) known.delete(id);
    }
    return known;
  }

  /** As VS Code ends it. Returns the exit code. */
  async close(): Promise<number> {
    if (this.helper.child.exitCode === null && this.helper.child.signalCode === null) {
      await this.connection.sendRequest('shutdown');
      await this.connection.sendNotification('exit');
    }
    const code = await this.helper.exited;
    this.connection.dispose();
    return code;
  }
}
