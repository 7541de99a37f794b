import { window } from 'vscode';
import type { CommandContext } from '../context.ts';
import { t } from '../../model/l10n.ts';

/** Closes the active terminal and lets its process go on: what Ctrl-P Ctrl-Q does elsewhere, keys that VS Code keeps for itself. */
export async function detach(context: CommandContext): Promise<void> {
  if (!context.terminals.detach(window.activeTerminal))
    await window.showInformationMessage(t('The active terminal is not a container’s.'));
}
