import { window } from 'vscode';
import { RequestError } from '../../../runtime-helper/client/request-error.ts';
import type { ContainerSummary } from '../../../runtime-helper/protocol/types.ts';
import { displayName } from '../../model/container-words.ts';
import { t } from '../../model/l10n.ts';
import { limitChanges, type LimitForm } from '../../model/limit-form.ts';
import { askLimits } from '../../ui/limit-hub.ts';
import { wordsFor } from '../../ui/error-words.ts';
import { withViewProgress } from '../../ui/view-progress.ts';
import { failed } from '../attempt.ts';
import { chosenContainers } from './chosen-containers.ts';
import type { CommandContext } from '../context.ts';

/** What containers may use, and whether they are started again: also while they run. */
export async function changeLimits(context: CommandContext, ...args: unknown[]): Promise<void> {
  const containers = await chosenContainers(context, args, {
    title: t('Limits of Container'),
    states: ['created', 'running', 'paused', 'restarting', 'exited'],
    none: t('There is no container.'),
  });
  if (containers.length > 0) await askAndChange(context, containers, {});
}

async function askAndChange(
  context: CommandContext,
  containers: readonly ContainerSummary[],
  initial: LimitForm,
): Promise<void> {
  const form = await askLimits(containers, initial);
  if (!form) return;
  const changes = limitChanges(form, containers);
  await Promise.all(
    containers.map(async (container) => {
      try {
        await withViewProgress(
          async () => void (await context.client.updateContainer({ id: container.id, ...changes })),
        );
      } catch (error) {
        await reportFailure(context, error, container, () => askAndChange(context, [container], form));
      }
    }),
  );
}

/** With the button that leads back to what was asked for, where something else than that is possible. */
async function reportFailure(
  context: CommandContext,
  error: unknown,
  container: ContainerSummary,
  again: () => Promise<void>,
): Promise<void> {
  const what = t('change the limits of {0}', displayName(container));
  if (!(error instanceof RequestError) || !mendable.has(error.code)) {
    if (await failed(context, what, error)) await again();
    return;
  }
  const message = wordsFor(error, what)?.message ?? error.message;
  context.log.error(message);
  const change = t('Change Limits');
  if ((await window.showErrorMessage(message, change)) === change) await again();
}

const mendable: ReadonlySet<RequestError['code']> = new Set(['invalid-argument', 'conflict', 'failed-precondition']);
