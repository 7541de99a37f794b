import { displayName } from '../model/container-words.ts';
import { attempt } from './attempt.ts';
import { chosenContainers } from './chosen-containers.ts';
import type { CommandContext } from './context.ts';

export async function start(context: CommandContext, ...args: unknown[]): Promise<void> {
  const containers = await chosenContainers(context, args, {
    title: 'Start Container',
    states: ['created', 'exited'],
    none: 'There is no stopped container.',
  });
  await Promise.all(
    containers.map((container) =>
      attempt(context, `start ${displayName(container)}`, async () => {
        await context.client.startContainer({ id: container.id });
      }),
    ),
  );
}
