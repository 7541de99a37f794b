import { window, type QuickPickItem } from 'vscode';
import type { NetworkSummary } from '../../../runtime-helper/protocol/types.ts';
import { describeNetwork } from '../../model/network-words.ts';
import { isNetworkNode } from '../../model/nodes.ts';
import { plainLabel } from '../../ui/plain-text.ts';
import { attempt } from '../attempt.ts';
import { chosenRows } from '../chosen-rows.ts';
import type { CommandContext } from '../context.ts';
import { t } from '../../model/l10n.ts';
import { askChoice } from '../../ui/ask-choice.ts';

type Wanted = { title: string; fits?: (network: NetworkSummary) => boolean; none: string };

/** The networks a command is for: the selected rows that it fits, or the one that is picked from a list. */
export async function chosenNetworks(
  context: CommandContext,
  args: readonly unknown[],
  { title, fits = () => true, none }: Wanted,
): Promise<NetworkSummary[]> {
  const nodes = chosenRows(args, isNetworkNode);
  if (!nodes) return [];
  let chosen: NetworkSummary[] = [];
  await attempt(context, t('list networks'), async () => {
    const fitting = (await context.client.listNetworks()).networks.filter(fits);
    if (nodes.length > 0) chosen = fitting.filter(({ name }) => nodes.some((node) => node.name === name));
    if (nodes.length > 0 ? chosen.length === 0 : fitting.length === 0) void window.showInformationMessage(none);
    else if (nodes.length === 0) chosen = await pick(fitting, title);
  });
  return chosen;
}

async function pick(networks: readonly NetworkSummary[], title: string): Promise<NetworkSummary[]> {
  const items = networks.map((network): QuickPickItem & { network: NetworkSummary } => ({
    label: plainLabel(network.name),
    description: describeNetwork(network),
    network,
  }));
  const chosen = await askChoice(items, { title, placeHolder: t('Choose a network') });
  return chosen ? [chosen.network] : [];
}
