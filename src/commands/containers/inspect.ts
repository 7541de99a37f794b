import { displayName, shortId } from '../../model/container-words.ts';
import { showJson } from '../../ui/show-json.ts';
import { attempt } from '../attempt.ts';
import { chosenContainers } from './chosen-containers.ts';
import type { CommandContext } from '../context.ts';
import { t } from '../../model/l10n.ts';

/** Shows what is known of containers. */
export async function inspect(context: CommandContext, ...args: unknown[]): Promise<void> {
  const containers = await chosenContainers(context, args, {
    title: t('Inspect Container'),
    none: t('There is no container.'),
  });
  for (const container of containers) {
    await attempt(context, t('inspect {0}', displayName(container)), async () => {
      const { document } = await context.client.inspectContainer({ id: container.id });
      const name = container.name || shortId(container);
      await showJson(context.documents, name, document, { preview: containers.length === 1 });
    });
  }
}
