import { isActive } from '../model/container-words.ts';
import { chosenContainers } from './chosen-containers.ts';
import type { CommandContext } from './context.ts';
import { eachContainer } from './each-container.ts';

export async function stop(context: CommandContext, ...args: unknown[]): Promise<void> {
  const containers = await chosenContainers(context, args, {
    title: 'Stop Container',
    fits: ({ state }) => isActive(state),
    none: 'No container is running.',
  });
  await eachContainer(context, containers, 'stop', ({ id }) => context.client.stopContainer({ id }));
}
