import { asSkiffError, SkiffError } from '../lib/errors.ts';
import type { Call } from './command.ts';
import { printFailure } from './failure.ts';
import { formatValue } from './format.ts';

/** Prints a document of each that is found, and then why others are not: exit code 1 in that case. `find` throws. */
export function printDocuments(
  { args, options, terminal }: Pick<Call, 'args' | 'options' | 'terminal'>,
  find: (reference: string) => object,
): number {
  const documents: object[] = [];
  const failures: SkiffError[] = [];
  for (const reference of args) {
    try {
      documents.push(find(reference));
    } catch (error) {
      failures.push(asSkiffError(error));
    }
  }
  const format = options.text('format');
  if (format === undefined) terminal.stdout(`${toJson(documents)}\n`);
  else if (format === 'json') terminal.stdout(`${JSON.stringify(documents)}\n`);
  else for (const document of documents) terminal.stdout(`${formatValue(document, format)}\n`);
  for (const failure of failures) printFailure(terminal, failure);
  return failures.length > 0 ? 1 : 0;
}

export function noSuch(kind: string, reference: string): SkiffError {
  return new SkiffError('not-found', `no such ${kind}: ${reference}`);
}

/** Four spaces, as Docker; an empty list takes no line of its own. What would steer a terminal is escaped, as JSON allows. */
function toJson(documents: readonly object[]): string {
  return JSON.stringify(documents, undefined, 4).replaceAll(
    /[\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
