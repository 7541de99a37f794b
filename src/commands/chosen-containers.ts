import { window } from 'vscode';
import type { ContainerState, ContainerSummary } from '../../runtime-helper/protocol/types.ts';
import { isContainerNode } from '../model/nodes.ts';
import { pickContainer } from '../ui/pick-container.ts';
import { attempt } from './attempt.ts';
import { chosenRows } from './chosen-rows.ts';
import type { CommandContext } from './context.ts';
import { t } from '../model/l10n.ts';

type Wanted = {
  /** The command in words, for the title of a quick pick. */
  title: string;
  /** States in which it makes sense; absent: all. */
  states?: readonly ContainerState['status'][];
  /** What else must hold; absent: nothing. */
  fits?: (container: ContainerSummary) => boolean;
  /** Said when there is no such container. */
  none: string;
};

/** The containers a command is for: the selected rows that it fits, or the one that is picked from a list. */
export async function chosenContainers(
  context: CommandContext,
  args: readonly unknown[],
  wanted: Wanted,
): Promise<ContainerSummary[]> {
  const nodes = chosenRows(args, isContainerNode);
  if (!nodes) return [];
  const fits = (container: ContainerSummary): boolean =>
    (wanted.states?.includes(container.state.status) ?? true) && (wanted.fits?.(container) ?? true);
  if (nodes.length > 0) return nodes.flatMap(({ id }) => context.containers.get(id) ?? []).filter(fits);
  const picked = await pickAmong(context, wanted, fits);
  return picked ? [picked] : [];
}

async function pickAmong(
  context: CommandContext,
  wanted: Wanted,
  fits: (container: ContainerSummary) => boolean,
): Promise<ContainerSummary | undefined> {
  let picked: ContainerSummary | undefined;
  await attempt(context, t('list containers'), async () => {
    await context.containersListed();
    const fitting = context.containers.all.filter(fits);
    if (fitting.length === 0) void window.showInformationMessage(wanted.none);
    else picked = await pickContainer(fitting, wanted.title);
  });
  return picked;
}
