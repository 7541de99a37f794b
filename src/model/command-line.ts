/** Splits a typed command into words as a POSIX shell does: blanks, '…', "…" and \. Nothing is expanded. */
import { t } from './l10n.ts';

/** `error` is in words for a person: a quote that is open, a backslash at the end. */
export function splitCommand(line: string): { words: string[] } | { error: string } {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let at = 0; at < line.length; at++) {
    const character = line.charAt(at);
    if (quote === "'") {
      if (character === "'") quote = '';
      else word += character;
    } else if (character === '\\') {
      const next = line.charAt(++at);
      if (next === '') return { error: t('There is nothing after the last backslash.') };
      // Between double quotes a backslash is itself before anything but $ ` " \ (POSIX Shell Command Language, 2.2.3).
      word = (word ?? '') + (quote === '"' && !'$`"\\'.includes(next) ? `\\${next}` : next);
    } else if (quote === '"') {
      if (character === '"') quote = '';
      else word += character;
    } else if (character === "'" || character === '"') {
      quote = character;
      word ??= '';
    } else if (character === ' ' || character === '\t' || character === '\n') {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? '') + character;
  }
  if (quote !== '') return { error: t('A {0} is not closed.', quote) };
  if (word !== undefined) words.push(word);
  return { words };
}
