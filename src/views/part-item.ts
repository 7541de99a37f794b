import { ThemeIcon, TreeItem, TreeItemCollapsibleState } from 'vscode';
import type { ContainerSummary } from '../../runtime-helper/protocol/types.ts';
import { cleanLine, shorten } from '../model/clean-text.ts';
import { portWords } from '../model/container-parts.ts';
import type { PartNode } from '../model/nodes.ts';

/** A row below a container's. */
export function partItem(node: PartNode, container: ContainerSummary | undefined): TreeItem {
  switch (node.part) {
    case 'port': {
      const { hostPort, hostIp, protocol } = node.port;
      const isOpen = hostPort !== undefined;
      const item = row(node, `Port ${portWords(node.port)}`, isOpen ? publishedOn(hostIp) : 'only inside', 'globe');
      item.contextValue = isOpen ? `port-published-${protocol}` : 'port';
      return item;
    }
    case 'mount': {
      const { type, source, target, readonly } = node.mount;
      const from = type === 'tmpfs' ? 'in memory' : type === 'volume' ? `volume ${source}` : source;
      const icon = type === 'volume' ? 'database' : type === 'tmpfs' ? 'circuit-board' : 'folder';
      return row(node, target, `${from}${readonly ? ', read-only' : ''}`, icon);
    }
    case 'network':
      return row(node, `Network ${node.network}`, addressOf(node.network, container), 'type-hierarchy');
    case 'processes': {
      const item = row(node, 'Processes', '', 'server-process');
      item.collapsibleState = TreeItemCollapsibleState.Collapsed;
      return item;
    }
    case 'process':
      return row(node, shorten(cleanLine(node.command), 120), `${node.pid} · ${node.user}`, 'gear');
  }
}

function row(node: PartNode, label: string, description: string, icon: string): TreeItem {
  const item = new TreeItem(cleanLine(label));
  item.id = `${node.container}:${keyOf(node)}`;
  item.description = cleanLine(description);
  item.iconPath = new ThemeIcon(icon);
  item.contextValue = node.part;
  return item;
}

function keyOf(node: PartNode): string {
  switch (node.part) {
    case 'port':
      return `port:${portWords(node.port)}:${node.port.hostIp ?? ''}`;
    case 'mount':
      return `mount:${node.mount.target}`;
    case 'network':
      return `network:${node.network}`;
    case 'processes':
      return 'processes';
    case 'process':
      return `process:${node.pid}`;
  }
}

function publishedOn(hostIp = ''): string {
  return hostIp === '0.0.0.0' || hostIp === '::' ? 'on all addresses' : `on ${hostIp}`;
}

function addressOf(network: string, container: ContainerSummary | undefined): string {
  return container?.networks[0] === network ? (container.ipAddress ?? '') : '';
}
