import type { ContainerRecord } from '../../container/record.ts';
import { NativeFailure } from '../../sys/failure.ts';
import type { Parts } from '../containers/parts.ts';
import { openTree, type TreeView } from './open.ts';
import type { TreeSession } from './session.ts';

type How = { view: TreeView; writable: boolean };
type Kept = { tree: Promise<TreeSession>; queue: Promise<unknown>; timer: NodeJS.Timeout | undefined };

/** A container at rest that is written to can't start meanwhile: its start waits 2 s for us. */
const idleMs = { running: 5000, resting: 1000, locked: 150 };

/** Sessions that are kept for a moment: an editor asks for one file after the other, and opening a session starts a process. */
export class FileSessions {
  readonly #parts: Parts;
  readonly #kept = new Map<string, Kept>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** One request after the other in each session. */
  async use<T>(record: ContainerRecord, how: How, work: (tree: TreeSession) => Promise<T>): Promise<T> {
    try {
      return await this.#try(record, how, work);
    } catch (error) {
      // What the container's file system said stands; a session that has ended, as with its container, is opened anew.
      if (error instanceof NativeFailure || !isGone(error)) throw error;
      return this.#try(record, how, work);
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#kept.keys()].map((key) => this.#end(key)));
  }

  async #try<T>(record: ContainerRecord, how: How, work: (tree: TreeSession) => Promise<T>): Promise<T> {
    const state = this.#parts.catalog.state(record);
    const running = state.status === 'running' || state.status === 'paused';
    if (!running && how.writable) await this.#forgetResting(record);
    const key = `${record.id} ${how.view} ${how.writable ? 'w' : 'r'} ${running ? state.startedAt : 'rest'}`;
    const kept = this.#take(key, record, how);
    try {
      const tree = await kept.tree;
      const done = kept.queue.then(() => work(tree));
      kept.queue = done.catch(() => {});
      return await done;
    } catch (error) {
      if (isGone(error)) await this.#end(key);
      throw error;
    } finally {
      const idle = running ? idleMs.running : how.writable ? idleMs.locked : idleMs.resting;
      if (this.#kept.get(key) === kept) this.#endLater(key, kept, idle);
    }
  }

  #take(key: string, record: ContainerRecord, how: How): Kept {
    let kept = this.#kept.get(key);
    if (!kept) {
      kept = { tree: openTree(this.#parts, record, how), queue: Promise.resolve(), timer: undefined };
      this.#kept.set(key, kept);
      kept.tree.catch(() => this.#kept.delete(key));
    }
    clearTimeout(kept.timer);
    return kept;
  }

  #endLater(key: string, kept: Kept, idle: number): void {
    clearTimeout(kept.timer);
    kept.timer = setTimeout(() => void kept.queue.then(() => this.#end(key)), idle).unref();
  }

  /** What was mounted to be read does not see what is written. */
  async #forgetResting({ id }: ContainerRecord): Promise<void> {
    const keys = [...this.#kept.keys()].filter((key) => key.startsWith(id) && key.endsWith(' r rest'));
    await Promise.all(keys.map((key) => this.#end(key)));
  }

  async #end(key: string): Promise<void> {
    const kept = this.#kept.get(key);
    if (!kept) return;
    this.#kept.delete(key);
    clearTimeout(kept.timer);
    await kept.queue;
    await kept.tree.then((tree) => tree.close()).catch(() => {});
  }
}

function isGone(error: unknown): boolean {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return !(error instanceof NativeFailure) && (code === 'unavailable' || code === 'EPIPE' || code === 'ECONNRESET');
}
