import { window } from 'vscode';
import { attempt } from './attempt.ts';
import type { CommandContext } from './context.ts';
import { t } from '../model/l10n.ts';

export async function showHelperLog(context: CommandContext): Promise<void> {
  context.log.show();
}

export async function restartHelper(context: CommandContext): Promise<void> {
  await context.restartHelper();
}

export async function retryPrivilege(context: CommandContext): Promise<void> {
  await attempt(context, t('get administrator rights'), async () => {
    if (await context.retryPrivilege()) void window.showInformationMessage(t('Skiff has the rights it needs.'));
  });
}
