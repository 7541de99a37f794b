import { ThemeIcon, TreeItem, TreeItemCollapsibleState } from 'vscode';
import type { ContainerSummary } from '../../runtime-helper/protocol/types.ts';
import { cleanLine, shorten } from '../model/clean-text.ts';
import { portWords } from '../model/container-parts.ts';
import type { PartNode } from '../model/nodes.ts';
import { t } from '../model/l10n.ts';

/** A row below a container's. */
export function partItem(node: PartNode, container: ContainerSummary | undefined): TreeItem {
  switch (node.part) {
    case 'port': {
      const { hostPort, hostIp, protocol } = node.port;
      const isOpen = hostPort !== undefined;
      const item = row(
        node,
        t('Port {0}', portWords(node.port)),
        isOpen ? publishedOn(hostIp) : t('only inside'),
        'globe',
      );
      item.contextValue = isOpen ? `port-published-${protocol}` : 'port';
      return item;
    }
    case 'mount': {
      const { type, source, target, readonly } = node.mount;
      const from = type === 'tmpfs' ? t('in memory') : type === 'volume' ? t('volume {0}', source) : source;
      const icon = type === 'volume' ? 'database' : type === 'tmpfs' ? 'circuit-board' : 'folder';
      return row(node, target, readonly ? t('{0}, read-only', from) : from, icon);
    }
    case 'network':
      return row(node, t('Network {0}', node.network), container?.addresses[node.network] ?? '', 'type-hierarchy');
    case 'processes':
      return heading(row(node, t('Processes'), '', 'server-process'));
    case 'files':
      return heading(row(node, t('Files'), '', 'files'));
    case 'changes':
      return heading(row(node, t('Changes'), '', 'diff-multiple'));
    case 'note':
      return row(node, node.text, '', 'info');
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

function heading(item: TreeItem): TreeItem {
  item.collapsibleState = TreeItemCollapsibleState.Collapsed;
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
    case 'files':
    case 'changes':
      return node.part;
    case 'note':
      return `note:${node.text}`;
    case 'process':
      return `process:${node.pid}`;
  }
}

function publishedOn(hostIp = ''): string {
  return hostIp === '0.0.0.0' || hostIp === '::' ? t('on all addresses') : t('on {0}', hostIp);
}
