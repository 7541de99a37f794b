import { chosenContainers } from './chosen-containers.ts';
import type { CommandContext } from '../context.ts';
import { eachContainer } from './each-container.ts';
import { t } from '../../model/l10n.ts';

/** All processes stand still, and keep what they have. */
export async function pause(context: CommandContext, ...args: unknown[]): Promise<void> {
  const containers = await chosenContainers(context, args, {
    title: t('Pause Container'),
    states: ['running'],
    none: t('No container is running.'),
  });
  await eachContainer(
    context,
    containers,
    (name) => t('pause {0}', name),
    ({ id }) => context.client.pauseContainer({ id }),
  );
}

export async function unpause(context: CommandContext, ...args: unknown[]): Promise<void> {
  const containers = await chosenContainers(context, args, {
    title: t('Continue Container'),
    states: ['paused'],
    none: t('No container is paused.'),
  });
  await eachContainer(
    context,
    containers,
    (name) => t('continue {0}', name),
    ({ id }) => context.client.unpauseContainer({ id }),
  );
}
