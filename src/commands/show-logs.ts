import { displayName } from '../model/container-words.ts';
import { attempt } from './attempt.ts';
import { chosenContainers } from './chosen-containers.ts';
import type { CommandContext } from './context.ts';

export async function showLogs(context: CommandContext, ...args: unknown[]): Promise<void> {
  const containers = await chosenContainers(context, args, {
    title: 'Show Logs of Container',
    none: 'There is no container.',
  });
  for (const container of containers) {
    await attempt(context, `show the log of ${displayName(container)}`, () => context.logs.show(container));
  }
}
