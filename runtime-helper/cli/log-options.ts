import type { CreateOptions } from '../engine/index.ts';
import { parseBytes } from './byte-sizes.ts';
import type { Options, OptionTable } from './options.ts';
import { UsageError } from './usage-error.ts';

/** Options of `run` and `create` about what is kept of a container's output. */
export const logOptions: OptionTable = {
  'log-driver': { type: 'text', help: 'Logging driver for the container: json-file, local or none' },
  'log-opt': { type: 'list', help: 'Log driver options: max-size, max-file, labels, env, tag' },
};

/** What `logs --details` tells of the container. */
const attributes = new Set(['labels', 'labels-regex', 'env', 'env-regex', 'tag']);

/** Docker's defaults of `local`: 20 MB in each of five files. */
const localDefaults = { maxSize: 20 * 1000 * 1000, maxFiles: 5 };

/** Files of ours serve for Docker's two drivers that keep files. Throws UsageError. */
export function readLogOptions(options: Options): Pick<CreateOptions, 'log'> {
  const driver = options.text('log-driver') ?? 'json-file';
  const given = options.list('log-opt');
  const pairs = given.map(pairOf);
  const kept = given.length > 0 ? { options: Object.fromEntries(pairs) } : {};
  if (driver === 'none') return { log: { driver, maxSize: 0, maxFiles: 1, ...kept } };
  if (driver !== 'json-file' && driver !== 'local')
    throw new UsageError(`logging driver ${driver} is not implemented yet`);
  if (driver === 'json-file' && given.length === 0) return {};
  const log = { driver, ...(driver === 'local' ? localDefaults : { maxSize: 0, maxFiles: 1 }), ...kept };
  for (const pair of pairs) apply(log, pair);
  if (log.maxSize === 0 && pairs.some(([name]) => name === 'max-file'))
    throw new UsageError('max-file cannot be set without max-size');
  return { log };
}

function pairOf(option: string): [name: string, value: string] {
  const at = option.indexOf('=');
  return at < 0 ? [option, ''] : [option.slice(0, at), option.slice(at + 1)];
}

function apply(log: { driver: string; maxSize: number; maxFiles: number }, [name, value]: [string, string]): void {
  if (name === 'max-size') log.maxSize = value === '-1' ? 0 : parseBytes(value, 'log-opt');
  else if (name === 'max-file' && /^[1-9]\d{0,3}$/.test(value)) log.maxFiles = Number(value);
  else if (name === 'max-file') throw new UsageError(`invalid value for log option max-file: ${value}`);
  // What is not compressed is read sooner.
  else if (name !== 'mode' && name !== 'compress' && !(log.driver === 'json-file' && attributes.has(name)))
    throw new UsageError(`unknown log opt '${name}' for ${log.driver} log driver`);
}
