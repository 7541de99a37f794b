import { type QuickPickItem } from 'vscode';
import type { NetworkSummary } from '../../../runtime-helper/protocol/types.ts';
import { cleanLine } from '../../model/clean-text.ts';
import { displayName } from '../../model/container-words.ts';
import { describeMember, displayMember } from '../../model/network-words.ts';
import { isContainerNode, type EndpointNode } from '../../model/nodes.ts';
import { plainLabel } from '../../ui/plain-text.ts';
import { attempt } from '../attempt.ts';
import { chosenContainers } from '../containers/chosen-containers.ts';
import { chosenNetworks } from './chosen-networks.ts';
import { chosenEndpoints } from './chosen-endpoints.ts';
import type { CommandContext } from '../context.ts';
import { t } from '../../model/l10n.ts';
import { askChoice } from '../../ui/ask-choice.ts';

const isBridge = ({ driver }: NetworkSummary): boolean => driver === 'bridge';

/** From a network's row a container is asked for, from a container's a network, from the palette both. */
export async function connectNetwork(context: CommandContext, ...args: unknown[]): Promise<void> {
  const rows = args.flat().filter(isContainerNode);
  const title = t('Connect Container to Network');
  const [network] = await chosenNetworks(context, rows.length > 0 ? [] : args, {
    title,
    fits: (one) => isBridge(one) && rows.every(({ id }) => !one.containers.some((member) => member.id === id)),
    none: rows.length > 0 ? t('There is no other network to connect to. Create one first.') : t('There is no network.'),
  });
  if (!network) return;
  const isOff = ({ id }: { id: string }): boolean => !network.containers.some((member) => member.id === id);
  const containers = await chosenContainers(context, rows.length > 0 ? args : [], {
    title,
    fits: isOff,
    none: t('There is no container that is not on {0}.', cleanLine(network.name)),
  });
  for (const container of containers) {
    await attempt(context, t('connect {0} to {1}', displayName(container), cleanLine(network.name)), async () => {
      await context.client.connectNetwork({ network: network.name, id: container.id });
    });
  }
}

export async function disconnectNetwork(context: CommandContext, ...args: unknown[]): Promise<void> {
  for (const endpoint of await endpointsFor(context, args)) {
    const name = cleanLine(context.containers.get(endpoint.id)?.name ?? endpoint.id.slice(0, 12));
    await attempt(context, t('disconnect {0} from {1}', name, cleanLine(endpoint.network)), async () => {
      await context.client.disconnectNetwork(endpoint);
    });
  }
}

async function endpointsFor(context: CommandContext, args: readonly unknown[]): Promise<EndpointNode[]> {
  const nodes = chosenEndpoints(args);
  if (!nodes || nodes.length > 0) return nodes ?? [];
  const title = t('Disconnect Container from Network');
  const [network] = await chosenNetworks(context, args, {
    title,
    fits: (one) => isBridge(one) && one.containers.length > 0,
    none: t('No container is on a network.'),
  });
  if (!network) return [];
  const items = network.containers.map((member): QuickPickItem & { id: string } => ({
    label: plainLabel(displayMember(member)),
    description: describeMember(member, network),
    id: member.id,
  }));
  const chosen = await askChoice(items, { title, placeHolder: t('Choose a container') });
  return chosen ? [{ kind: 'endpoint', network: network.name, id: chosen.id }] : [];
}
