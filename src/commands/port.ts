import { env, Uri, window, type QuickPickItem } from 'vscode';
import type { ContainerPort } from '../../runtime-helper/protocol/types.ts';
import { distinctPorts, portAddress, portWords } from '../model/container-parts.ts';
import { displayName } from '../model/container-words.ts';
import { isContainerNode, isPartNode } from '../model/nodes.ts';
import { chosenContainers } from './chosen-containers.ts';
import type { CommandContext } from './context.ts';

/** In the browser, also when this window works on a machine far away. */
export async function openPort(context: CommandContext, ...args: unknown[]): Promise<void> {
  const port = await chosenPort(context, args, 'Open Port of Container');
  const address = port && portAddress(port);
  if (address === undefined) return;
  // Of a machine far away VS Code forwards the port, and names where it is to be reached.
  const scheme = port?.port === 443 || port?.port === 8443 ? 'https' : 'http';
  await env.openExternal(await env.asExternalUri(Uri.parse(`${scheme}://${address}`)));
}

export async function copyPortAddress(context: CommandContext, ...args: unknown[]): Promise<void> {
  const port = await chosenPort(context, args, 'Copy Address of Port');
  const address = port && portAddress(port);
  if (address !== undefined) await env.clipboard.writeText(address);
}

async function chosenPort(
  context: CommandContext,
  args: readonly unknown[],
  title: string,
): Promise<ContainerPort | undefined> {
  const [node] = args;
  if (isPartNode(node)) return node.part === 'port' ? node.port : undefined;
  const published = (ports: readonly ContainerPort[]): ContainerPort[] =>
    distinctPorts(ports).filter(({ hostPort, protocol }) => hostPort !== undefined && protocol === 'tcp');
  const [container] = await chosenContainers(context, args, {
    title,
    fits: ({ ports }) => published(ports).length > 0,
    none: 'No container has a published port.',
  });
  if (!container) {
    if (isContainerNode(node)) void window.showInformationMessage('None of its ports is published.');
    return undefined;
  }
  const ports = published(container.ports);
  if (ports.length <= 1) return ports[0];
  const items = ports.map((port): QuickPickItem & { port: ContainerPort } => ({ label: portWords(port), port }));
  return (await window.showQuickPick(items, { title: `${title} ${displayName(container)}` }))?.port;
}
