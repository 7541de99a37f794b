import { RequestError } from '../../../runtime-helper/client/request-error.ts';
import { displayName } from '../../model/container-words.ts';
import { openTerminal } from '../attempt.ts';
import { chosenContainers } from './chosen-containers.ts';
import type { CommandContext } from '../context.ts';
import { t } from '../../model/l10n.ts';

/** A shell beside PID 1 of a running container. */
export async function openShell(context: CommandContext, ...args: unknown[]): Promise<void> {
  const containers = await chosenContainers(context, args, {
    title: t('Open Shell in Container'),
    states: ['running'],
    none: t('No container is running.'),
  });
  for (const container of containers) {
    openTerminal(context, t('open a shell in {0}', displayName(container)), (onFailure) => {
      context.terminals.shell(container, (error) => onFailure(withoutShell(error)));
    });
  }
}

/** The helper speaks of the program that it could not find; a person asked for a shell. */
function withoutShell(error: unknown): unknown {
  if (!(error instanceof RequestError) || error.code !== 'not-found' || !error.message.includes('/bin/sh'))
    return error;
  return new RequestError('not-found', t('there is no shell in its image'), { cause: error });
}
