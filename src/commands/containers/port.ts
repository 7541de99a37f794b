import { env, Uri, window, type QuickPickItem } from 'vscode';
import type { ContainerPort, ContainerSummary } from '../../../runtime-helper/protocol/types.ts';
import { portAddress, portUrl, portWords, publishedPorts } from '../../model/container-parts.ts';
import { displayName } from '../../model/container-words.ts';
import { isContainerNode, isPartNode } from '../../model/nodes.ts';
import { chosenContainers } from './chosen-containers.ts';
import type { CommandContext } from '../context.ts';
import { t } from '../../model/l10n.ts';
import { askChoice } from '../../ui/ask-choice.ts';

/** In the browser, also when this window works on a machine far away. */
export async function openPort(context: CommandContext, ...args: unknown[]): Promise<void> {
  const ports = await chosenPorts(context, args, t('Open Port of Container'));
  // It also forwards the port of a machine far away: an address that asExternalUri has led on would be led on twice.
  for (const url of new Set(ports.flatMap((port) => portUrl(port) ?? []))) await env.openExternal(Uri.parse(url));
}

/** Of several rows one a line. */
export async function copyPortAddress(context: CommandContext, ...args: unknown[]): Promise<void> {
  const ports = await chosenPorts(context, args, t('Copy Address of Port'));
  const addresses = new Set(ports.flatMap((port) => portAddress(port) ?? []));
  if (addresses.size > 0) await env.clipboard.writeText([...addresses].join('\n'));
}

/** The ports of the selected rows; of a container that has several the one that is picked. */
async function chosenPorts(
  context: CommandContext,
  args: readonly unknown[],
  title: string,
): Promise<readonly ContainerPort[]> {
  const [row, rows] = args;
  const nodes: unknown[] = Array.isArray(rows) && rows.length > 0 ? rows : [row];
  const ports = nodes.filter(isPartNode).flatMap((node) => (node.part === 'port' ? node.port : []));
  const isForContainers = nodes.some(isContainerNode);
  if (ports.length > 0 && !isForContainers) return ports;
  const containers = await chosenContainers(context, args, {
    title,
    fits: (container) => publishedPorts(container).length > 0,
    none: t('No container has a published port.'),
  });
  if (containers.length === 0 && ports.length === 0 && isForContainers)
    void window.showInformationMessage(t('None of its ports is published.'));
  for (const container of containers) ports.push(...(await pickPort(container, title)));
  return ports;
}

async function pickPort(container: ContainerSummary, title: string): Promise<ContainerPort[]> {
  const ports = publishedPorts(container);
  if (ports.length <= 1) return ports;
  const items = ports.map((port): QuickPickItem & { port: ContainerPort } => ({ label: portWords(port), port }));
  const picked = await askChoice(items, { title: `${title} ${displayName(container)}` });
  return picked ? [picked.port] : [];
}
