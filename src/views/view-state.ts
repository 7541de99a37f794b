import { commands } from 'vscode';
import type { EngineStatus } from '../model/helper-state.ts';
import type { Subscription } from '../model/listeners.ts';
import { asSentence } from '../ui/plain-text.ts';
import type { ContainersView } from './containers-view.ts';

/** Says in the view, and to the `when` clauses of welcome pages and menus, what stands in the way of using the engine. */
export function showEngineStatus(status: EngineStatus, view: ContainersView): Subscription {
  const show = (): void => {
    // Context keys are for `when` clauses only; nothing depends on when they have arrived.
    void commands.executeCommand('setContext', 'skiff.engine', status.helper.status);
    void commands.executeCommand('setContext', 'skiff.refused', status.refusal !== undefined);
    view.setMessage(messageFor(status));
  };
  show();
  return status.onChanged(show);
}

function messageFor({ helper, refusal }: EngineStatus): string | undefined {
  switch (helper.status) {
    case 'idle':
    case 'unsupported':
      return undefined;
    case 'starting':
      return helper.attempt === 0 ? 'Starting…' : 'The helper ended unexpectedly. Starting it again…';
    case 'failed':
      return `The helper is not running: ${asSentence(helper.reason)}`;
    case 'running':
      return refusal && `No administrator rights: ${asSentence(refusal.reason)} ${asSentence(refusal.hint)}`;
  }
}
