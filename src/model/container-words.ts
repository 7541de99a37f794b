/** A container in words: pure, so that rows, tooltips and quick picks say the same. */
import type { ContainerState, ContainerSummary } from '../../runtime-helper/protocol/types.ts';
import { cleanLine, shorten } from './clean-text.ts';
import { distinctPorts, portWords } from './container-parts.ts';
import { describeDuration } from './durations.ts';

/** Docker's STATUS column: "Up 42 seconds", "Exited (0) 3 hours ago", "Created". `now` in milliseconds since the epoch. */
export function describeState(state: ContainerState, now: number): string {
  switch (state.status) {
    case 'created':
      return 'Created';
    case 'running':
      return `Up ${describeDuration(now - Date.parse(state.startedAt))}`;
    case 'dead':
      return 'Dead';
    case 'paused':
      return `Up ${describeDuration(now - Date.parse(state.startedAt))} (Paused)`;
    case 'restarting':
      return `Restarting (${state.exitCode}) ${describeDuration(now - Date.parse(state.finishedAt))} ago`;
    case 'exited':
      return `Exited (${state.exitCode}) ${describeDuration(now - Date.parse(state.finishedAt))} ago`;
  }
}

/** Whether it has processes, or soon will have again: what stands between it and its removal. */
export function isActive({ status }: ContainerState): boolean {
  return status === 'running' || status === 'paused' || status === 'restarting';
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

/** The image in a row: what tells it from others is at the end of a long reference. */
function rowImage(container: ContainerSummary): string {
  const image = displayImage(container);
  if (image.length <= rowImageLength) return image;
  return shorten(image.slice(image.lastIndexOf('/') + 1), rowImageLength);
}

/** argv as a person would type it, cut at `length` characters. */
export function displayCommand(container: ContainerSummary, length = 200): string {
  return shorten(container.command.map(quoteArgument).join(' '), length);
}

/** What a row says beside the name. */
export function describeRow(container: ContainerSummary, now: number): string {
  return [rowImage(container), describeState(container.state, now), ...rowPorts(container)].join(' · ');
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
