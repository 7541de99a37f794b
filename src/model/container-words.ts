/** A container in words: pure, so that rows, tooltips and quick picks say the same. */
import type { ContainerState, ContainerSummary, HealthStatus } from '../../runtime-helper/protocol/types.ts';
import { cleanLine, shorten } from './clean-text.ts';
import { distinctPorts, portWords } from './container-parts.ts';
import { describeDuration } from './durations.ts';
import { t } from './l10n.ts';

/** Docker's STATUS column: "Up 42 seconds", "Exited (0) 3 hours ago", "Created". `now` in milliseconds since the epoch. */
export function describeState(state: ContainerState, now: number): string {
  switch (state.status) {
    case 'created':
      return t('Created');
    case 'running':
      return `${t('Up {0}', describeDuration(now - Date.parse(state.startedAt)))}${healthWords(state.health)}`;
    case 'dead':
      return t('Dead');
    case 'paused':
      return t('Up {0} (Paused)', describeDuration(now - Date.parse(state.startedAt)));
    case 'restarting':
      return t('Restarting ({0}) {1} ago', state.exitCode, describeDuration(now - Date.parse(state.finishedAt)));
    case 'exited':
      return t('Exited ({0}) {1} ago', state.exitCode, describeDuration(now - Date.parse(state.finishedAt)));
  }
}

/** As Docker puts it behind the time. */
function healthWords(health: HealthStatus | undefined): string {
  switch (health) {
    case undefined:
      return '';
    case 'starting':
      return ` (${t('health: starting')})`;
    case 'healthy':
      return ` (${t('healthy')})`;
    case 'unhealthy':
      return ` (${t('unhealthy')})`;
  }
}

/** Whether it has processes, or soon will have again: what stands between it and its removal. */
export function isActive({ status }: ContainerState): boolean {
  return status === 'running' || status === 'paused' || status === 'restarting';
}

/** Its health check says that it does not do what it is there for. */
export function isUnhealthy(state: ContainerState): boolean {
  return state.status === 'running' && state.health === 'unhealthy';
}

/** The twelve digits people know containers by; also the container's host name. */
export function shortId(container: { id: string }): string {
  return container.id.slice(0, 12);
}

export function displayName(container: ContainerSummary): string {
  return cleanLine(container.name) || shortId(container);
}

export function displayImage(container: Pick<ContainerSummary, 'image'>): string {
  return shorten(cleanLine(container.image), 80);
}

const rowImageLength = 24;

/** The image in a row that ends early: what tells it from others is at the end of a long reference. */
function rowImage(container: ContainerSummary): string {
  const image = displayImage(container);
  if (image.length <= rowImageLength) return image;
  return shorten(image.slice(image.lastIndexOf('/') + 1), rowImageLength);
}

/** argv as a person would type it, cut at `length` characters. */
export function displayCommand(container: ContainerSummary, length = 200): string {
  return shorten(container.command.map(quoteArgument).join(' '), length);
}

/**
 * What a row says beside the name, the most needed first: a side bar that nobody has widened has room for the state and health, and little
 * more. `usage`: in words, when it is to be said.
 */
export function describeRow(container: ContainerSummary, now: number, usage?: string): string {
  const used = usage === undefined ? [] : [usage];
  return [...rowState(container.state, now), ...used, ...rowPorts(container), rowImage(container)].join(' · ');
}

/** What is wrong stands where it is never cut off. */
function rowState(state: ContainerState, now: number): string[] {
  if (state.status !== 'running' || state.health !== 'unhealthy') return [describeState(state, now)];
  const { health, ...healthless } = state;
  return [t('unhealthy'), describeState(healthless, now)];
}

const mostRowPorts = 3;

/** Those that are published: where to reach it. */
function rowPorts({ ports }: ContainerSummary): string[] {
  const published = distinctPorts(ports).filter(({ hostPort }) => hostPort !== undefined);
  if (published.length === 0) return [];
  const shown = published.slice(0, mostRowPorts).map(portWords).join(', ');
  return [published.length > mostRowPorts ? `${shown}, …` : shown];
}

/** As a person would type it; what could move the cursor is gone. */
export function quoteArgument(argument: string): string {
  const clean = cleanLine(argument);
  if (/^[\w@%+=:,./-]+$/.test(clean)) return clean;
  return `'${clean.replaceAll("'", `'\\''`)}'`;
}
