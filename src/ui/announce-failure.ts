import { window, type LogOutputChannel } from 'vscode';
import type { EngineStatus } from '../model/helper-state.ts';
import type { Subscription } from '../model/listeners.ts';
import { plainMessage } from './plain-text.ts';
import { t } from '../model/l10n.ts';

/** Says once that the helper was given up, and offers what helps. */
export function announceFailure(
  status: EngineStatus,
  restart: () => Promise<void>,
  log: LogOutputChannel,
): Subscription {
  let failed = false;
  return status.onChanged(() => {
    const { helper } = status;
    const failedBefore = failed;
    failed = helper.status === 'failed';
    if (helper.status === 'failed' && !failedBefore) void announce(helper.reason, restart, log);
  });
}

async function announce(reason: string, restart: () => Promise<void>, log: LogOutputChannel): Promise<void> {
  const message = plainMessage(t("Skiff's helper is not running: {0}. Containers go on without it.", reason));
  const chosen = await window.showErrorMessage(message, t('Restart'), t('Show Log'));
  if (chosen === t('Restart')) await restart();
  else if (chosen === t('Show Log')) log.show();
}
