import { env } from 'vscode';
import { chosenContainers } from './chosen-containers.ts';
import type { CommandContext } from './context.ts';

/** Full ids, one a line. */
export async function copyId(context: CommandContext, ...args: unknown[]): Promise<void> {
  const containers = await chosenContainers(context, args, {
    title: 'Copy ID of Container',
    none: 'There is no container.',
  });
  if (containers.length > 0) await env.clipboard.writeText(containers.map(({ id }) => id).join('\n'));
}
