import { type QuickPickItem } from 'vscode';
import type { ContainerSummary } from '../../runtime-helper/protocol/types.ts';
import { describeState, displayCommand, displayImage, displayName } from '../model/container-words.ts';
import { plainLabel } from './plain-text.ts';
import { t } from '../model/l10n.ts';
import { askChoice } from './ask-choice.ts';

/** Asks for a container where none was chosen by mouse. `title` names the command. */
export async function pickContainer(
  containers: readonly ContainerSummary[],
  title: string,
): Promise<ContainerSummary | undefined> {
  const now = Date.now();
  const items = containers.map((container): QuickPickItem & { container: ContainerSummary } => ({
    label: plainLabel(displayName(container)),
    description: plainLabel(`${displayImage(container)} · ${describeState(container.state, now)}`),
    detail: plainLabel(displayCommand(container, 80)),
    container,
  }));
  const chosen = await askChoice(items, {
    title,
    placeHolder: t('Choose a container'),
    matchOnDescription: true,
  });
  return chosen?.container;
}
