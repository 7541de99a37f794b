import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { LogOutputChannel } from 'vscode';
import {
  CloseAction,
  ErrorAction,
  LanguageClient,
  RevealOutputChannelOn,
  type LanguageClientOptions,
} from 'vscode-languageclient/node';
import type { Transport } from '../../runtime-helper/client/client.ts';
import { asRequestError } from '../../runtime-helper/client/request-error.ts';
import type { InitializationOptions, InitializeResult } from '../../runtime-helper/protocol/index.ts';
import { t } from '../model/l10n.ts';

/** One helper process from its start to its end. It is not started again: that is for the supervisor. */
export type Life = {
  hello: InitializeResult;
  sendRequest: Transport['sendRequest'];
  /** For notifications that nobody cared for when it began; the last handler of a method is the one that counts. */
  listen: (method: string, handler: (params: unknown) => void) => void;
  /** Settles with the reason when the process has ended, whoever ended it. */
  ended: Promise<string>;
  stop: () => Promise<void>;
};

export type LifeOptions = {
  launch: () => Promise<ChildProcess>;
  initializationOptions: InitializationOptions;
  log: LogOutputChannel;
  notifications: ReadonlyMap<string, (params: unknown) => void>;
  requests: ReadonlyMap<string, (params: unknown) => Promise<unknown>>;
};

const initializeTimeout = 20_000;
const stopTimeout = 2_000;

/** Starts a helper and shakes hands with it. Rejects when it can't start, dies meanwhile, refuses, or says nothing. */
export async function beginLife(options: LifeOptions): Promise<Life> {
  const child = await options.launch();
  const ended = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) =>
      resolve(signal ? t('it was ended by {0}', signal) : t('it exited with code {0}', code ?? 0)),
    );
  });
  const client = new QuietLanguageClient('skiff', 'Skiff', () => Promise.resolve(child), clientOptions(options, child));
  for (const [method, handler] of options.notifications) client.onNotification(method, handler);
  for (const [method, handler] of options.requests) client.onRequest(method, handler);
  const silence = setTimeout(() => child.kill('SIGKILL'), initializeTimeout);
  try {
    await client.start();
    return {
      hello: helloOf(client),
      // An absent token would be taken for a second parameter.
      sendRequest: (method, params, ...token) => client.sendRequest(method, params, ...token),
      listen: (method, handler) => void client.onNotification(method, handler),
      ended,
      stop: () => stop(client, child, ended),
    };
  } catch (error) {
    child.kill('SIGKILL');
    const reason = await ended;
    // That the connection is closed says less than how the process ended.
    throw asRequestError(error).code === 'helper-gone' ? new Error(reason, { cause: error }) : error;
  } finally {
    clearTimeout(silence);
  }
}

function clientOptions(options: LifeOptions, child: ChildProcess): LanguageClientOptions {
  return {
    // A server of no language: VS Code's documents never reach it.
    documentSelector: [],
    outputChannel: options.log,
    revealOutputChannelOn: RevealOutputChannelOn.Never,
    initializationOptions: options.initializationOptions,
    initializationFailedHandler: () => false,
    stdioOptions: { stdout: () => undefined, stderr: (input, channel) => logLines(input, channel) },
    errorHandler: {
      // After a broken frame nothing that follows can be trusted: the end of the process is what brings a new one.
      error: () => {
        child.kill('SIGKILL');
        return { action: ErrorAction.Continue, handled: true };
      },
      closed: () => ({
        action: CloseAction.DoNotRestart,
        handled: true,
        message: 'The connection to the helper is closed.',
      }),
    },
  };
}

/** The supervisor says in its own words what went wrong: no message boxes from below. */
class QuietLanguageClient extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }
  override warn(message: string, data?: unknown): void {
    super.warn(message, data, false);
  }
  override info(message: string, data?: unknown): void {
    super.info(message, data, false);
  }
}

function helloOf(client: LanguageClient): InitializeResult {
  const result = client.initializeResult as { skiff?: InitializeResult } | undefined;
  if (!result?.skiff) throw new Error('the helper answered without its greeting');
  return result.skiff;
}

/** The helper's stderr: `LEVEL message` a line. */
function logLines(input: NodeJS.ReadableStream, channel: LogOutputChannel): void {
  createInterface({ input, crlfDelay: Infinity }).on('line', (line) => {
    const [, level, message] = /^\[?(error|warn|info|debug)\]?:? (.*)$/.exec(line) ?? [];
    if (level === 'error' || level === 'warn' || level === 'info' || level === 'debug') channel[level](message ?? '');
    else channel.warn(line);
  });
}

async function stop(client: LanguageClient, child: ChildProcess, ended: Promise<string>): Promise<void> {
  const timer = setTimeout(() => child.kill('SIGKILL'), stopTimeout);
  // It may have died already, which is what we want.
  await client.dispose(stopTimeout).catch(() => undefined);
  child.stdin?.end();
  await ended;
  clearTimeout(timer);
}
