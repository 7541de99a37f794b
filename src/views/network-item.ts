import { MarkdownString, ThemeColor, ThemeIcon, TreeItem, TreeItemCollapsibleState } from 'vscode';
import type { NetworkMember, NetworkSummary } from '../../runtime-helper/protocol/types.ts';
import { cleanLine } from '../model/clean-text.ts';
import { describeMember, describeNetwork, displayMember, isOn } from '../model/network-words.ts';
import { factsTable } from '../ui/markdown-table.ts';
import { markdownCode, plainMarkdown } from '../ui/plain-text.ts';
import { t } from '../model/l10n.ts';

export function networkItem(network: NetworkSummary): TreeItem {
  const { name, driver, predefined, containers } = network;
  const state = containers.length > 0 ? TreeItemCollapsibleState.Expanded : TreeItemCollapsibleState.None;
  const item = new TreeItem(cleanLine(name), state);
  // A row that had nothing to open stays closed when it has, unless it is another one.
  item.id = `network:${name}${containers.length > 0 ? '' : ':empty'}`;
  item.description = describeNetwork(network);
  item.iconPath = new ThemeIcon(iconOf(network));
  item.contextValue = driver !== 'bridge' ? 'network-mode' : predefined ? 'network-default' : 'network';
  item.accessibilityInformation = { label: t('Network {0}, {1}', cleanLine(name), item.description) };
  return item;
}

function iconOf({ driver, internal }: NetworkSummary): string {
  if (driver === 'null') return 'circle-slash';
  if (driver === 'host') return 'vm';
  return internal ? 'lock' : 'type-hierarchy';
}

export function endpointItem(network: NetworkSummary, member: NetworkMember): TreeItem {
  const item = new TreeItem(displayMember(member));
  item.id = `endpoint:${network.name}:${member.id}`;
  item.description = describeMember(member, network);
  item.iconPath = isOn(member)
    ? new ThemeIcon('vm-running', new ThemeColor('testing.iconPassed'))
    : new ThemeIcon('vm-outline');
  item.contextValue = network.driver === 'bridge' ? (isOn(member) ? 'endpoint-running' : 'endpoint') : 'endpoint-mode';
  item.accessibilityInformation = {
    label: t('Container {0} on network {1}, {2}', displayMember(member), cleanLine(network.name), item.description),
  };
  return item;
}

export function networkTooltip({
  id,
  name,
  driver,
  subnet,
  gateway,
  subnet6,
  internal,
}: NetworkSummary): MarkdownString {
  const rows: [string, string][] = [
    [t('Driver'), plainMarkdown(driver)],
    ...(subnet === undefined ? [] : [[t('Subnet'), markdownCode(subnet)] as [string, string]]),
    ...(gateway === undefined ? [] : [[t('Gateway'), markdownCode(gateway)] as [string, string]]),
    ...(subnet6 === undefined ? [] : [[t('IPv6 subnet'), markdownCode(subnet6)] as [string, string]]),
    ...(internal ? [[t('Internal'), t('no way out')] as [string, string]] : []),
    ['ID', markdownCode(id.slice(0, 12))],
  ];
  return new MarkdownString(factsTable(name, rows));
}
