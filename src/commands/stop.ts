import { displayName } from '../model/container-words.ts';
import { withViewProgress } from '../ui/view-progress.ts';
import { attempt } from './attempt.ts';
import { chosenContainers } from './chosen-containers.ts';
import type { CommandContext } from './context.ts';

export async function stop(context: CommandContext, ...args: unknown[]): Promise<void> {
  const containers = await chosenContainers(context, args, {
    title: 'Stop Container',
    states: ['running'],
    none: 'No container is running.',
  });
  await Promise.all(
    containers.map((container) =>
      attempt(context, `stop ${displayName(container)}`, () =>
        withViewProgress(async () => {
          await context.client.stopContainer({ id: container.id });
        }),
      ),
    ),
  );
}
