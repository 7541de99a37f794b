import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NameClaims } from '../../container/names.ts';
import { RecordCache, type ContainerRecord } from '../../container/record.ts';
import { isActive, StateReader, type ActiveState, type ContainerState } from '../../container/state.ts';
import { SkiffError } from '../../lib/errors.ts';
import type { ContainerNetworks } from '../networks/container-networks.ts';
import type { Store } from '../store.ts';
import type { Container } from '../types.ts';
import { portsOf } from '../networks/ports.ts';
import { toContainer } from './view.ts';
import { phrase } from '../../lib/phrase.ts';

/** Of each container by the name of the network. */
type Addresses = Map<string, Map<string, string[]>>;

/** Which containers there are, under which names, and in which states. Keeps nothing but caches of what is on disk. */
export class Catalog {
  readonly records: RecordCache;
  readonly names: NameClaims;
  readonly #store: Store;
  readonly #networks: ContainerNetworks;

  /** Called when somebody is seen to hold an address who does not live: his monitor was killed. */
  readonly #onLost: () => void;

  constructor(parts: { store: Store; networks: ContainerNetworks; onLost?: () => void }) {
    this.#onLost = parts.onLost ?? (() => {});
    this.#store = parts.store;
    this.#networks = parts.networks;
    this.records = new RecordCache(parts.store.containers);
    this.names = new NameClaims(parts.store);
  }

  list({ all }: { all: boolean }): Container[] {
    const states = this.states();
    const addresses = this.#networks.addresses();
    const containers = this.records.all().map((record) => this.#view(record, states, addresses));
    if (containers.some(({ id, state }) => addresses.has(id) && !isActive(state))) this.#onLost();
    return all ? containers : containers.filter(({ state }) => isActive(state));
  }

  find(reference: string): Container {
    return this.#view(this.record(reference), this.states(), this.#networks.addresses());
  }

  /** By full id, name, or a prefix of an id that only one container has. */
  record(reference: string): ContainerRecord {
    const exact = this.#owned(reference);
    if (exact) return exact;
    const ids = /^[0-9a-f]+$/.test(reference) ? this.records.ids().filter((id) => id.startsWith(reference)) : [];
    if (ids.length > 1)
      throw new SkiffError('conflict', phrase('multiple IDs found with provided prefix: {0}', reference));
    const record = ids[0] === undefined ? undefined : this.records.read(ids[0]);
    if (!record) throw new SkiffError('not-found', phrase('no such container: {0}', reference));
    return record;
  }

  folder(id: string): string {
    return join(this.#store.containers, id);
  }

  socket(id: string): string {
    return join(this.#store.run, 'containers', id, 'attach.sock');
  }

  states(): StateReader {
    return new StateReader(this.#store);
  }

  /** The first word of what the monitor has said last in this boot; absent: nothing. */
  stateLine(id: string): string | undefined {
    const path = join(this.#store.run, 'state', id);
    return existsSync(path) ? readFileSync(path, 'utf8').trim().split(' ')[0] : undefined;
  }

  state(record: ContainerRecord): ContainerState {
    return this.states().read(record);
  }

  /** Absent: it has no monitor. */
  active(record: ContainerRecord): ActiveState | undefined {
    const state = this.state(record);
    return isActive(state) ? state : undefined;
  }

  /** Throws conflict, in Docker's words, unless PID 1 runs or is paused. */
  assertRunning(record: ContainerRecord): Extract<ContainerState, { pid: number }> {
    const state = this.state(record);
    if (state.status === 'running' || state.status === 'paused') return state;
    if (state.status !== 'restarting')
      throw new SkiffError('conflict', phrase('container {0} is not running', record.id));
    throw new SkiffError(
      'conflict',
      phrase('container {0} is restarting, wait until the container is running', record.id),
    );
  }

  #owned(reference: string): ContainerRecord | undefined {
    const byId = /^[0-9a-f]{64}$/.test(reference) ? this.records.read(reference) : undefined;
    const owner = byId ? undefined : this.names.owner(reference.replace(/^\//, ''));
    return byId ?? (owner === undefined ? undefined : this.records.read(owner));
  }

  #view(record: ContainerRecord, states: StateReader, addresses: Addresses): Container {
    const state = states.read(record);
    return toContainer(record, state, {
      endpoints: this.#networks.endpoints(record, isActive(state) ? addresses.get(record.id) : undefined),
      ports: portsOf(record, isActive(state) ? this.#store.run : undefined),
    });
  }
}
