import { join } from 'node:path';
import { logAttributes } from '../../container/log-attributes.ts';
import { readLog } from '../../container/log-reader.ts';
import { readConfig, type ContainerRecord } from '../../container/record.ts';
import { SkiffError } from '../../lib/errors.ts';
import type { Operation } from '../../lib/operation.ts';
import type { LogChunk, LogOptions } from '../types.ts';
import type { Parts } from './parts.ts';
import { phrase } from '../../lib/phrase.ts';

export async function* containerLogs(
  { catalog, store }: Parts,
  id: string,
  { follow, details = false, ...options }: LogOptions,
  { signal }: Operation,
): AsyncGenerator<LogChunk> {
  const record = catalog.record(id);
  const folder = catalog.folder(record.id);
  if (record.log?.driver === 'none')
    throw new SkiffError('failed-precondition', phrase('configured logging driver does not support reading'));
  const { until } = options;
  // To the end of its end, not only of its output: who has read all of it may remove the container.
  const goesOn = (): boolean =>
    (until === undefined || new Date().toISOString() <= until) && catalog.active(record) !== undefined;
  yield* readLog(join(folder, 'log'), {
    ...options,
    signal,
    ...(details ? { prefix: `${attributesOf(record, folder)} ` } : {}),
    ...(follow ? { follow: goesOn, state: join(store.run, 'state', record.id) } : {}),
  });
}

function attributesOf(record: ContainerRecord, folder: string): string {
  const options = record.log?.options;
  return options ? logAttributes(options, record, readConfig(folder).process.env) : '';
}
