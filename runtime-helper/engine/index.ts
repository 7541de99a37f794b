import { dirname, join } from 'node:path';
import { arch, release } from 'node:os';
import type { Log } from '../lib/operation.ts';
import { machineFacts } from '../sys/machine-facts.ts';
import { installedRuntimes, ownRuntime } from '../sys/oci-runtime.ts';
import type { Spawner } from '../sys/spawner.ts';
import { Catalog } from './containers/catalog.ts';
import { containerOperations } from './containers/operations.ts';
import type { Parts } from './containers/parts.ts';
import { hasLost, restoreContainers } from './containers/restore.ts';
import { sweep } from './containers/sweep.ts';
import { ownersOf } from './networks/owners.ts';
import { doctorOperations } from './doctor/operations.ts';
import { checkLogin, login, logout } from './images/login.ts';
import { remoteTags } from './images/remote-tags.ts';
import { repositoryOf } from './images/tag.ts';
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
/** Whether a container could not be made because its image is not here. */
export { isPredefined } from '../network/record.ts';
export { healthcheckConfig } from '../oci/healthcheck.ts';
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
  const privileges = new Privileges({ store, binary, elevation, log, onStart: (spawner) => sweepLater(spawner) });
  const networks = new ContainerNetworks(store);
  const catalog = new Catalog({ store, networks, onLost: () => releaseLost() });
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

  const files = new FileSessions(parts);

  let releasing = false;
  /** Nobody is asked for a password only because he looks. */
  const releaseLost = (): void => {
    const mayStart = process.getuid?.() === 0 || privileges.state.status === 'granted';
    if (releasing || !mayStart) return;
    releasing = true;
    privileges
      .spawner()
      .then((spawner) => networks.releaseDead(ownersOf(parts, spawner)))
      .catch((error: unknown) => log('warn', `giving back addresses: ${String(error)}`))
      .finally(() => (releasing = false));
  };

  let sweeping: NodeJS.Timeout | undefined;
  /** Not in the way of what the user waits for. */
  const sweepLater = (spawner: Spawner): void => {
    clearTimeout(sweeping);
    sweeping = setTimeout(() => {
      void sweep(parts, spawner, log);
      void images.sweep(log);
    }, 2000).unref();
    setImmediate(restore);
  };

  /** Once, when the privilege to do it is there. */
  const restore = once(
    async (): Promise<void> => {
      if (!hasLost(parts)) return;
      await restoreContainers(parts, { signal: new AbortController().signal, log, report: () => {} });
    },
    (error) => log('warn', `starting containers again: ${String(error)}`),
  );
  if (process.getuid?.() === 0) setImmediate(restore);

  const info = (): Info => {
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
  };

  return {
    info,
    machine: machineFacts,
    ...containerOperations(parts),
    ...doctorOperations(parts),
    ...volumeOperations(volumes),
    ...treeOperations(parts),
    ...fileOperations(parts, files),
    watchFiles: (listener) => new FileWatches(parts, listener, log),
    ...networkOperations(parts),
    listImages: () => images.list(),
    layerUsage: () => images.layerUsage(),
    importImage: (source, how, operation) => images.import(source, how, operation),
    pullImage: (reference, how, operation) => images.pull(reference, how, operation),
    pushImage: (reference, how, operation) => images.push(reference, how, operation),
    repositoryName: repositoryOf,
    tagImage: (source, target) => images.tag(source, target),
    inspectImage: (reference, how = {}) => images.inspect(reference, how),
    imageHistory: (reference, how = {}) => images.history(reference, how),
    pruneImages: (how, operation) => images.prune(how, operation),
    remoteTags,
    checkLogin,
    login,
    logout,
    saveImages: (references, how, operation) => images.save(references, how, operation),
    loadImages: (source, how, operation) => images.load(source, how, operation),
    removeImage: (reference, how) => images.remove(reference, how),
    events: (range, operation) => readEvents(join(store.root, 'events'), range, operation),
    watch: (listener) => watchStore(store, listener, log),
    privilege: () => privileges.state,
    requirePrivilege: async () => void (await privileges.spawner()),
    retryPrivilege: () => privileges.retry(),
    close: async () => {
      clearTimeout(sweeping);
      await files.close();
      return privileges.close();
    },
  };
}

function once(act: () => Promise<void>, failed: (error: unknown) => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    act().catch(failed);
  };
}
