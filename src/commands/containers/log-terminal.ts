import { displayName } from '../../model/container-words.ts';
import { openTerminal } from '../attempt.ts';
import { chosenContainers } from './chosen-containers.ts';
import type { CommandContext } from '../context.ts';
import { t } from '../../model/l10n.ts';

/** A container's log as a terminal shows it, in colour. */
export async function showLogsInTerminal(context: CommandContext, ...args: unknown[]): Promise<void> {
  const containers = await chosenContainers(context, args, {
    title: t('Show Logs of Container in Terminal'),
    none: t('There is no container.'),
  });
  for (const container of containers) {
    openTerminal(context, t('show the log of {0}', displayName(container)), (onFailure) =>
      context.terminals.log(container, onFailure),
    );
  }
}
