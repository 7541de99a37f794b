import type { SkiffError } from '../lib/errors.ts';
import type { Terminal } from './terminal.ts';
import { cleanText } from './text.ts';
import { inEnglish } from '../lib/phrase.ts';

/** `skiff: what went wrong`, and below it what can be done. */
export function printFailure(terminal: Terminal, failure: SkiffError): void {
  terminal.stderr(`skiff: ${cleanText(failure.message)}\n`);
  const hint = failure.hint && inEnglish(failure.hint);
  if (hint) terminal.stderr(`${cleanText(hint)}\n`);
}
