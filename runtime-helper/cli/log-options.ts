import type { CreateOptions } from '../engine/index.ts';
import { parseBytes } from './byte-sizes.ts';
import type { Options, OptionTable } from './options.ts';
import { UsageError } from './usage-error.ts';

/** Options of `run` and `create` about what is kept of a container's output. */
export const logOptions: OptionTable = {
  'log-driver': { type: 'text', help: 'Logging driver for the container: json-file, local or none' },
  'log-opt': { type: 'list', help: 'Log driver options: max-size, max-file' },
};

/** Docker's defaults of `local`: 20 MB in each of five files. */
const localDefaults = { maxSize: 20 * 1000 * 1000, maxFiles: 5 };

/** Files of ours serve for Docker's two drivers that keep files. Throws UsageError. */
export function readLogOptions(options: Options): Pick<CreateOptions, 'log'> {
  const driver = options.text('log-driver') ?? 'json-file';
  const given = options.list('log-opt');
  if (driver === 'none') return { log: { driver, maxSize: 0, maxFiles: 1 } };
  if (driver !== 'json-file' && driver !== 'local')
    throw new UsageError(`logging driver ${driver} is not implemented yet`, 125);
  if (driver === 'json-file' && given.length === 0) return {};
  const log = driver === 'local' ? { driver, ...localDefaults } : { driver, maxSize: 0, maxFiles: 1 };
  for (const option of given) apply(log, option);
  if (log.maxSize === 0 && given.some((option) => option.startsWith('max-file=')))
    throw new UsageError('max-file cannot be set without max-size', 125);
  return { log };
}

function apply(log: { driver: string; maxSize: number; maxFiles: number }, option: string): void {
  const at = option.indexOf('=');
  const [name, value] = [option.slice(0, at), option.slice(at + 1)];
  if (name === 'max-size') log.maxSize = value === '-1' ? 0 : parseBytes(value, 'log-opt');
  else if (name === 'max-file' && /^[1-9]\d{0,3}$/.test(value)) log.maxFiles = Number(value);
  else if (name === 'max-file') throw new UsageError(`invalid value for log option max-file: ${value}`, 125);
  // What is not compressed is read sooner.
  else if (name !== 'mode' && name !== 'compress')
    throw new UsageError(`unknown log opt '${at < 0 ? option : name}' for ${log.driver} log driver`, 125);
}
