import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ContainerRecord } from '../../container/record.ts';
import type { ContainerState } from '../../container/state.ts';
import type { Operation } from '../../lib/operation.ts';
import type { Parts } from './parts.ts';
import { startContainer } from './start.ts';

/**
 * Starts what its restart policy wants up and what no monitor is left of: the machine went down, or the monitor was killed. Who has
 * ended in this boot has a state that says so, and his monitor has decided. Names of those that were started.
 */
export async function restoreContainers(parts: Parts, operation: Operation): Promise<string[]> {
  const { catalog } = parts;
  const started: string[] = [];
  for (const record of catalog.records.all().toReversed()) {
    if (!isLost(parts, record) || !wantsToRun(record, catalog.state(record))) continue;
    try {
      const starting = await startContainer(parts, record.id, { gate: false }, operation);
      await starting.started;
      started.push(record.name);
    } catch (error) {
      operation.log('warn', `container ${record.name} was not started again: ${String(error)}`);
    }
  }
  return started;
}

/** True when something would be started: cheap, and needs no privilege. */
export function hasLost(parts: Parts): boolean {
  return parts.catalog.records
    .all()
    .some((record) => isLost(parts, record) && wantsToRun(record, parts.catalog.state(record)));
}

/** The state's file is made anew with each boot. */
function isLost({ catalog, store }: Parts, { id, restartPolicy }: ContainerRecord): boolean {
  if (!restartPolicy || restartPolicy.name === 'no') return false;
  return catalog.stateLine(id) !== 'exited' && existsSync(join(store.containers, id, 'log'));
}

/** moby, restartmanager: what a daemon that comes up asks of each container that has been started before. */
function wantsToRun({ restartPolicy }: ContainerRecord, state: ContainerState): boolean {
  if (state.status !== 'exited') return false;
  switch (restartPolicy?.name) {
    case 'always':
      return true;
    case 'unless-stopped':
      return !state.stopped;
    case 'on-failure':
      return (
        state.exitCode !== 0 &&
        !state.stopped &&
        (restartPolicy.maximumRetryCount === 0 || state.restartCount < restartPolicy.maximumRetryCount)
      );
    default:
      return false;
  }
}
