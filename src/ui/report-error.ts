import { window, type LogOutputChannel } from 'vscode';
import { wordsFor, type Remedy } from './error-words.ts';
import { t } from '../model/l10n.ts';

export type Remedies = {
  retryPrivilege: () => Promise<boolean>;
  restartHelper: () => Promise<void>;
  log: LogOutputChannel;
};

const labels: Record<Remedy, string> = {
  retry: t('Retry'),
  'retry-privilege': t('Retry'),
  'restart-helper': t('Restart'),
  'show-log': t('Show Log'),
};

/** Tells of a failure and carries out the remedy that is chosen. Returns whether trying again makes sense now. */
export async function reportError(error: unknown, attempt: string, remedies: Remedies): Promise<boolean> {
  const words = wordsFor(error, attempt);
  if (!words) return false;
  remedies.log.error(words.message);
  const chosen = await window.showErrorMessage(words.message, ...words.remedies.map((remedy) => labels[remedy]));
  const remedy = words.remedies.find((candidate) => labels[candidate] === chosen);
  switch (remedy) {
    case 'retry':
      return true;
    case 'retry-privilege':
      return remedies.retryPrivilege();
    case 'restart-helper':
      await remedies.restartHelper();
      return true;
    case 'show-log':
      remedies.log.show();
      return false;
    case undefined:
      return false;
  }
}
