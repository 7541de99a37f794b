import type { SkiffError } from '../lib/errors.ts';
import type { Terminal } from './terminal.ts';
import { cleanText } from './text.ts';

/** `skiff: what went wrong`, and below it what can be done. */
export function printFailure(terminal: Terminal, failure: SkiffError): void {
  terminal.stderr(`skiff: ${cleanText(failure.message)}\n`);
  if (failure.hint !== undefined && failure.hint !== '') terminal.stderr(`${cleanText(failure.hint)}\n`);
}
