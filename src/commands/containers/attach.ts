import { displayName } from '../../model/container-words.ts';
import { openTerminal } from '../attempt.ts';
import { chosenContainers } from './chosen-containers.ts';
import type { CommandContext } from '../context.ts';
import { t } from '../../model/l10n.ts';

/** A terminal onto PID 1 of a running container. Any number may be open. */
export async function attach(context: CommandContext, ...args: unknown[]): Promise<void> {
  const containers = await chosenContainers(context, args, {
    title: t('Attach to Container'),
    states: ['running'],
    none: t('No container is running.'),
  });
  for (const container of containers) {
    openTerminal(context, t('attach to {0}', displayName(container)), (onFailure) =>
      context.terminals.attach(container, onFailure),
    );
  }
}
