import { RequestError } from '../../runtime-helper/client/request-error.ts';
import { plainMessage, sentences } from './plain-text.ts';
import { t, translated } from '../model/l10n.ts';

/** What helps after a failure: try once more, ask for privileges again, bring the helper back, or read what happened. */
export type Remedy = 'retry' | 'retry-privilege' | 'restart-helper' | 'show-log';
export type ErrorWords = { message: string; remedies: Remedy[] };

/**
 * Words and remedies for a failure. `attempt` names what was tried, as in "start web"; `undefined` is returned for what a
 * person canceled: he knows.
 */
export function wordsFor(error: unknown, attempt: string): ErrorWords | undefined {
  if (error instanceof RequestError) {
    if (error.code === 'canceled') return undefined;
    const message = sentences(t('Could not {0}: {1}', attempt, reasonOf(error)), hintOf(error));
    return { message: plainMessage(message), remedies: remediesFor(error.code) };
  }
  const message = sentences(t('Could not {0}: {1}', attempt, reasonOf(error)));
  return { message: plainMessage(message), remedies: ['show-log'] };
}

/** Why, in the language of the window where the helper's words have a translation. */
export function reasonOf(error: unknown): string {
  if (error instanceof RequestError && error.phrase) return translated(error.phrase);
  return error instanceof Error ? error.message : String(error);
}

/** What can be done about it; empty: nothing is known. */
export function hintOf(error: unknown): string {
  return error instanceof RequestError && error.hint ? translated(error.hint) : '';
}

function remediesFor(code: RequestError['code']): Remedy[] {
  if (code === 'permission-denied') return ['retry-privilege'];
  if (code === 'helper-gone') return ['restart-helper', 'show-log'];
  // A registry that is down, a full disk: what a person can see to, and then try again.
  if (code === 'unavailable') return ['retry', 'show-log'];
  return code === 'internal' ? ['show-log'] : [];
}
