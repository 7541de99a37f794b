import { chosenContainers } from './chosen-containers.ts';
import type { CommandContext } from './context.ts';
import { eachContainer } from './each-container.ts';

/** All processes stand still, and keep what they have. */
export async function pause(context: CommandContext, ...args: unknown[]): Promise<void> {
  const containers = await chosenContainers(context, args, {
    title: 'Pause Container',
    states: ['running'],
    none: 'No container is running.',
  });
  await eachContainer(context, containers, 'pause', ({ id }) => context.client.pauseContainer({ id }));
}

export async function unpause(context: CommandContext, ...args: unknown[]): Promise<void> {
  const containers = await chosenContainers(context, args, {
    title: 'Continue Container',
    states: ['paused'],
    none: 'No container is paused.',
  });
  await eachContainer(context, containers, 'continue', ({ id }) => context.client.unpauseContainer({ id }));
}
