import { window } from 'vscode';
import type { ContainerState, ContainerSummary } from '../../../runtime-helper/protocol/types.ts';
import { arrange } from '../../model/arrangement.ts';
import { isContainerNode, isGroupNode, type ContainerNode, type GroupNode } from '../../model/nodes.ts';
import { pickContainer } from '../../ui/pick-container.ts';
import { attempt } from '../attempt.ts';
import { chosenRows } from '../chosen-rows.ts';
import type { CommandContext } from '../context.ts';
import { t } from '../../model/l10n.ts';

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

/** The containers a command is for: the selected rows that it fits, those of a group too, or the one that is picked from a list. */
export async function chosenContainers(
  context: CommandContext,
  args: readonly unknown[],
  wanted: Wanted,
): Promise<ContainerSummary[]> {
  const nodes = chosenRows(args, isContainerOrGroup);
  if (!nodes) return [];
  const fits = (container: ContainerSummary): boolean =>
    (wanted.states?.includes(container.state.status) ?? true) && (wanted.fits?.(container) ?? true);
  if (nodes.length > 0) {
    const fitting = containersOf(context, nodes).filter(fits);
    if (fitting.length === 0) void window.showInformationMessage(wanted.none);
    return fitting;
  }
  const picked = await pickAmong(context, wanted, fits);
  return picked ? [picked] : [];
}

const isContainerOrGroup = (value: unknown): value is ContainerNode | GroupNode =>
  isContainerNode(value) || isGroupNode(value);

/** Each once, as the view shows them. */
function containersOf(
  { containers, arranged }: CommandContext,
  nodes: (ContainerNode | GroupNode)[],
): ContainerSummary[] {
  const groups = arrange(containers.all, arranged.current);
  const found = nodes.flatMap((node) =>
    node.kind === 'group'
      ? (groups.find(({ key }) => key === node.key)?.containers ?? [])
      : (containers.get(node.id) ?? []),
  );
  return [...new Set(found)];
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
