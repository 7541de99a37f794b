/** What a container's monitor reads of changes since it began; gone with it. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { networkArguments } from '../../container/directives.ts';
import type { ContainerRecord } from '../../container/record.ts';
import { writeAtomic } from '../../lib/atomic-file.ts';
import { errnoOf } from '../../lib/errors.ts';
import type { Parts } from '../containers/parts.ts';
import { withGateway } from './start.ts';

/** Adds to what the monitor gives back when the container ends: paths relative to the store's root. */
export function addClaims(parts: Parts, id: string, claims: readonly string[]): void {
  const lines = claims.map((path) => `${path}\n`).join('');
  ifItRuns(() => writeFileSync(runFile(parts, id, 'claims'), lines, { flag: 'a' }));
}

/** When the policy starts the container again, it is on the networks that it is on now. */
export function writeNextNetworks(parts: Parts, record: ContainerRecord): void {
  const held = parts.networks.held(record);
  const way = held.find(({ network }) => !network.internal);
  const lines = held.map((one) => networkArguments(one === way ? withGateway(one) : one.directive).join('\t'));
  const text = lines.map((line) => `${line}\n`).join('');
  ifItRuns(() => writeAtomic(runFile(parts, record.id, 'networks'), text, { durable: false }));
}

const runFile = ({ store }: Parts, id: string, name: string): string => join(store.run, 'containers', id, name);

/** The folder goes with the monitor. */
function ifItRuns(write: () => void): void {
  try {
    write();
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
}
