import { dirname, join } from 'node:path';
import { arch, release } from 'node:os';
import type { Log, Operation } from '../lib/operation.ts';
import type { Spawner } from '../sys/spawner.ts';
import { Containers } from './containers.ts';
import { ImageService } from './images/service.ts';
import { Lifecycle } from './lifecycle.ts';
import { Privileges } from './privileges.ts';
import { defaultRoots, openStore } from './store.ts';
import type { Elevation, Engine, Info } from './types.ts';
import { sweep } from './sweep.ts';
import { watchStore } from './watch.ts';

export { defaultRoots } from './store.ts';
export type * from './types.ts';

export type EngineOptions = {
  /** Absent: the user's default store. */
  root?: string;
  runRoot?: string;
  elevation: Elevation;
  log: Log;
  /** The native program; absent: bin/skiff beside the running script. */
  binary?: string;
};

/** Opens a store. Nothing privileged is started before something needs it. */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  const { log, elevation } = options;
  const defaults = defaultRoots();
  const store = openStore({ root: options.root ?? defaults.root, runRoot: options.runRoot ?? defaults.runRoot });
  const binary = options.binary ?? join(dirname(process.argv[1] ?? ''), 'bin/skiff');
  const privileges = new Privileges({ store, binary, elevation, log, onStart: (spawner) => sweepLater(spawner) });
  const images = new ImageService({
    store,
    spawner: () => privileges.spawner(),
    users: (imageId) => containers.records.all().filter((record) => record.imageId === imageId),
  });
  const containers: Containers = new Containers({ store, images, privileges });
  const lifecycle = new Lifecycle({ store, containers, privileges });

  /** Not in the way of what the user waits for. */
  const sweepLater = (spawner: Spawner): void => {
    setTimeout(() => void sweep(containers, spawner, log), 2000).unref();
  };

  const info = (): Info => {
    const all = containers.list({ all: true });
    return {
      root: store.root,
      runRoot: store.runRoot,
      storeId: store.id,
      kernel: release(),
      architecture: arch(),
      containers: all.length,
      running: all.filter(({ state }) => state.status === 'running').length,
      images: images.list().length,
      privilege: privileges.state,
    };
  };

  return {
    info,
    listContainers: (what) => containers.list(what),
    findContainer: (reference) => containers.find(reference),
    createContainer: (what, operation) => containers.create(what, operation),
    startContainer: (id, how, operation) => containers.start(id, how, operation),
    attachContainer: (id) => lifecycle.attach(id),
    exec: (id, what) => lifecycle.exec(id, what),
    stopContainer: (id, how, operation) => lifecycle.stop(id, how, operation),
    killContainer: (id, signal) => lifecycle.kill(id, signal),
    waitContainer: (id, operation) => lifecycle.wait(id, operation),
    removeContainer: (id, how) => lifecycle.remove(id, how),
    logs: (id, how, operation: Operation) => lifecycle.logs(id, how, operation),
    listImages: () => images.list(),
    importImage: (source, how, operation) => images.import(source, how, operation),
    loadImages: (source, operation) => images.load(source, operation),
    removeImage: (reference, how) => images.remove(reference, how),
    watch: (listener) => watchStore(store, listener, log),
    retryPrivilege: () => privileges.retry(),
    close: () => privileges.close(),
  };
}
