import { chosenContainers } from './chosen-containers.ts';
import type { CommandContext } from './context.ts';
import { eachContainer } from './each-container.ts';

/** Stop, when it runs, and start. */
export async function restart(context: CommandContext, ...args: unknown[]): Promise<void> {
  const containers = await chosenContainers(context, args, {
    title: 'Restart Container',
    none: 'There is no container.',
  });
  await eachContainer(context, containers, 'restart', ({ id }) => context.client.restartContainer({ id }));
}
