import { window, workspace } from 'vscode';
import { displayName, shortId } from '../model/container-words.ts';
import { attempt } from './attempt.ts';
import { chosenContainers } from './chosen-containers.ts';
import type { CommandContext } from './context.ts';
import { t } from '../model/l10n.ts';

/** Shows what is known of a container as a read-only JSON document, which VS Code outlines and folds. */
export async function inspect(context: CommandContext, ...args: unknown[]): Promise<void> {
  const containers = await chosenContainers(context, args, {
    title: t('Inspect Container'),
    none: t('There is no container.'),
  });
  for (const container of containers) {
    await attempt(context, t('inspect {0}', displayName(container)), async () => {
      const { document } = await context.client.inspectContainer({ id: container.id });
      const name = `${container.name.replaceAll(/[^\w.-]/g, '_') || shortId(container)}.json`;
      const uri = context.documents.put(name, `${JSON.stringify(document, undefined, 2)}\n`);
      await window.showTextDocument(await workspace.openTextDocument(uri), { preview: containers.length === 1 });
    });
  }
}
