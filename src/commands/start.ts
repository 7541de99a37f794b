import { chosenContainers } from './chosen-containers.ts';
import type { CommandContext } from './context.ts';
import { eachContainer } from './each-container.ts';

export async function start(context: CommandContext, ...args: unknown[]): Promise<void> {
  const containers = await chosenContainers(context, args, {
    title: 'Start Container',
    states: ['created', 'exited'],
    none: 'There is no stopped container.',
  });
  await eachContainer(context, containers, 'start', ({ id }) => context.client.startContainer({ id }));
}
