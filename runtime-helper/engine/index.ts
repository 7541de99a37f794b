import { dirname, join } from 'node:path';
import { arch, release } from 'node:os';
import type { Log } from '../lib/operation.ts';
import { machineFacts } from '../sys/machine-facts.ts';
import { installedRuntimes, ownRuntime } from '../sys/oci-runtime.ts';
import { Catalog } from './containers/catalog.ts';
import { containerOperations } from './containers/operations.ts';
import type { Parts } from './containers/parts.ts';
import { doctorOperations } from './doctor/operations.ts';
import { Housekeeping } from './housekeeping.ts';
import { imageOperations } from './images/operations.ts';
import { ImageService } from './images/service.ts';
import { readEvents } from './events.ts';
import { Journal } from './journal.ts';
import { ContainerNetworks } from './networks/container-networks.ts';
import { networkOperations } from './networks/operations.ts';
import { Privileges } from './privileges.ts';
import { defaultRoots, openStore } from './store.ts';
import type { Elevation, Engine, Info } from './types.ts';
import { FileSessions } from './trees/file-sessions.ts';
import { FileWatches } from './trees/file-watches.ts';
import { fileOperations } from './trees/files.ts';
import { treeOperations } from './trees/operations.ts';
import { volumeOperations } from './volumes/operations.ts';
import { Volumes } from './volumes/volumes.ts';
import { watchStore } from './watch.ts';

/** How a door reaches a monitor's socket. */
export { connectMonitor } from '../sys/connect.ts';
export { defaultRoots } from './store.ts';
export { isPredefined } from '../network/record.ts';
export { healthcheckConfig } from '../oci/healthcheck.ts';
/** Whether a container could not be made because its image is not here. */
export { isMissingImage } from './images/find.ts';
export type * from './types.ts';

export type EngineOptions = {
  /** Absent: the user's default store. */
  root?: string;
  runRoot?: string;
  elevation: Elevation;
  log: Log;
  /** The native program; absent: bin/skiff beside the running script. */
  binary?: string;
  /** OCI runtime of containers that name none; absent or empty: our own. */
  runtime?: string;
};

/** Opens a store. Nothing privileged is started before something needs it. */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  const { log, elevation } = options;
  const defaults = defaultRoots();
  const store = openStore({ root: options.root ?? defaults.root, runRoot: options.runRoot ?? defaults.runRoot });
  const binary = options.binary ?? join(dirname(process.argv[1] ?? ''), 'bin/skiff');
  const privileges = new Privileges({
    store,
    binary,
    elevation,
    log,
    onStart: (spawner) => housekeeping.privileged(spawner),
  });
  const networks = new ContainerNetworks(store);
  const catalog = new Catalog({ store, networks, onLost: () => housekeeping.releaseLost() });
  const journal = new Journal(store, log);
  const images = new ImageService({
    store,
    spawner: () => privileges.spawner(),
    containers: () => catalog.records.all(),
    journal,
  });
  const volumes = new Volumes({
    store,
    spawner: () => privileges.spawner(),
    containers: () => catalog.records.all(),
    journal,
  });
  const { runtime = '' } = options;
  const parts: Parts = { store, images, privileges, networks, catalog, journal, volumes, runtime };
  const housekeeping = new Housekeeping(parts, log);
  const files = new FileSessions(parts);
  return {
    info: () => infoOf(parts),
    machine: machineFacts,
    ...containerOperations(parts),
    ...doctorOperations(parts),
    ...volumeOperations(volumes),
    ...treeOperations(parts),
    ...fileOperations(parts, files),
    watchFiles: (listener) => new FileWatches(parts, listener, log),
    ...networkOperations(parts),
    ...imageOperations(images),
    events: (range, operation) => readEvents(join(store.root, 'events'), range, operation),
    watch: (listener) => watchStore(store, listener, log),
    privilege: () => privileges.state,
    requirePrivilege: async () => void (await privileges.spawner()),
    retryPrivilege: () => privileges.retry(),
    close: async () => {
      housekeeping.close();
      await files.close();
      return privileges.close();
    },
  };
}

function infoOf({ catalog, images, privileges, runtime, store }: Parts): Info {
  const all = catalog.list({ all: true });
  return {
    root: store.root,
    runRoot: store.runRoot,
    storeId: store.id,
    kernel: release(),
    architecture: arch(),
    containers: all.length,
    running: all.filter(({ state }) => state.status === 'running').length,
    paused: all.filter(({ state }) => state.status === 'paused').length,
    images: images.list().length,
    runtimes: installedRuntimes(),
    defaultRuntime: runtime || ownRuntime,
    privilege: privileges.state,
  };
}
