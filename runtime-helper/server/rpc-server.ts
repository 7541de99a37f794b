import { createMessageConnection, type Logger, type MessageConnection } from 'vscode-jsonrpc/node';
import { asSkiffError } from '../lib/errors.ts';
import { log } from './log.ts';
import { GuardedReader } from './rpc/message-reader.ts';
import { BoundedWriter } from './rpc/message-writer.ts';
import { Session } from './rpc/session.ts';
import { Window } from './rpc/window.ts';

/** Serves one window over stdin and stdout, until it says `exit` or is gone. */
export function serveRpc(roots: { root?: string; runRoot?: string }): void {
  const writer = new BoundedWriter(process.stdout);
  const reader = new GuardedReader(process.stdin, writer, (error) => {
    if (error !== undefined) log('error', asSkiffError(error).message);
    end(error === undefined ? 0 : 1);
  });
  const connection = createMessageConnection(reader, writer, connectionLog);
  const session = new Session(new Window(connection, log), roots, log);
  let ending = false;
  const end = (code: number): void => {
    if (ending) return;
    ending = true;
    void session.close().finally(() => process.exit(code));
  };
  answerRequests(connection, session, end);
  // Nobody reads what we say: that, too, is the end of the window.
  process.stdout.on('error', () => end(0));
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(signal, () => end(0));
  connection.listen();
}

function answerRequests(connection: MessageConnection, session: Session, end: (code: number) => void): void {
  connection.onRequest((method, params, token) => session.answer(method, params, token));
  connection.onNotification((method) => {
    // LSP 3.17, Exit Notification: 0 only after `shutdown`.
    if (method === 'exit') end(session.isShutDown ? 0 : 1);
    else if (!method.startsWith('$/') && method !== 'initialized') log('debug', `unknown notification ${method}`);
  });
  connection.onError(([error]) => log('warn', `the connection: ${error.message}`));
}

const connectionLog: Logger = {
  error: (message) => log('error', message),
  warn: (message) => log('warn', message),
  info: (message) => log('info', message),
  log: (message) => log('debug', message),
};
