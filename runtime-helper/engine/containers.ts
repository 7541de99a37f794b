import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runtimeConfig } from '../container/default-config.ts';
import { createDirectives, type StartPlan } from '../container/directives.ts';
import { NameClaims, newContainerId } from '../container/names.ts';
import { readConfig, RecordCache, writeContainer, type ContainerRecord } from '../container/record.ts';
import { StateReader } from '../container/state.ts';
import { SkiffError } from '../lib/errors.ts';
import type { Operation } from '../lib/operation.ts';
import { UndoStack } from '../lib/undo.ts';
import type { RuntimeConfig } from '../oci/runtime-config.ts';
import { hostView } from '../snapshot/host-image.ts';
import type { ImageService, ResolvedImage } from './images/service.ts';
import { ContainerNetworks } from './networks.ts';
import type { Privileges } from './privileges.ts';
import { startFailure } from './start-failure.ts';
import type { Store } from './store.ts';
import type { Container, CreateOptions, Starting, StartOptions } from './types.ts';

const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Makes, lists, starts and removes containers. Keeps nothing but caches of what is on disk. */
export class Containers {
  readonly records: RecordCache;
  readonly #store: Store;
  readonly #images: ImageService;
  readonly #privileges: Privileges;
  readonly #names: NameClaims;
  readonly #networks: ContainerNetworks;

  constructor(parts: { store: Store; images: ImageService; privileges: Privileges }) {
    this.#store = parts.store;
    this.#images = parts.images;
    this.#privileges = parts.privileges;
    this.records = new RecordCache(parts.store.containers);
    this.#names = new NameClaims(parts.store);
    this.#networks = new ContainerNetworks(parts.store);
  }

  list({ all }: { all: boolean }): Container[] {
    const states = this.states();
    const addresses = this.#networks.addresses();
    const containers = this.records.all().map((record) => this.#view(record, states, addresses));
    return all ? containers : containers.filter(({ state }) => state.status === 'running');
  }

  find(reference: string): Container {
    return this.#view(this.record(reference), this.states(), this.#networks.addresses());
  }

  /** By full id, name, or a prefix of an id that only one container has. */
  record(reference: string): ContainerRecord {
    const exact = this.#owned(reference);
    if (exact) return exact;
    const ids = /^[0-9a-f]+$/.test(reference) ? this.records.ids().filter((id) => id.startsWith(reference)) : [];
    if (ids.length > 1) throw new SkiffError('conflict', `multiple IDs found with provided prefix: ${reference}`);
    const record = ids[0] === undefined ? undefined : this.records.read(ids[0]);
    if (!record) throw new SkiffError('not-found', `no such container: ${reference}`);
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

  async create(options: CreateOptions, operation: Operation): Promise<Container> {
    const image = this.#images.resolve(options.image);
    const id = newContainerId();
    const { config, record } = planContainer(id, image, options, this.#store);
    operation.signal.throwIfAborted();
    const name = options.name === undefined ? this.#names.claimRandom(id) : options.name;
    if (options.name !== undefined) this.#names.claim(name, id);
    try {
      writeContainer(this.folder(id), { ...record, name }, config);
    } catch (error) {
      this.#names.release(name, id);
      throw error;
    }
    return toContainer({ ...record, name }, { status: 'created' }, undefined);
  }

  /** Resolves when the monitor's socket listens; `started` then tells whether PID 1 has been exec'ed. */
  async start(id: string, options: StartOptions, operation: Operation): Promise<Starting> {
    const record = this.record(id);
    const config = readConfig(this.folder(record.id));
    if (this.states().read(record).status === 'running') {
      throw new SkiffError('failed-precondition', `container ${record.name} is already running`);
    }
    const spawner = await this.#privileges.spawner();
    const undo = new UndoStack();
    const failed = async (error: unknown): Promise<never> => {
      await undo.unwind((second) => operation.log('warn', `after a failed start: ${String(second)}`));
      throw startFailure(error, config.process.args[0] ?? '');
    };
    try {
      const plan = await this.#prepare(record, config, options, undo);
      rmSync(join(this.folder(record.id), 'exit.json'), { force: true });
      const listening = Promise.withResolvers<void>();
      const answered = spawner.request(createDirectives(config, plan), (name) => {
        if (name === 'listening') listening.resolve();
      });
      // What fails before the socket listens is the caller's at once; what fails later comes with `started`.
      await Promise.race([listening.promise, answered]);
      const started = answered.then(() => {}, failed);
      started.catch(() => {});
      return { socket: this.socket(record.id), tty: config.process.terminal, started };
    } catch (error) {
      return failed(error);
    }
  }

  /** Removes a container that is not running, and all that it has on disk. */
  async remove(record: ContainerRecord): Promise<void> {
    const spawner = await this.#privileges.spawner();
    await spawner.request(['remove', record.id]);
    // Names last: a name whose owner is gone is free, but a container without its name would be a riddle.
    this.#names.release(record.name, record.id);
    this.#networks.release(record.id);
  }

  async #prepare(
    record: ContainerRecord,
    config: RuntimeConfig,
    options: StartOptions,
    undo: UndoStack,
  ): Promise<StartPlan> {
    const { id, network, autoRemove } = record;
    const spawner = await this.#privileges.spawner();
    const endpoint =
      network === 'bridge' ? await this.#networks.connect(id, spawner, (owner) => this.#isRunning(owner)) : undefined;
    if (endpoint) undo.push(() => this.#networks.release(id));
    const address = endpoint?.address.replace(/\/.*/, '');
    const files = this.#networks.files({
      network,
      hostname: config.hostname,
      ...(address === undefined ? {} : { address }),
    });
    for (const [name, content] of Object.entries(files)) writeFileSync(join(this.folder(id), name), content);
    return {
      id,
      lowers: record.lowers,
      // What is removed when it ends need not reach the disk (kernel documentation, overlayfs.rst, "Volatile mount").
      overlayOptions: autoRemove ? ['index=off', 'volatile'] : ['index=off'],
      stdin: record.stdinOnce ? 'once' : record.openStdin ? 'open' : 'null',
      gate: options.gate,
      columns: options.columns ?? 0,
      rows: options.rows ?? 0,
      ...(endpoint ? { network: endpoint } : {}),
      onExitUnlink: [...(endpoint ? [endpoint.lease] : []), ...(autoRemove ? [join('names', record.name)] : [])],
      autoRemove,
    };
  }

  #isRunning(id: string): boolean {
    const record = this.records.read(id);
    return record !== undefined && this.states().read(record).status === 'running';
  }

  #owned(reference: string): ContainerRecord | undefined {
    const byId = /^[0-9a-f]{64}$/.test(reference) ? this.records.read(reference) : undefined;
    const owner = byId ? undefined : this.#names.owner(reference.replace(/^\//, ''));
    return byId ?? (owner === undefined ? undefined : this.records.read(owner));
  }

  #view(record: ContainerRecord, states: StateReader, addresses: Map<string, string>): Container {
    return toContainer(record, states.read(record), addresses.get(record.id));
  }
}

function toContainer(record: ContainerRecord, state: Container['state'], address: string | undefined): Container {
  const { id, name, image, imageId, command, createdAt, hostname, tty, openStdin, autoRemove, network } = record;
  const ipAddress = state.status === 'running' && address !== undefined ? { ipAddress: address } : {};
  return {
    id,
    name,
    image,
    imageId,
    command,
    createdAt,
    tty,
    openStdin,
    autoRemove,
    hostname,
    network,
    ...ipAddress,
    state,
  };
}

type Planned = { config: RuntimeConfig; record: Omit<ContainerRecord, 'name'> };

/** Everything about a container that can be decided before anything is made. */
function planContainer(id: string, image: ResolvedImage, options: CreateOptions, store: Store): Planned {
  const isHost = image.id === 'host';
  const entrypoint = options.entrypoint ?? image.entrypoint;
  // As Docker: another entrypoint drops the image's command.
  const command = options.command.length > 0 || options.entrypoint ? options.command : image.command;
  const args = [...entrypoint, ...command];
  if (args.length === 0) throw new SkiffError('invalid-argument', 'no command specified', { exitCode: 125 });
  const hostname = options.hostname ?? id.slice(0, 12);
  const view = isHost
    ? hostView({ hidden: [store.root, store.runRoot], user: hostUser() })
    : { mounts: [], maskedPaths: [] };
  const config = runtimeConfig({
    id,
    hostname,
    args,
    env: environment({ hostname, tty: options.tty, image: image.env, given: options.env }),
    cwd: options.workingDir ?? (image.workingDir || '/'),
    user: options.user ?? image.user,
    tty: options.tty,
    network: options.network,
    extraMounts: view.mounts,
    extraMaskedPaths: view.maskedPaths,
    annotations: options.labels,
  });
  const record = {
    version: 1 as const,
    id,
    image: options.image,
    imageId: image.id,
    lowers: isHost ? ['/'] : image.layers,
    command: args,
    createdAt: new Date().toISOString(),
    hostname,
    tty: options.tty,
    openStdin: options.openStdin,
    stdinOnce: options.stdinOnce,
    autoRemove: options.autoRemove,
    network: options.network,
    stopSignal: image.stopSignal,
    labels: { ...image.labels, ...options.labels },
  };
  return { config, record };
}

function hostUser(): { uid: number; home: string } {
  return { uid: process.getuid?.() ?? 0, home: process.env['HOME'] ?? '/root' };
}

/** Later ones win; order is kept, as a process would see it under Docker. */
function environment(parts: { hostname: string; tty: boolean; image: string[]; given: string[] }): string[] {
  const variables = new Map<string, string>();
  const all = [
    `PATH=${defaultPath}`,
    `HOSTNAME=${parts.hostname}`,
    ...(parts.tty ? ['TERM=xterm'] : []),
    ...parts.image,
    ...parts.given,
  ];
  for (const variable of all) {
    const at = variable.indexOf('=');
    if (at > 0) variables.set(variable.slice(0, at), variable.slice(at + 1));
  }
  return [...variables].map(([key, value]) => `${key}=${value}`);
}
