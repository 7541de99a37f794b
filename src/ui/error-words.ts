import { RequestError } from '../../runtime-helper/client/request-error.ts';
import { asSentence, plainMessage } from './plain-text.ts';
import { t } from '../model/l10n.ts';

/** What helps after a failure: ask for privileges again, bring the helper back, or read what happened. */
export type Remedy = 'retry-privilege' | 'restart-helper' | 'show-log';
export type ErrorWords = { message: string; remedies: Remedy[] };

/**
 * Words and remedies for a failure. `attempt` names what was tried, as in "start web"; `undefined` is returned for what a
 * person canceled: he knows.
 */
export function wordsFor(error: unknown, attempt: string): ErrorWords | undefined {
  if (error instanceof RequestError) {
    if (error.code === 'canceled') return undefined;
    const sentences = [t('Could not {0}: {1}', attempt, asText(error.message)), asSentence(error.hint ?? '')];
    return {
      message: plainMessage(sentences.filter((sentence) => sentence !== '').join(' ')),
      remedies: remediesFor(error.code),
    };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { message: plainMessage(t('Could not {0}: {1}', attempt, asText(message))), remedies: ['show-log'] };
}

function asText(message: string): string {
  return /[.!?…]$/.test(message.trim()) ? message.trim() : `${message.trim()}.`;
}

function remediesFor(code: RequestError['code']): Remedy[] {
  if (code === 'permission-denied') return ['retry-privilege'];
  if (code === 'helper-gone') return ['restart-helper', 'show-log'];
  return code === 'internal' || code === 'unavailable' ? ['show-log'] : [];
}
