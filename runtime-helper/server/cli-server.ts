import { rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { runCommand } from '../cli/run-command.ts';
import { openEngine, type Engine } from '../engine/index.ts';
import type { Log } from '../lib/operation.ts';
import { serveFront } from './cli-session.ts';
import { log } from './log.ts';
import { nobody, Questions } from './questions.ts';

/** The listening socket that the front that started us has bound. */
const listeningDescriptor = 3;
const defaultIdleSeconds = 60;

/** Serves `skiff` until nobody has called for a while. */
export async function serveCommandLine(roots: { root?: string; runRoot?: string }): Promise<void> {
  const questions = new Questions(nobody);
  const engine = await openEngine({ ...roots, elevation: questions.elevation, log });
  const { runRoot, storeId } = engine.info();
  const server = serveSessions(engine, questions, log);
  const end = (): void => {
    // The name first: who connects from now on must find nobody, and start a helper of his own.
    rmSync(join(runRoot, storeId, 'cli.sock'), { force: true });
    server.close();
    void engine.close().finally(() => process.exit(0));
  };
  exitWhenIdle(server, Number(process.env['SKIFF_IDLE_SECONDS'] ?? defaultIdleSeconds) * 1000, end);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, end);
  // The terminal that the front was started in may be closed: that ends the front, not us.
  process.on('SIGHUP', () => {});
  server.listen({ fd: listeningDescriptor });
}

/** A server of command-line sessions on one engine; the caller lets it listen. */
export function serveSessions(engine: Engine, questions: Questions, write: Log): Server {
  return createServer({ allowHalfOpen: false }, (socket) => {
    void serveFront(socket, (terminal) =>
      questions.within(terminal, () => runCommand(terminal, engine, { log: write })),
    );
  });
}

function exitWhenIdle(server: Server, milliseconds: number, end: () => void): void {
  let open = 0;
  // The front that started us waits to be accepted: on a busy machine that takes longer than the shortest idleness.
  let timer = setTimeout(end, Math.max(milliseconds, defaultIdleSeconds * 1000));
  server.on('connection', (socket) => {
    open += 1;
    clearTimeout(timer);
    socket.once('close', () => {
      open -= 1;
      if (open > 0) return;
      clearTimeout(timer);
      timer = setTimeout(end, milliseconds);
    });
  });
}
