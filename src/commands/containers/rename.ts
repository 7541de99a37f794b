import type { ContainerSummary } from '../../../runtime-helper/protocol/types.ts';
import { nameProblem } from '../../model/container-names.ts';
import { displayName } from '../../model/container-words.ts';
import { t } from '../../model/l10n.ts';
import { attempt } from '../attempt.ts';
import { chosenContainers } from './chosen-containers.ts';
import type { CommandContext } from '../context.ts';
import { askText } from '../../ui/ask-text.ts';

export async function rename(context: CommandContext, ...args: unknown[]): Promise<void> {
  const containers = await chosenContainers(context, args, {
    title: t('Rename Container'),
    none: t('There is no container.'),
  });
  for (const container of containers) if (!(await renameOne(context, container))) return;
}

/** False: it was given up. */
async function renameOne(context: CommandContext, container: ContainerSummary): Promise<boolean> {
  const name = await askText({
    title: t('Rename {0}', displayName(container)),
    prompt: t('New name'),
    value: container.name,
    validateInput: (value) => nameProblem(value, context.containers.all, container.id),
  });
  if (name === undefined) return false;
  if (name === container.name) return true;
  await attempt(context, t('rename {0}', displayName(container)), async () => {
    await context.client.renameContainer({ id: container.id, name });
  });
  return true;
}
