import { window } from 'vscode';
import type { ContainerSummary } from '../../../runtime-helper/protocol/types.ts';
import { cleanLine } from '../../model/clean-text.ts';
import { displayName } from '../../model/container-words.ts';
import { referenceProblem } from '../../model/image-words.ts';
import { isPartNode } from '../../model/nodes.ts';
import { withCancel } from '../../ui/with-cancel.ts';
import { attempt } from '../attempt.ts';
import { chosenContainers } from './chosen-containers.ts';
import type { CommandContext } from '../context.ts';
import { t } from '../../model/l10n.ts';
import { askText } from '../../ui/ask-text.ts';

/** Makes an image of the container's image and all that the container has changed. */
export async function commit(context: CommandContext, ...args: unknown[]): Promise<void> {
  const [row] = args;
  const rows = isPartNode(row) ? [{ kind: 'container', id: row.container }] : args;
  const containers = await chosenContainers(context, rows, {
    title: t('Commit Container'),
    none: t('There is no container.'),
  });
  for (const container of containers) if (!(await commitOne(context, container))) return;
}

/** False: it was given up. */
async function commitOne(context: CommandContext, container: ContainerSummary): Promise<boolean> {
  const name = displayName(container);
  const answer = await askText({
    title: t('Commit {0}', name),
    prompt: t('Name of the new image, such as `web:2`. A container that runs is paused meanwhile.'),
    value: `${container.name.toLowerCase()}:latest`,
    validateInput: referenceProblem,
  });
  if (answer === undefined) return false;
  const reference = answer.trim();
  await attempt(context, t('commit {0}', name), async () => {
    await withCancel(t('Committing {0}', name), (token) =>
      context.client.commitContainer({ id: container.id, reference }, token),
    );
    void window.showInformationMessage(t('{0} is the image {1} now.', name, cleanLine(reference)));
  });
  return true;
}
