/** What a container's monitor reads of changes since it began; gone with it. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { members, useArguments, type EventUse } from '../../container/event-uses.ts';
import type { ContainerRecord } from '../../container/record.ts';
import { writeAtomic } from '../../lib/atomic-file.ts';
import { errnoOf } from '../../lib/errors.ts';
import { eventAttributes } from '../journal.ts';
import type { Parts } from './parts.ts';

/** Adds to what the monitor gives back when the container ends: paths relative to the store's root. */
export function addClaims(parts: Parts, id: string, claims: readonly string[]): void {
  const lines = claims.map((path) => `${path}\n`).join('');
  ifItRuns(() => writeFileSync(runFile(parts, id, 'claims'), lines, { flag: 'a' }));
}

/** The networks of its next life: for each the arguments of `network`. */
export function writeNextNetworks(parts: Parts, id: string, networks: readonly (readonly string[])[]): void {
  writeLines(parts, id, 'networks', networks);
}

/** The limits of its next life: directives `resource`. */
export function writeNextResources(parts: Parts, id: string, directives: readonly string[]): void {
  const size = 6;
  const count = directives.length / size;
  const lines = Array.from({ length: count }, (_, at) => directives.slice(at * size + 1, (at + 1) * size));
  writeLines(parts, id, 'resources', lines);
}

/** What the journal says of networks and volumes from now on. */
export function writeUses(parts: Parts, id: string, uses: readonly EventUse[]): void {
  writeLines(parts, id, 'uses', uses.map(useArguments));
}

/** What the monitor's events say of it from now on. */
export function writeAttributes(parts: Parts, record: ContainerRecord): void {
  write(parts, record.id, 'attributes', members(eventAttributes(record)));
}

function writeLines(parts: Parts, id: string, name: string, lines: readonly (readonly string[])[]): void {
  write(parts, id, name, lines.map((line) => `${line.join('\t')}\n`).join(''));
}

function write(parts: Parts, id: string, name: string, text: string): void {
  ifItRuns(() => writeAtomic(runFile(parts, id, name), text, { durable: false }));
}

const runFile = ({ store }: Parts, id: string, name: string): string => join(store.run, 'containers', id, name);

/** The folder goes with the monitor. */
function ifItRuns(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
}
