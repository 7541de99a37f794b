import { t } from '../../model/l10n.ts';
import { chosenContainers } from './chosen-containers.ts';
import type { CommandContext } from '../context.ts';

/** Curves of what containers use, a panel for each. */
export async function showStats(context: CommandContext, ...args: unknown[]): Promise<void> {
  const containers = await chosenContainers(context, args, {
    title: t('Show Stats of Container'),
    states: ['running', 'paused'],
    none: t('No container is running.'),
  });
  for (const container of containers) context.stats.show(container);
}
