import { chosenContainers } from './chosen-containers.ts';
import type { CommandContext } from '../context.ts';
import { endContainers } from './end-containers.ts';
import { t } from '../../model/l10n.ts';

/** Stop, when it runs, and start. */
export async function restart(context: CommandContext, ...args: unknown[]): Promise<void> {
  const containers = await chosenContainers(context, args, {
    title: t('Restart Container'),
    none: t('There is no container.'),
  });
  await endContainers(
    context,
    containers,
    (name) => t('restart {0}', name),
    (params) => context.client.restartContainer(params),
  );
}
