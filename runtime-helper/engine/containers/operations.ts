import type { ContainerOperations } from '../types.ts';
import { attachContainer } from './attach.ts';
import { containerConfig } from './config.ts';
import { createContainer } from './create.ts';
import { enterContainer } from './enter.ts';
import { execInContainer } from './exec.ts';
import { containerLogs } from './logs.ts';
import type { Parts } from './parts.ts';
import { pauseContainer, unpauseContainer } from './pause.ts';
import { pruneContainers } from './prune.ts';
import { removeContainer } from './remove.ts';
import { renameContainer } from './rename.ts';
import { restartContainer } from './restart.ts';
import { restoreContainers } from './restore.ts';
import { containerSizes } from './sizes.ts';
import { startContainer } from './start.ts';
import { sampleContainer } from './stats.ts';
import { killContainer, stopContainer, vainGrace } from './stop.ts';
import { topContainer } from './top.ts';
import { updateContainer } from './update.ts';
import { waitContainer } from './wait.ts';

/** The use cases of containers: one file each. */
export function containerOperations(parts: Parts): ContainerOperations {
  const { catalog } = parts;
  return {
    listContainers: (what) => catalog.list(what),
    findContainer: (reference) => catalog.find(reference),
    createContainer: (what, operation) => createContainer(parts, what, operation),
    startContainer: (id, how, operation) => startContainer(parts, id, how, operation),
    attachContainer: (id, session) => attachContainer(parts, id, session),
    exec: (id, what) => execInContainer(parts, id, what),
    enterContainer: (id, what) => enterContainer(parts, id, what),
    stopContainer: (id, how, operation) => stopContainer(parts, id, how, operation),
    vainGrace: (id) => vainGrace(parts, id),
    restartContainer: (id, how, operation) => restartContainer(parts, id, how, operation),
    pauseContainer: (id) => pauseContainer(parts, id),
    unpauseContainer: (id) => unpauseContainer(parts, id),
    renameContainer: (id, name) => renameContainer(parts, id, name),
    updateContainer: (id, changes, operation) => updateContainer(parts, id, changes, operation),
    killContainer: (id, signal) => killContainer(parts, id, signal),
    waitContainer: (id, operation, condition) => waitContainer(parts, id, operation, condition),
    removeContainer: (id, how) => removeContainer(parts, id, how),
    containerConfig: (id) => containerConfig(parts, id),
    containerSizes: (ids) => containerSizes(parts, ids),
    pruneContainers: (matches) => pruneContainers(parts, matches),
    restoreContainers: (operation) => restoreContainers(parts, operation),
    topContainer: (id, options) => topContainer(parts, id, options),
    sampleContainer: (id) => sampleContainer(parts, id),
    logs: (id, how, operation) => containerLogs(parts, id, how, operation),
  };
}
