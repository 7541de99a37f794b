import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { ContainerRecord } from '../../container/record.ts';
import { SkiffError } from '../../lib/errors.ts';
import type { Store } from '../store.ts';
import type { Starting } from '../types.ts';
import type { Parts } from './parts.ts';
import { startFailure } from './start-failure.ts';
import { phrase } from '../../lib/phrase.ts';

type Session = {
  /** Absent: a new one. */
  name?: string;
  verb: 'exec' | 'enter';
  directives: string[];
  tty: boolean;
  /** What is to be executed, for the words of a failure. */
  command: string;
};

/** Starts one more process with a monitor of its own. Resolves when its socket listens. */
export async function startSession(parts: Parts, record: ContainerRecord, session: Session): Promise<Starting> {
  const { catalog, privileges, store } = parts;
  const { verb, directives, tty, command, name = newSessionName() } = session;
  const { status } = catalog.assertRunning(record);
  if (status === 'paused')
    throw new SkiffError(
      'conflict',
      phrase('container {0} is paused, unpause the container before {1}', record.name, verb),
    );
  const spawner = await privileges.spawner();
  const listening = Promise.withResolvers<void>();
  const answered = spawner.request([verb, 'id', record.id, 'session', name, ...directives], (event) => {
    if (event === 'listening') listening.resolve();
  });
  const started = answered.then(
    () => {},
    (error: unknown) => {
      throw startFailure(error, command, true);
    },
  );
  started.catch(() => {});
  await Promise.race([listening.promise, started]);
  return { socket: sessionSocket(store, record.id, name), tty, started, session: name };
}

/** 16 hex digits. */
export const newSessionName = (): string => randomBytes(8).toString('hex');

export function sessionSocket(store: Pick<Store, 'run'>, id: string, name: string): string {
  return join(store.run, 'containers', id, `exec-${name}.sock`);
}
