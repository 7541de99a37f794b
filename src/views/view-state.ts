import { commands } from 'vscode';
import type { Containers } from '../model/containers.ts';
import type { EngineStatus } from '../model/helper-state.ts';
import type { Subscription } from '../model/listeners.ts';
import { asSentence } from '../ui/plain-text.ts';
import type { ContainersView } from './containers-view.ts';
import { t } from '../model/l10n.ts';

/** Says in the view, and to the `when` clauses of welcome pages and menus, what stands in the way of using the engine. */
export function showEngineStatus(status: EngineStatus, containers: Containers, view: ContainersView): Subscription {
  const show = (): void => {
    // Context keys are for `when` clauses only; nothing depends on when they have arrived.
    void commands.executeCommand('setContext', 'skiff.engine', status.helper.status);
    void commands.executeCommand('setContext', 'skiff.refused', status.refusal !== undefined);
    showMessage();
  };
  const showMessage = (): void => view.setMessage(messageFor(status, containers.all.length === 0));
  show();
  const subscriptions = [status.onChanged(show), containers.onChanged(({ kind }) => kind === 'list' && showMessage())];
  return { dispose: () => subscriptions.forEach((subscription) => subscription.dispose()) };
}

/** An empty view has a welcome page with buttons for what is wrong. VS Code hides that page behind a message. */
function messageFor({ helper, refusal }: EngineStatus, isEmpty: boolean): string | undefined {
  switch (helper.status) {
    case 'idle':
    case 'unsupported':
      return undefined;
    case 'starting':
      // A start takes a moment: a line that comes and goes would only move the rows under the mouse.
      if (helper.attempt <= 1) return isEmpty ? t('Starting…') : undefined;
      return t('The helper ended unexpectedly. Starting it again…');
    case 'failed':
      return isEmpty ? undefined : t('The helper is not running: {0}', asSentence(helper.reason));
    case 'running':
      if (!refusal || isEmpty) return undefined;
      return t('No administrator rights: {0} {1}', asSentence(refusal.reason), asSentence(refusal.hint));
  }
}
