import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readLog } from '../../container/log-reader.ts';
import type { Operation } from '../../lib/operation.ts';
import type { LogEntry, LogOptions } from '../types.ts';
import type { Parts } from './parts.ts';

export async function* containerLogs(
  { catalog }: Parts,
  id: string,
  options: LogOptions,
  operation: Operation,
): AsyncGenerator<LogEntry> {
  const record = catalog.record(id);
  const folder = catalog.folder(record.id);
  // exit.json is written before the lock is given up, so it is what says first that nothing more will come.
  const goesOn = (): boolean => {
    const state = catalog.active(record);
    return state !== undefined && (state.status === 'restarting' || !existsSync(join(folder, 'exit.json')));
  };
  const { tail, follow } = options;
  yield* readLog(join(folder, 'log'), {
    signal: operation.signal,
    ...(tail === undefined ? {} : { tail }),
    ...(follow ? { follow: goesOn } : {}),
  });
}
