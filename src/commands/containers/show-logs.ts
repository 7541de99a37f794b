import { displayName } from '../../model/container-words.ts';
import { attempt } from '../attempt.ts';
import { chosenContainers } from './chosen-containers.ts';
import type { CommandContext } from '../context.ts';
import { t } from '../../model/l10n.ts';

export async function showLogs(context: CommandContext, ...args: unknown[]): Promise<void> {
  const containers = await chosenContainers(context, args, {
    title: t('Show Logs of Container'),
    none: t('There is no container.'),
  });
  for (const container of containers) {
    await attempt(context, t('show the log of {0}', displayName(container)), () => context.logs.show(container));
  }
}
