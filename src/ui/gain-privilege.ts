import { window, type LogOutputChannel } from 'vscode';
import type { EngineStatus } from '../model/helper-state.ts';
import { sentences, plainMessage } from './plain-text.ts';
import { t } from '../model/l10n.ts';

/** Asks for privileges until they are granted, or a person has had enough. Returns whether they were granted. */
export async function gainPrivilege(
  status: EngineStatus,
  retry: () => Promise<boolean>,
  log: LogOutputChannel,
): Promise<boolean> {
  while (!(await retry())) {
    const { reason = '', hint = '' } = status.refusal ?? {};
    const message = sentences(t('Skiff did not get administrator rights.'), reason, hint);
    const chosen = await window.showErrorMessage(plainMessage(message), t('Retry'), t('Show Log'));
    if (chosen === t('Show Log')) log.show();
    if (chosen !== t('Retry')) return false;
  }
  return true;
}
