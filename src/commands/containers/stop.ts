import { isActive } from '../../model/container-words.ts';
import { chosenContainers } from './chosen-containers.ts';
import type { CommandContext } from '../context.ts';
import { endContainers } from './end-containers.ts';
import { t } from '../../model/l10n.ts';

export async function stop(context: CommandContext, ...args: unknown[]): Promise<void> {
  const containers = await chosenContainers(context, args, {
    title: t('Stop Container'),
    fits: ({ state }) => isActive(state),
    none: t('No container is running.'),
  });
  await endContainers(
    context,
    containers,
    (name) => t('stop {0}', name),
    (params) => context.client.stopContainer(params),
  );
}
