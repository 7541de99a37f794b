import { existsSync, readdirSync, renameSync, rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { syncDirectory, writeAtomic } from '../lib/atomic-file.ts';
import { SkiffError } from '../lib/errors.ts';
import { withFileLock } from '../lib/file-lock.ts';
import { ParsedFiles } from '../lib/parsed-files.ts';
import type { Subnet } from './address.ts';
import { DnsNames, makeReadable } from './dns-names.ts';
import { hostSubnets } from './host-routes.ts';
import { Leases } from './leases.ts';
import { planNetwork, type NetworkRequest } from './plan-network.ts';
import { defaultNetwork, isPredefined, subnetsOf, type NetworkRecord } from './record.ts';
import { phrase } from '../lib/phrase.ts';
import { temporaryPath } from '../lib/temporary-file.ts';

/** The networks of a store: `networks/<name>/` with network.json, leases and names. Keeps nothing but caches of what is on disk. */
export class NetworkStore {
  readonly #folder: string;
  readonly #storeId: string;
  readonly #hostSubnets: () => Subnet[];
  readonly #files = new ParsedFiles(parseRecord);

  constructor(folder: string, storeId: string, host: () => Subnet[] = hostSubnets) {
    this.#folder = folder;
    this.#storeId = storeId;
    this.#hostSubnets = host;
  }

  /** By name. The default network only once it has been used. */
  all(): NetworkRecord[] {
    const names = readdirSync(this.#folder).filter((name) => !name.startsWith('.'));
    return names.flatMap((name) => this.read(name) ?? []).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  read(name: string): NetworkRecord | undefined {
    return this.#files.read(this.#path(name, 'network.json'));
  }

  /** By name, id, or a prefix of an id that only one network has. */
  find(reference: string): NetworkRecord {
    const all = this.all();
    const exact = all.find(({ name }) => name === reference) ?? all.find(({ id }) => id === reference);
    if (exact) return exact;
    const matching = /^[0-9a-f]+$/.test(reference) ? all.filter(({ id }) => id.startsWith(reference)) : [];
    if (matching.length > 1)
      throw new SkiffError(
        'conflict',
        phrase('network {0} is ambiguous ({1} matches found on ID prefix)', reference, matching.length),
      );
    if (!matching[0]) throw new SkiffError('not-found', phrase('network {0} not found', reference));
    return matching[0];
  }

  /** The store's default network; made when it is not there yet. */
  async default(): Promise<NetworkRecord> {
    return (
      this.read(defaultNetwork) ??
      this.#locked(() => this.read(defaultNetwork) ?? this.#make({ ...noRequest, name: defaultNetwork }))
    );
  }

  create(request: NetworkRequest): Promise<NetworkRecord> {
    assertName(request.name);
    return this.#locked(() => {
      this.#assertNew(request.name);
      return this.#make(request);
    });
  }

  /** Throws what `create` would. */
  check(request: NetworkRequest): void {
    assertName(request.name);
    this.#assertNew(request.name);
    this.#plan(request);
  }

  /** Its bridge is down, and nobody is connected. */
  remove(name: string): void {
    const aside = temporaryPath(`${this.#folder}/`);
    renameSync(this.#path(name), aside);
    rmSync(aside, { recursive: true, force: true });
  }

  leases(name: string): Leases {
    return new Leases(this.#path(name, 'leases'));
  }

  names(name: string): DnsNames {
    return new DnsNames(this.#path(name, 'names'));
  }

  /** Who is connected has changed: the time of a folder that is watched is what others see of it. */
  announce(name: string): void {
    const now = new Date();
    if (existsSync(this.#path(name))) utimesSync(this.#path(name), now, now);
  }

  #path(...parts: string[]): string {
    return join(this.#folder, ...parts);
  }

  /** Of several that choose a subnet, each must see what the others chose. */
  #locked<T>(work: () => T): Promise<T> {
    return withFileLock(this.#path('.lock'), work);
  }

  #assertNew(name: string): void {
    if (existsSync(this.#path(name)))
      throw new SkiffError('conflict', phrase('network with name {0} already exists', name));
  }

  #plan(request: NetworkRequest): NetworkRecord {
    return planNetwork(request, {
      storeId: this.#storeId,
      others: this.all().map((other) => ({ name: other.name, bridge: other.bridge, subnets: subnetsOf(other) })),
      host: this.#hostSubnets(),
    });
  }

  #make(request: NetworkRequest): NetworkRecord {
    const record = this.#plan(request);
    const scratch = temporaryPath(`${this.#folder}/`);
    for (const part of ['', 'leases', 'names']) makeReadable(join(scratch, part));
    writeAtomic(join(scratch, 'network.json'), JSON.stringify(record), { durable: true });
    // What an older version, or one that died, left under the name.
    rmSync(this.#path(record.name), { recursive: true, force: true });
    renameSync(scratch, this.#path(record.name));
    syncDirectory(this.#folder);
    return record;
  }
}

const noRequest = { subnets: [], gateways: [], ranges: [], internal: false, ipv6: false, labels: {}, options: {} };

function assertName(name: string): void {
  if (!/^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,127}$/.test(name))
    throw new SkiffError('invalid-argument', phrase('invalid network name: {0}', name), {
      hint: phrase('Letters, digits and _ . - are allowed; the first one is a letter or a digit.'),
    });
  if (isPredefined(name) || name === 'default')
    throw new SkiffError('permission-denied', phrase('operation is not permitted on predefined {0} network', name));
}

function parseRecord(text: string): NetworkRecord | undefined {
  try {
    const record = JSON.parse(text) as NetworkRecord;
    return record.version === 1 && (record.ipv4 as unknown) !== undefined ? record : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
