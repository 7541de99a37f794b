import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { checkVolumeName, VolumeRecords, type VolumeRecord } from '../../container/volume-records.ts';
import type { ContainerRecord } from '../../container/record.ts';
import { SkiffError } from '../../lib/errors.ts';
import type { Spawner } from '../../sys/spawner.ts';
import type { Store } from '../store.ts';
import type { Journal } from '../journal.ts';
import type { PrunedVolumes, PruneVolumesOptions, Volume } from '../types.ts';
import { phrase } from '../../lib/phrase.ts';

/** Docker's mark of a volume that nobody named. */
const anonymousLabel = 'com.docker.volume.anonymous';

/** The native program answers for so many at once. */
const batch = 128;

type Parts = { store: Store; spawner: () => Promise<Spawner>; containers: () => ContainerRecord[]; journal: Journal };

/** Volumes by name. Which containers have one is what their records say. */
export class Volumes {
  readonly #store: Store;
  readonly #records: VolumeRecords;
  readonly #spawner: Parts['spawner'];
  readonly #containers: Parts['containers'];
  readonly #journal: Journal;

  constructor({ store, spawner, containers, journal }: Parts) {
    this.#store = store;
    this.#records = new VolumeRecords(store.volumes);
    this.#spawner = spawner;
    this.#containers = containers;
    this.#journal = journal;
  }

  async create({ name, labels }: { name?: string; labels: Record<string, string> }): Promise<Volume> {
    const record =
      name === undefined ? this.register(newName(), { ...labels, [anonymousLabel]: '' }) : this.register(name, labels);
    const spawner = await this.#spawner();
    await spawner.request(['volume-make', record.name]);
    return this.#view(record, this.#users());
  }

  /** Makes the record alone: the data comes with the first container. One that exists is kept as it is. */
  register(name: string, labels: Record<string, string>): VolumeRecord {
    checkVolumeName(name);
    const known = this.#records.read(name);
    if (known) return known;
    const record: VolumeRecord = { version: 1, name, createdAt: new Date().toISOString(), labels };
    this.#records.write(record);
    this.#note('create', name);
    return record;
  }

  registerAnonymous(): VolumeRecord {
    return this.register(newName(), { [anonymousLabel]: '' });
  }

  /** Records of volumes that no container has ever had. */
  forget(names: readonly string[]): void {
    for (const name of names) {
      this.#records.remove(name);
      this.#note('destroy', name);
    }
  }

  list(): Volume[] {
    const users = this.#users();
    return this.#records.all().map((record) => this.#view(record, users));
  }

  find(name: string): Volume {
    const record = this.#records.read(name);
    if (!record) throw new SkiffError('not-found', phrase('get {0}: no such volume', name));
    return this.#view(record, this.#users());
  }

  async sizes(names: readonly string[]): Promise<Map<string, number>> {
    const spawner = await this.#spawner();
    const sizes = new Map<string, number>();
    for (let at = 0; at < names.length; at += batch) {
      const some = names.slice(at, at + batch);
      const answers = await spawner.request(['disk-usage', ...some.map((name) => `volumes/${name}`)]);
      some.forEach((name, index) => sizes.set(name, Number(answers[index] ?? 0)));
    }
    return sizes;
  }

  async remove(name: string): Promise<void> {
    const { users } = this.find(name);
    if (users.length > 0)
      throw new SkiffError('conflict', phrase('remove {0}: volume is in use - [{1}]', name, users.join(', ')));
    await this.#drop(name);
  }

  async prune({ all, matches }: PruneVolumesOptions): Promise<PrunedVolumes> {
    const unused = this.list().filter((volume) => volume.users.length === 0 && (all || volume.anonymous));
    const chosen = matches ? unused.filter(matches) : unused;
    const removed = chosen.map(({ name }) => name);
    const sizes = await this.sizes(removed);
    for (const name of removed) await this.#drop(name);
    const reclaimedBytes = removed.reduce((sum, name) => sum + (sizes.get(name) ?? 0), 0);
    this.#journal.notePrune('volume', reclaimedBytes);
    return { removed, reclaimedBytes };
  }

  /** Those of a container that was removed, unless another one has them too (--volumes-from). */
  async dropAnonymous(names: readonly string[]): Promise<void> {
    const users = this.#users();
    for (const name of names) if (!users.has(name)) await this.#drop(name);
  }

  async #drop(name: string): Promise<void> {
    const spawner = await this.#spawner();
    await spawner.request(['volume-remove', name]);
    this.#note('destroy', name);
  }

  #note(action: string, name: string): void {
    this.#journal.append({ type: 'volume', action, id: name, attributes: { driver: 'local' } });
  }

  #users(): Map<string, string[]> {
    const users = new Map<string, string[]>();
    for (const { id, mounts = [] } of this.#containers())
      for (const mount of mounts)
        if (mount.type === 'volume') users.set(mount.name, [...(users.get(mount.name) ?? []), id]);
    return users;
  }

  #view({ name, createdAt, labels }: VolumeRecord, users: Map<string, string[]>): Volume {
    const mountpoint = join(this.#store.volumes, name, '_data');
    const anonymous = anonymousLabel in labels;
    return { name, createdAt, labels, mountpoint, anonymous, users: users.get(name) ?? [] };
  }
}

function newName(): string {
  return randomBytes(32).toString('hex');
}
