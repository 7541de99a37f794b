import { StatusBarAlignment, window, type Disposable } from 'vscode';
import { isActive } from '../model/container-words.ts';
import type { Containers } from '../model/containers.ts';
import { t } from '../model/l10n.ts';

/** How many containers run, at the bottom; nothing while none does. A click shows them. */
export function showRunning(containers: Containers): Disposable[] {
  const item = window.createStatusBarItem('skiff.running', StatusBarAlignment.Left);
  item.name = t('Running Containers');
  item.command = 'skiff.containers.focus';
  const update = (): void => {
    const running = containers.all.filter(({ state }) => isActive(state)).length;
    const words = running === 1 ? t('1 container runs') : t('{0} containers run', running);
    item.text = `$(vm-running) ${running}`;
    item.tooltip = `Skiff: ${words}`;
    item.accessibilityInformation = { label: words };
    if (running > 0) item.show();
    else item.hide();
  };
  update();
  return [item, containers.onChanged(update)];
}
