import { window } from 'vscode';
import { displayName } from '../../model/container-words.ts';
import { t } from '../../model/l10n.ts';
import { attempt } from '../attempt.ts';
import type { CommandContext } from '../context.ts';
import { eachContainer } from './each-container.ts';

/** As `container prune`, of what the question names: what is started meanwhile stays. */
export async function pruneContainers(context: CommandContext): Promise<void> {
  await attempt(context, t('list containers'), () => context.containersListed());
  const stopped = context.containers.all.filter(({ state }) => ['created', 'exited', 'dead'].includes(state.status));
  if (stopped.length === 0) {
    void window.showInformationMessage(t('There is no stopped container.'));
    return;
  }
  const detail = [
    t('Files that were changed in them, and their logs, are deleted. Images stay.'),
    stopped.map(displayName).join(', '),
  ];
  const answer = await window.showWarningMessage(
    stopped.length === 1
      ? t('Remove the one stopped container?')
      : t('Remove all {0} stopped containers?', stopped.length),
    { modal: true, detail: detail.join('\n') },
    t('Remove'),
  );
  if (answer !== t('Remove')) return;
  await eachContainer(
    context,
    stopped,
    (name) => t('remove {0}', name),
    ({ id }) => context.client.removeContainer({ id, force: false }),
  );
}
