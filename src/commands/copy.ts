import { env } from 'vscode';
import type { ContainerSummary } from '../../runtime-helper/protocol/types.ts';
import { chosenContainers } from './chosen-containers.ts';
import type { CommandContext } from './context.ts';

/** Full ids, one a line. */
export function copyId(context: CommandContext, ...args: unknown[]): Promise<void> {
  return copy(context, args, 'ID', ({ id }) => id);
}

export function copyName(context: CommandContext, ...args: unknown[]): Promise<void> {
  return copy(context, args, 'Name', ({ name }) => name);
}

export function copyAddress(context: CommandContext, ...args: unknown[]): Promise<void> {
  return copy(context, args, 'Address', ({ ipAddress }) => ipAddress);
}

async function copy(
  context: CommandContext,
  args: readonly unknown[],
  what: string,
  textOf: (container: ContainerSummary) => string | undefined,
): Promise<void> {
  const containers = await chosenContainers(context, args, {
    title: `Copy ${what} of Container`,
    fits: (container) => textOf(container) !== undefined,
    none: what === 'Address' ? 'No running container has an address.' : 'There is no container.',
  });
  if (containers.length > 0) await env.clipboard.writeText(containers.map((one) => textOf(one) ?? '').join('\n'));
}
