/** Which containers a view shows, in which groups and order. Pure but for the one object that holds what was chosen. */
import type { ContainerState, ContainerSummary } from '../../runtime-helper/protocol/types.ts';
import { cleanLine } from './clean-text.ts';
import { displayImage, displayName, isActive } from './container-words.ts';
import { Listeners, type Subscription } from './listeners.ts';
import { t } from './l10n.ts';

export const groupings = ['none', 'state', 'image', 'project', 'label'] as const;
export type Grouping = (typeof groupings)[number];
export const orders = ['created', 'name', 'state'] as const;
export type Order = (typeof orders)[number];

export type Arrangement = {
  groupBy: Grouping;
  /** The label whose values are the groups, when `groupBy` is `label`. */
  label: string;
  sortBy: Order;
  onlyRunning: boolean;
  /** Words that must all occur in the name, image, command, id or address; empty: every container. */
  filter: string;
};

/** `key` tells groups apart, and stays the same while the view lives. */
export type Group = { key: string; title: string; containers: ContainerSummary[] };

/** The arrangement that is in force. */
export class Arranged {
  #current: Arrangement = { groupBy: 'none', label: '', sortBy: 'created', onlyRunning: false, filter: '' };
  readonly #changed = new Listeners<Arrangement>();

  get current(): Arrangement {
    return this.#current;
  }

  set(change: Partial<Arrangement>): void {
    this.#current = { ...this.#current, ...change };
    this.#changed.fire(this.#current);
  }

  onChanged(listener: (arrangement: Arrangement) => void): Subscription {
    return this.#changed.add(listener);
  }
}

export function isFiltered({ onlyRunning, filter }: Arrangement): boolean {
  return onlyRunning || filter.trim() !== '';
}

/** Whether a container's row moves, comes or goes when its state changes. */
export function dependsOnState({ groupBy, sortBy, onlyRunning }: Arrangement): boolean {
  return onlyRunning || groupBy === 'state' || sortBy === 'state';
}

/** Groups in order, none of them empty; without grouping one group, or none. `containers` newest first. */
export function arrange(containers: readonly ContainerSummary[], arrangement: Arrangement): Group[] {
  const shown = containers.filter((container) => isShown(container, arrangement));
  if (arrangement.sortBy === 'name') shown.sort((a, b) => compareText(displayName(a), displayName(b)));
  if (arrangement.sortBy === 'state') shown.sort((a, b) => rank(a.state) - rank(b.state));
  const groups = new Map<string, Group>();
  for (const container of shown) {
    const { key, title } = groupOf(container, arrangement);
    const group = groups.get(key);
    if (group) group.containers.push(container);
    else groups.set(key, { key, title, containers: [container] });
  }
  return [...groups.values()].sort((a, b) => compareGroups(a, b, arrangement.groupBy));
}

function isShown(container: ContainerSummary, { onlyRunning, filter }: Arrangement): boolean {
  if (onlyRunning && !isActive(container.state)) return false;
  const { id, name, image, command, labels, ipAddress = '' } = container;
  const pairs = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  const text = [id, name, image, ...command, ipAddress, ...pairs].join('\n').toLowerCase();
  return filter
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

/** The label that Compose gives all containers of a project, and others after it. */
const projectLabel = 'com.docker.compose.project';

function groupOf(container: ContainerSummary, { groupBy, label }: Arrangement): { key: string; title: string } {
  switch (groupBy) {
    case 'none':
      return { key: '', title: '' };
    case 'state':
      return { key: container.state.status, title: stateTitle(container.state) };
    case 'image':
      return { key: cleanLine(container.image), title: displayImage(container) };
    case 'project':
      return labelGroup(container, projectLabel, t('No Project'));
    case 'label':
      return labelGroup(container, label, label === '' ? t('No Label Chosen') : t('No {0}', cleanLine(label)));
  }
}

/** Those without the label come last, whatever the others are called. */
function labelGroup({ labels }: ContainerSummary, label: string, none: string): { key: string; title: string } {
  const value = labels[label];
  return value === undefined
    ? { key: '\u{10ffff}', title: none }
    : { key: `=${value}`, title: cleanLine(value) || '""' };
}

function compareGroups(a: Group, b: Group, groupBy: Grouping): number {
  const last = Number(a.key === '\u{10ffff}') - Number(b.key === '\u{10ffff}');
  if (groupBy !== 'state') return last || compareText(a.title, b.title);
  const [first, second] = [a.containers[0], b.containers[0]];
  return first && second ? rank(first.state) - rank(second.state) : 0;
}

const ranks: ContainerState['status'][] = ['running', 'paused', 'restarting', 'created', 'exited', 'dead'];

/** What needs an eye comes first. */
const rank = ({ status }: ContainerState): number => ranks.indexOf(status);

const stateTitles: Readonly<Record<ContainerState['status'], string>> = {
  created: t('Created'),
  running: t('Running'),
  paused: t('Paused'),
  restarting: t('Restarting'),
  exited: t('Exited'),
  dead: t('Dead'),
};

const stateTitle = ({ status }: ContainerState): string => stateTitles[status];

const compareText = (a: string, b: string): number => a.localeCompare(b, undefined, { numeric: true });
