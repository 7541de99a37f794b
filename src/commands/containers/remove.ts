import { window } from 'vscode';
import type { ContainerSummary } from '../../../runtime-helper/protocol/types.ts';
import { displayName, isActive } from '../../model/container-words.ts';
import { chosenContainers } from './chosen-containers.ts';
import type { CommandContext } from '../context.ts';
import { eachContainer } from './each-container.ts';
import { t } from '../../model/l10n.ts';

export async function remove(context: CommandContext, ...args: unknown[]): Promise<void> {
  const containers = await chosenContainers(context, args, {
    title: t('Remove Container'),
    none: t('There is no container.'),
  });
  if (containers.length === 0 || !(await confirmed(containers))) return;
  // Only what the question spoke of is killed: one that was started meanwhile is refused.
  await eachContainer(
    context,
    containers,
    (name) => t('remove {0}', name),
    ({ id, state }) => context.client.removeContainer({ id, force: isActive(state) }),
  );
}

async function confirmed(containers: readonly ContainerSummary[]): Promise<boolean> {
  const running = containers.filter(({ state }) => isActive(state));
  const [first] = containers;
  const subject =
    containers.length === 1 && first ? t('container {0}', displayName(first)) : t('{0} containers', containers.length);
  const detail = [
    t('Files that were changed in it, and its log, are deleted. Images stay.'),
    ...(running.length > 0 ? [t('Still running, and killed first: {0}.', running.map(displayName).join(', '))] : []),
    ...(containers.length > 1 ? [containers.map(displayName).join(', ')] : []),
  ];
  const action = running.length > 0 ? t('Kill and Remove') : t('Remove');
  return (
    (await window.showWarningMessage(t('Remove {0}?', subject), { modal: true, detail: detail.join('\n') }, action)) ===
    action
  );
}
