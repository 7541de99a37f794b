import { chosenContainers } from './chosen-containers.ts';
import type { CommandContext } from '../context.ts';
import { eachContainer } from './each-container.ts';
import { t } from '../../model/l10n.ts';

export async function start(context: CommandContext, ...args: unknown[]): Promise<void> {
  const containers = await chosenContainers(context, args, {
    title: t('Start Container'),
    states: ['created', 'exited'],
    none: t('There is no stopped container.'),
  });
  await eachContainer(
    context,
    containers,
    (name) => t('start {0}', name),
    ({ id }) => context.client.startContainer({ id }),
  );
}
