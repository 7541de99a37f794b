import { displayName } from '../model/container-words.ts';
import { withViewProgress } from '../ui/view-progress.ts';
import { attempt } from './attempt.ts';
import { chosenContainers } from './chosen-containers.ts';
import type { CommandContext } from './context.ts';

/** Stop, when it runs, and start. */
export async function restart(context: CommandContext, ...args: unknown[]): Promise<void> {
  const containers = await chosenContainers(context, args, {
    title: 'Restart Container',
    none: 'There is no container.',
  });
  await Promise.all(
    containers.map(({ id, ...container }) =>
      attempt(context, `restart ${displayName({ id, ...container })}`, () =>
        withViewProgress(async () => {
          await context.client.stopContainer({ id });
          await context.client.startContainer({ id });
        }),
      ),
    ),
  );
}
