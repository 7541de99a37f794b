import { env } from 'vscode';
import type { ContainerSummary } from '../../../runtime-helper/protocol/types.ts';
import { chosenContainers } from './chosen-containers.ts';
import type { CommandContext } from '../context.ts';
import { t } from '../../model/l10n.ts';

/** Full ids, one a line. */
export function copyId(context: CommandContext, ...args: unknown[]): Promise<void> {
  return copy(context, args, t('Copy ID of Container'), ({ id }) => id);
}

export function copyName(context: CommandContext, ...args: unknown[]): Promise<void> {
  return copy(context, args, t('Copy Name of Container'), ({ name }) => name);
}

export function copyAddress(context: CommandContext, ...args: unknown[]): Promise<void> {
  return copy(context, args, t('Copy Address of Container'), ({ ipAddress }) => ipAddress);
}

async function copy(
  context: CommandContext,
  args: readonly unknown[],
  title: string,
  textOf: (container: ContainerSummary) => string | undefined,
): Promise<void> {
  const containers = await chosenContainers(context, args, {
    title,
    fits: (container) => textOf(container) !== undefined,
    none: context.containers.all.length > 0 ? t('No running container has an address.') : t('There is no container.'),
  });
  if (containers.length > 0) await env.clipboard.writeText(containers.map((one) => textOf(one) ?? '').join('\n'));
}
