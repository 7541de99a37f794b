import { MarkdownString, ThemeColor, ThemeIcon, TreeItem, TreeItemCollapsibleState } from 'vscode';
import type { ContainerState, ContainerSummary, HealthStatus } from '../../runtime-helper/protocol/types.ts';
import type { Group, Grouping } from '../model/arrangement.ts';
import { describeState, displayCommand, displayImage, displayName, shortId } from '../model/container-words.ts';
import { containerParts, distinctPorts, portWords } from '../model/container-parts.ts';
import { describeDuration } from '../model/durations.ts';
import { factsTable } from '../ui/markdown-table.ts';
import { markdownCode, plainMarkdown } from '../ui/plain-text.ts';
import { t } from '../model/l10n.ts';

/** A container as a row of the tree; `words` stand beside its name. The tooltip is made when it is asked for. */
export function containerItem(container: ContainerSummary, now: number, words: string): TreeItem {
  const hasParts = containerParts(container).length > 0;
  const item = new TreeItem(
    displayName(container),
    hasParts ? TreeItemCollapsibleState.Collapsed : TreeItemCollapsibleState.None,
  );
  item.id = container.id;
  // A click selects, as in lists: with a command a row is opened by its arrow alone, and a range has containers only.
  if (hasParts) item.command = { command: 'noop', title: '' };
  item.description = words;
  item.iconPath = stateIcon(container.state);
  item.contextValue = `container-${container.state.status}`;
  item.accessibilityInformation = {
    label: t(
      'Container {0}, image {1}, {2}',
      displayName(container),
      displayImage(container),
      describeState(container.state, now),
    ),
  };
  return item;
}

/** A heading over containers. */
export function groupItem({ key, title, containers }: Group, groupBy: Grouping): TreeItem {
  const item = new TreeItem(title, TreeItemCollapsibleState.Expanded);
  item.id = `group:${groupBy}:${key}`;
  item.description = `${containers.length}`;
  item.contextValue = 'group';
  item.accessibilityInformation = {
    label: containers.length === 1 ? t('{0}, 1 container', title) : t('{0}, {1} containers', title, containers.length),
  };
  return item;
}

/** The essentials, as a table. Everything in it that comes from outside is escaped. */
export function containerTooltip(container: ContainerSummary, now: number): MarkdownString {
  const rows: [string, string][] = [
    [t('Status'), plainMarkdown(describeState(container.state, now))],
    [t('Image'), markdownCode(displayImage(container))],
    [t('Command'), markdownCode(displayCommand(container, 120))],
    [t('Created'), t('{0} ago', describeDuration(now - Date.parse(container.createdAt)))],
    ['ID', markdownCode(shortId(container))],
  ];
  if (container.ipAddress !== undefined) rows.push([t('Address'), markdownCode(container.ipAddress)]);
  const ports = distinctPorts(container.ports).map((port) => markdownCode(portWords(port)));
  if (ports.length > 0) rows.push([t('Ports'), ports.join(', ')]);
  const mounts = container.mounts.map(({ source, target }) =>
    markdownCode(source === '' ? target : `${source} → ${target}`),
  );
  if (mounts.length > 0) rows.push([t('Mounts'), mounts.join(', ')]);
  if (container.networks.length > 0) rows.push([t('Networks'), container.networks.map(plainMarkdown).join(', ')]);
  if ('pid' in container.state) rows.push([t('Process'), `${container.state.pid}`]);
  return new MarkdownString(factsTable(displayName(container), rows));
}

/** What ends a container from outside: TERM and KILL are how `stop` ends it, so they are no failure of its own. */
const stopped = new Set([0, 137, 143]);

/** What is wrong has a shape of its own: not everybody tells colours apart. */
function stateIcon(state: ContainerState): ThemeIcon {
  switch (state.status) {
    case 'running':
      return runningIcon(state.health);
    case 'created':
      return new ThemeIcon('vm-outline');
    case 'paused':
      return new ThemeIcon('debug-pause', new ThemeColor('testing.iconQueued'));
    case 'restarting':
      return new ThemeIcon('sync', new ThemeColor('testing.iconQueued'));
    case 'dead':
      return new ThemeIcon('circle-slash', new ThemeColor('testing.iconFailed'));
    case 'exited':
      return stopped.has(state.exitCode)
        ? new ThemeIcon('vm-outline', new ThemeColor('disabledForeground'))
        : new ThemeIcon('error', new ThemeColor('testing.iconFailed'));
  }
}

function runningIcon(health: HealthStatus | undefined): ThemeIcon {
  switch (health) {
    case undefined:
    case 'healthy':
      return new ThemeIcon('vm-running', new ThemeColor('testing.iconPassed'));
    case 'starting':
      return new ThemeIcon('vm-running', new ThemeColor('testing.iconQueued'));
    case 'unhealthy':
      return new ThemeIcon('warning', new ThemeColor('list.warningForeground'));
  }
}
