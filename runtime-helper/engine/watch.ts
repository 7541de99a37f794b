import { watch, type FSWatcher } from 'node:fs';
import { join } from 'node:path';
import type { Log } from '../lib/operation.ts';
import type { Store } from './store.ts';
import type { Changes } from './types.ts';

/** One change is several events: a record's temporary name, its rename, the state's. */
const settleMs = 30;

/** Tells of changes in a store, whoever made them: the kernel's inotify on the folders that every change touches. */
export function watchStore(store: Store, listener: (changes: Changes) => void, log: Log): () => void {
  let pending = nothing();
  let timer: NodeJS.Timeout | undefined;
  const note = (kind: keyof Changes): void => {
    pending[kind] = true;
    timer ??= setTimeout(() => {
      const changes = pending;
      pending = nothing();
      timer = undefined;
      listener(changes);
    }, settleMs);
  };
  const watchers: FSWatcher[] = [];
  const follow = (path: string, kind: keyof Changes): void => {
    const watcher = watch(path, (_event, name) => {
      if (kind === 'images' || name !== null) note(kind);
    });
    watcher.on('error', (error) => log('warn', `watching ${path}: ${error.message}`));
    watchers.push(watcher);
  };
  follow(store.containers, 'containers');
  follow(join(store.run, 'state'), 'containers');
  follow(store.names, 'containers');
  follow(join(store.root, 'images'), 'images');
  follow(store.networks, 'networks');
  follow(store.volumes, 'volumes');
  return () => {
    clearTimeout(timer);
    for (const watcher of watchers) watcher.close();
  };
}

const nothing = (): Changes => ({ containers: false, images: false, networks: false, volumes: false });
