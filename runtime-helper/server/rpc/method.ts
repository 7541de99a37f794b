import * as v from 'valibot';
import type { Engine, FileWatcher } from '../../engine/index.ts';
import type { Operation } from '../../lib/operation.ts';
import type { Request } from '../../protocol/index.ts';
import type { ChangeFeed } from './change-feed.ts';
import { invalidParams } from './response-error.ts';
import type { StreamTable } from './stream-table.ts';

/** What a method works with. */
export type Context = {
  engine: Engine;
  operation: Operation;
  streams: StreamTable;
  changes: ChangeFeed;
  files: FileWatcher;
  /** The window's: what registries are reached by. */
  env: Readonly<Record<string, string | undefined>>;
};

/** One method: its name, and how it is answered once its parameters have been checked. */
export type Method = { name: string; answer: (params: unknown, context: Context) => unknown };

/** Ties a method of the protocol to what its parameters must be and to what it does; handlers only translate. */
export function method<Params, Result>(
  request: Request<Params, Result>,
  schema: v.GenericSchema<unknown, Params>,
  run: (params: Params, context: Context) => Result | Promise<Result>,
): Method {
  return {
    name: request.method,
    answer: (params, context) => run(parseParams(request.method, schema, params), context),
  };
}

/** Throws the JSON-RPC error that names the field. */
export function parseParams<Params>(name: string, schema: v.GenericSchema<unknown, Params>, params: unknown): Params {
  const result = v.safeParse(schema, params ?? {}, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  const path = v.getDotPath(issue);
  throw invalidParams(`${name}: ${path === null ? '' : `${path}: `}${issue.message}`);
}
