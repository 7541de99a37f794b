import { readdirSync } from 'node:fs';
import type { ContainerRecord } from '../../container/record.ts';
import { SkiffError } from '../../lib/errors.ts';
import { defaultNetwork, isBuiltin, networkId, type NetworkRecord } from '../../network/record.ts';
import type { Parts } from '../containers/parts.ts';
import type { Network, NetworkOperations } from '../types.ts';
import { connectNetwork } from './connect.ts';
import { networkingOf } from './container-networks.ts';
import { disconnectNetwork } from './disconnect.ts';
import { phrase } from '../../lib/phrase.ts';

/** The use cases of networks. */
export function networkOperations(parts: Parts): NetworkOperations {
  const { networks, privileges } = parts;
  return {
    listNetworks: () => listNetworks(parts),
    findNetwork: (reference) => findNetwork(parts, reference),
    checkNetwork: (request) => networks.networks.check(request),
    createNetwork: async (request, { log }) => {
      const record = await networks.networks.create(request);
      try {
        // At once, so that what the kernel refuses is told to who asked for it.
        await networks.bringUp(record, await privileges.spawner(), log);
      } catch (error) {
        networks.networks.remove(record.name);
        throw error;
      }
      note(parts, 'create', record);
      return toNetwork(record, []);
    },
    removeNetwork: (reference) => removeNetwork(parts, reference),
    pruneNetworks: (keep) => pruneNetworks(parts, keep),
    connectNetwork: async (reference, container, settings, operation) => {
      await connectNetwork(parts, { reference, container, settings }, operation);
      // One at rest connects when it starts.
      if (parts.catalog.active(parts.catalog.record(container)) !== undefined)
        noteMember(parts, 'connect', reference, container);
    },
    disconnectNetwork: async (reference, container, { force }, operation) => {
      await disconnectNetwork(parts, { reference, container, force }, operation);
      noteMember(parts, 'disconnect', reference, container);
    },
    resetNetworks: () => resetNetworks(parts),
  };
}

/** A network that was removed before is known by the name that was said. */
function noteMember(parts: Parts, action: string, reference: string, container: string): void {
  const network = listNetworks(parts).find(({ id, name }) => name === reference || id.startsWith(reference));
  const { id = reference, name = reference } = network ?? {};
  note(parts, action, { id, name }, { container: parts.catalog.record(container).id });
}

function listNetworks(parts: Parts): Network[] {
  const records = parts.networks.networks.all();
  const containers = parts.catalog.list({ all: false });
  const own = records.map((record) => toNetwork(record, containers));
  const unused = records.some(({ name }) => name === defaultNetwork) ? [] : [builtin(parts, defaultNetwork)];
  return [...own, ...unused, builtin(parts, 'host'), builtin(parts, 'none')].toSorted((a, b) =>
    a.name < b.name ? -1 : 1,
  );
}

function findNetwork(parts: Parts, reference: string): Network {
  const all = listNetworks(parts);
  const special = all.find(
    ({ name, id }) => (name === reference || id === reference) && !parts.networks.networks.read(name),
  );
  if (special) return special;
  return toNetwork(parts.networks.networks.find(reference), parts.catalog.list({ all: false }));
}

function toNetwork(record: NetworkRecord, containers: ReturnType<Parts['catalog']['list']>): Network {
  const { id, name, createdAt, bridge, ipv4, ipv6, internal, attachable = false, labels, options } = record;
  return {
    ...{ id, name, driver: 'bridge', createdAt, bridge, ipv4, internal, attachable, labels, options },
    ...(ipv6 ? { ipv6 } : {}),
    containers: containers.flatMap((container) => {
      const endpoint = container.endpoints.find(({ network }) => network === name);
      if (endpoint?.ipv4 === undefined) return [];
      const { ipv4: address, ipv6: address6, mac = '' } = endpoint;
      const addresses = { ipv4: address, ...(address6 === undefined ? {} : { ipv6: address6 }) };
      return [{ id: container.id, name: container.name, mac, ...addresses }];
    }),
  };
}

function builtin({ store }: Parts, name: string): Network {
  const driver = name === 'host' ? 'host' : name === 'none' ? 'null' : 'bridge';
  return {
    id: networkId(store.id, name),
    name,
    driver,
    internal: false,
    attachable: false,
    labels: {},
    options: {},
    containers: [],
  };
}

async function removeNetwork(parts: Parts, reference: string): Promise<void> {
  if (reference === defaultNetwork || isBuiltin(reference))
    throw new SkiffError('permission-denied', phrase('{0} is a pre-defined network and cannot be removed', reference));
  const record = parts.networks.networks.find(reference);
  if (record.name === defaultNetwork)
    throw new SkiffError('permission-denied', phrase('{0} is a pre-defined network and cannot be removed', reference));
  const { containers } = toNetwork(record, parts.catalog.list({ all: false }));
  if (containers.length > 0) {
    const names = containers.map(({ name }) => name).join(', ');
    throw new SkiffError(
      'failed-precondition',
      phrase('error while removing network: network {0} has active endpoints ({1})', record.name, names),
      {
        hint: phrase('Stop or disconnect them first.'),
      },
    );
  }
  await takeDown(parts, record);
}

async function takeDown(parts: Parts, record: NetworkRecord): Promise<void> {
  const { networks, privileges } = parts;
  const spawner = await privileges.spawner();
  await spawner.request(['network-down', record.bridge]);
  networks.networks.remove(record.name);
  note(parts, 'destroy', record);
}

/** What was done by a command; what containers do to networks when they start and end is told by their monitors. */
function note(
  { journal }: Parts,
  action: string,
  { id, name }: Pick<NetworkRecord, 'id' | 'name'>,
  more: Record<string, string> = {},
): void {
  journal.append({ type: 'network', action, id, attributes: { name, type: 'bridge', ...more } });
}

async function pruneNetworks(parts: Parts, keep: (network: Network) => boolean): Promise<string[]> {
  const records: ContainerRecord[] = parts.catalog.records.all();
  const used = new Set(records.flatMap((record) => Object.keys(networkingOf(record).endpoints)));
  const removed: string[] = [];
  for (const record of parts.networks.networks.all()) {
    if (record.name === defaultNetwork || used.has(record.name) || keep(toNetwork(record, []))) continue;
    await takeDown(parts, record);
    removed.push(record.name);
  }
  parts.journal.notePrune('network', 0);
  return removed;
}

/** Bridges and the table: the records stay, and what is needed is made again with the next start. */
async function resetNetworks({ catalog, networks, privileges, store }: Parts): Promise<string[]> {
  const running = catalog.list({ all: false }).filter(({ endpoints }) => endpoints.length > 0);
  if (running.length > 0)
    throw new SkiffError(
      'failed-precondition',
      `containers on networks still run: ${running.map(({ name }) => name).join(', ')}`,
      {
        hint: phrase('Stop them first.'),
      },
    );
  const spawner = await privileges.spawner();
  // By the kernel's list, which also has those whose records are gone.
  const bridges = readdirSync('/sys/class/net').filter((name) => name.startsWith(`sk${store.id}`));
  for (const bridge of bridges) await spawner.request(['network-down', bridge]);
  await spawner.request(['network-clear']);
  networks.forgetUp();
  return bridges;
}
