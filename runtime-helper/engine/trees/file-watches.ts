import { posix } from 'node:path';
import type { Log } from '../../lib/operation.ts';
import type { Parts } from '../containers/parts.ts';
import type { FileEvent, FileWatcher } from '../types.ts';
import { watchStore } from '../watch.ts';
import { openTreeSocket } from './open.ts';
import { WatchSession } from './watch-session.ts';

type Tell = (id: string, events: FileEvent[]) => void;
/** `life`: of the container, which ends the session with its own end. */
type Watched = { life: string; session: WatchSession; keys: Map<string, number> };

/** One thing that a person does is several events. */
const settleMs = 100;
/** Of more at once the folders are told. */
const mostPaths = 100;

/** Watches folders of running containers: the kernel's inotify, in a process of the native program for each container that is watched. */
export class FileWatches implements FileWatcher {
  readonly #parts: Parts;
  readonly #tell: Tell;
  readonly #log: Log;
  readonly #wanted = new Map<string, ReadonlySet<string>>();
  readonly #watched = new Map<string, Watched>();
  /** One after the other for each container. */
  readonly #queues = new Map<string, Promise<void>>();
  readonly #events = new Map<string, Map<string, FileEvent['kind']>>();
  #timer: NodeJS.Timeout | undefined;
  #stopFollowing: (() => void) | undefined;
  #keys = 0;

  constructor(parts: Parts, tell: Tell, log: Log) {
    this.#parts = parts;
    this.#tell = tell;
    this.#log = log;
  }

  watch(id: string, folders: readonly string[]): void {
    if (folders.length > 0) this.#wanted.set(id, new Set(folders.map((folder) => posix.normalize(folder))));
    else this.#wanted.delete(id);
    this.#follow();
    this.#sync(id);
  }

  async close(): Promise<void> {
    const ids = [...this.#watched.keys()];
    this.#wanted.clear();
    this.#follow();
    clearTimeout(this.#timer);
    for (const id of ids) this.#sync(id);
    await Promise.all(this.#queues.values());
  }

  /** Containers that start and end are those whose state is written. */
  #follow(): void {
    if (this.#wanted.size === 0) {
      this.#stopFollowing?.();
      this.#stopFollowing = undefined;
      return;
    }
    this.#stopFollowing ??= watchStore(
      this.#parts.store,
      ({ containers }) => {
        if (containers) for (const id of this.#wanted.keys()) this.#sync(id);
      },
      this.#log,
    );
  }

  #sync(id: string): void {
    const work = async (): Promise<void> => {
      try {
        await this.#bring(id);
      } catch (error) {
        this.#log('debug', `watching files of ${id.slice(0, 12)}: ${String(error)}`);
      }
    };
    const queue = (this.#queues.get(id) ?? Promise.resolve()).then(work);
    this.#queues.set(id, queue);
    void queue.then(() => {
      if (this.#queues.get(id) === queue) this.#queues.delete(id);
    });
  }

  /** Makes what is watched what is wanted. */
  async #bring(id: string): Promise<void> {
    const wanted = this.#wanted.get(id) ?? new Set<string>();
    const life = wanted.size > 0 ? this.#lifeOf(id) : undefined;
    const known = this.#watched.get(id);
    if (known && (known.life !== life || !known.session.isOpen)) {
      this.#watched.delete(id);
      await known.session.close();
    }
    if (life === undefined) return;
    const watched = this.#watched.get(id) ?? (await this.#open(id, life));
    for (const [folder, key] of watched.keys)
      if (!wanted.has(folder)) {
        watched.keys.delete(folder);
        await watched.session.unwatch(key);
      }
    for (const folder of wanted) if (!watched.keys.has(folder)) await this.#add(watched, folder);
  }

  async #open(id: string, life: string): Promise<Watched> {
    const record = this.#parts.catalog.record(id);
    const keys = new Map<string, number>();
    const connection = await openTreeSocket(this.#parts, record, { view: 'mounted' });
    const session = new WatchSession(connection, record.name, (key, kind, name) => {
      const folder = [...keys].find(([, one]) => one === key)?.[0];
      if (folder !== undefined) this.#note(id, kind, name === '' ? folder : posix.join(folder, name));
    });
    const watched = { life, session, keys };
    this.#watched.set(id, watched);
    return watched;
  }

  /** What is no folder, or not there, has nothing to be told of. */
  async #add({ session, keys }: Watched, folder: string): Promise<void> {
    const key = ++this.#keys;
    keys.set(folder, key);
    try {
      await session.watch(key, folder);
    } catch (error) {
      keys.delete(folder);
      this.#log('debug', `${folder} is not watched: ${String(error)}`);
    }
  }

  /** Undefined: it does not run, or is gone. */
  #lifeOf(id: string): string | undefined {
    const { catalog } = this.#parts;
    const record = catalog.records.all().find((one) => one.id === id);
    const state = record && catalog.state(record);
    return state?.status === 'running' || state?.status === 'paused' ? state.startedAt : undefined;
  }

  #note(id: string, kind: FileEvent['kind'], path: string): void {
    const events = this.#events.get(id) ?? new Map<string, FileEvent['kind']>();
    this.#events.set(id, events);
    // What was made and then written to is new all the same.
    events.set(path, kind === 'changed' && events.get(path) === 'created' ? 'created' : kind);
    this.#timer ??= setTimeout(() => this.#flush(), settleMs);
  }

  #flush(): void {
    this.#timer = undefined;
    for (const [id, events] of this.#events) this.#tell(id, summed(events));
    this.#events.clear();
  }
}

function summed(events: ReadonlyMap<string, FileEvent['kind']>): FileEvent[] {
  if (events.size <= mostPaths) return [...events].map(([path, kind]) => ({ kind, path }));
  const folders = new Set([...events.keys()].map((path) => posix.dirname(path)));
  return [...folders].map((path) => ({ kind: 'changed', path }));
}
