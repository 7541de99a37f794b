import { appendFileSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ContainerRecord } from '../container/record.ts';
import type { Log } from '../lib/operation.ts';
import type { Store } from './store.ts';

/** Something that happened in a store. `attributes` of containers have `image`, `name` and the labels. */
export type StoreEvent = {
  /** ISO 8601, UTC, with nanoseconds. */
  time: string;
  type: 'container' | 'image' | 'network' | 'volume';
  action: string;
  /** Full id of a container; an image's id or name, a network's or a volume's name. */
  id: string;
  attributes: Record<string, string>;
};

/** What a journal may grow to before it is put aside; one older one is kept. */
const maxBytes = 1024 * 1024;
/** A monitor writes a line of at most 4096 bytes. */
const maxAttributes = 3000;

/**
 * The store's journal, `<root>/events/0.log`: a line of JSON for each thing that happened, appended by who did it (helpers here,
 * monitors in the native program). It is told from, never decided by: losing it loses history only.
 */
export class Journal {
  readonly #path: string;
  readonly #older: string;
  readonly #log: Log;

  constructor(store: Store, log: Log) {
    this.#path = join(store.root, 'events/0.log');
    this.#older = join(store.root, 'events/1.log');
    this.#log = log;
  }

  /** Something was done with a container. */
  note(
    action: string,
    record: Pick<ContainerRecord, 'id' | EventNames>,
    attributes: Record<string, string> = {},
  ): void {
    this.append({
      type: 'container',
      action,
      id: record.id,
      attributes: { ...attributes, ...eventAttributes(record) },
    });
  }

  /** As Docker, which names nobody then. */
  notePrune(type: StoreEvent['type'], reclaimedBytes: number): void {
    this.append({ type, action: 'prune', id: '', attributes: { reclaimed: String(reclaimedBytes) } });
  }

  append(event: Omit<StoreEvent, 'time'>): void {
    try {
      if ((statSync(this.#path, { throwIfNoEntry: false })?.size ?? 0) > maxBytes) renameSync(this.#path, this.#older);
      // One write with O_APPEND: lines of several writers do not mix.
      appendFileSync(this.#path, `${JSON.stringify({ time: nanoseconds(), ...event })}\n`, { mode: 0o644 });
    } catch (error) {
      // What was done is done.
      this.#log('warn', `writing to the journal: ${String(error)}`);
    }
  }
}

type EventNames = 'name' | 'image' | 'labels';

/** As Docker's: image, name and labels; labels that are too many are left out. */
export function eventAttributes({ name, image, labels }: Pick<ContainerRecord, EventNames>): Record<string, string> {
  const all = { ...labels, image, name };
  return Buffer.byteLength(JSON.stringify(all)) > maxAttributes ? { image, name } : all;
}

/** The time now, as the native program writes it; Node's clock gives microseconds. */
function nanoseconds(): string {
  const now = performance.timeOrigin + performance.now();
  const fraction = Math.floor((now % 1000) * 1e6);
  return `${new Date(now).toISOString().slice(0, 19)}.${String(fraction).padStart(9, '0')}Z`;
}
