import { UsageError } from '../../cli/usage-error.ts';
import { SkiffError } from '../../lib/errors.ts';

/** What the command line says of an option, for who filled in a form: it names the option. */
export function asOptionFailure(cause: unknown): unknown {
  if (!(cause instanceof UsageError)) return cause;
  const option = /--([a-z-]+)/.exec(cause.message)?.[1];
  return new SkiffError('invalid-argument', cause.message, { cause, ...(option === undefined ? {} : { option }) });
}
