/** What a container that starts gets of its networks: interfaces, published ports, the files in /etc. */
import { join } from 'node:path';
import type { NetworkDirective, PublishDirective } from '../../container/directives.ts';
import { networkUse, type EventUse } from '../../container/event-uses.ts';
import type { ContainerRecord } from '../../container/record.ts';
import { SkiffError } from '../../lib/errors.ts';
import type { Log } from '../../lib/operation.ts';
import type { UndoStack } from '../../lib/undo.ts';
import { hostsFile, resolverFile, resolvFile } from '../../network/files.ts';
import { defaultNetwork, isBuiltin, networkId } from '../../network/record.ts';
import type { Spawner } from '../../sys/spawner.ts';
import type { Parts } from '../containers/parts.ts';
import { networkingOf, readOptional, type Joined } from './container-networks.ts';
import { ownersOf } from './owners.ts';
import { phrase } from '../../lib/phrase.ts';

export type NetworkStart = {
  networks: NetworkDirective[];
  publish: PublishDirective[];
  resolver: boolean;
  /** Of the container whose namespace is joined. */
  networkOf?: string;
  onExitUnlink: string[];
  /** None of a container that has another one's. */
  eventUses: EventUse[];
  /** Contents by name, to be written into the container's folder. */
  files: Record<string, string>;
};

/**
 * Claims addresses and names on all networks of a container that starts, makes bridges that are missing, and returns what its monitor must
 * be told. What was claimed is given back by `undo`.
 */
export async function startNetworks(
  parts: Parts,
  record: ContainerRecord,
  { spawner, undo, log }: { spawner: Spawner; undo: UndoStack; log: Log },
): Promise<NetworkStart> {
  const none = { networks: [], publish: [], resolver: false, onExitUnlink: [], eventUses: [] };
  if (record.network.startsWith('container:')) return { ...none, ...joinOther(parts, record) };
  const joined: Joined[] = [];
  for (const name of Object.keys(networkingOf(record).endpoints))
    joined.push(
      await parts.networks.join(record, name, joined.length, { spawner, undo, log, owners: ownersOf(parts, spawner) }),
    );
  const way = joined.find(({ network }) => !network.internal);
  const resolver = joined.some(({ network }) => network.name !== defaultNetwork);
  return {
    networks: joined.map((one) => (one === way ? withGateway(one) : one.directive)),
    publish: publishDirectives(record, way),
    resolver,
    onExitUnlink: joined.flatMap(({ claims }) => claims),
    eventUses: networkUses(parts, record, joined),
    files: startFiles(parts, record, { joined, resolver }),
  };
}

/** The directive of the network that leads out: only one may have the default route. */
export function withGateway({ directive, network }: Pick<Joined, 'directive' | 'network'>): NetworkDirective {
  return {
    ...directive,
    gateway: network.ipv4.gateway,
    gateway6: directive.address6 === '' ? '' : (network.ipv6?.gateway ?? ''),
  };
}

/** What the journal says of networks when the container starts and ends. */
export function networkUses(
  { store }: Parts,
  { id, network: mode }: ContainerRecord,
  joined: readonly Pick<Joined, 'network'>[],
): EventUse[] {
  if (isBuiltin(mode))
    return [networkUse(id, { id: networkId(store.id, mode), name: mode, driver: mode === 'host' ? 'host' : 'null' })];
  return joined.map(({ network }) => networkUse(id, { id: network.id, name: network.name, driver: 'bridge' }));
}

/** Without a way out nothing is published, until a network that leads out is joined. */
function publishDirectives(record: ContainerRecord, way: Joined | undefined): PublishDirective[] {
  const addresses = way?.addresses ?? [];
  const address = addresses.find((one) => !one.includes(':')) ?? '';
  const address6 = addresses.find((one) => one.includes(':')) ?? '';
  return networkingOf(record).ports.map((port) => ({ ...port, address, address6 }));
}

/** The namespace of another container, and its files: what they say holds for both. */
function joinOther({ catalog }: Parts, record: ContainerRecord): Pick<NetworkStart, 'networkOf' | 'files'> {
  const other = catalog.record(record.network.slice('container:'.length));
  if (catalog.active(other) === undefined)
    throw new SkiffError('conflict', phrase('cannot join network of a non running container: {0}', other.id));
  const file = (name: string): string => readOptional(join(catalog.folder(other.id), name)) ?? '';
  return {
    networkOf: other.id,
    files: { hosts: file('hosts'), hostname: file('hostname'), 'resolv.conf': file('resolv.conf') },
  };
}

function startFiles(
  parts: Parts,
  record: ContainerRecord,
  { joined, resolver }: { joined: Joined[]; resolver: boolean },
): Record<string, string> {
  const hostResolv = readOptional('/etc/resolv.conf') ?? '';
  const { hostname } = record;
  const { dns, domainname } = networkingOf(record);
  const isHost = record.network === 'host';
  const extra = extraHosts(parts, record, joined);
  const given = dns.servers.length + dns.search.length + dns.options.length > 0;
  const upstream = readOptional('/run/systemd/resolve/resolv.conf');
  return {
    hosts: isHost
      ? [readOptional('/etc/hosts') ?? '', ...extra.map(([address, names]) => `${address}\t${names}\n`)].join('')
      : hostsFile({ hostname, domainname, addresses: joined.flatMap(({ addresses }) => addresses), extra }),
    hostname: `${hostname}\n`,
    'resolv.conf':
      isHost && !given ? hostResolv : resolvFile(hostResolv, upstream, { settings: dns, embedded: resolver }),
    ...(resolver
      ? {
          resolver: resolverText(
            parts,
            record,
            joined.map(({ network }) => network.name),
          ),
        }
      : {}),
  };
}

/** What the native program's resolver reads: changes with the container's networks. */
export function resolverText({ networks, catalog }: Parts, record: ContainerRecord, names: readonly string[]): string {
  const { dns, links } = networkingOf(record);
  return resolverFile({
    networks: names.filter((name) => name !== defaultNetwork),
    servers: dns.servers,
    links: links.flatMap(({ id, alias }) => {
      const other = catalog.records.read(id);
      return other ? [[alias, other.name] as [string, string]] : [];
    }),
    forward: names.some((name) => networks.networks.read(name)?.internal === false),
  });
}

/** --add-host, and on the default network, where there are no names, --link. */
function extraHosts(parts: Parts, record: ContainerRecord, joined: readonly Joined[]): [string, string][] {
  const { extraHosts: given, links } = networkingOf(record);
  const gateway = joined[0]?.network.ipv4.gateway ?? parts.networks.networks.read(defaultNetwork)?.ipv4.gateway;
  const added = given.map((entry): [string, string] => {
    const at = entry.search(/[:=]/);
    const [name, address] = [entry.slice(0, at), entry.slice(at + 1).replace(/^\[(.*)\]$/, '$1')];
    return [address === 'host-gateway' ? (gateway ?? '127.0.0.1') : address, name];
  });
  if (links.length === 0 || !joined.some(({ network }) => network.name === defaultNetwork)) return added;
  const addresses = parts.networks.addresses();
  return [
    ...added,
    ...links.flatMap(({ id, alias }): [string, string][] => {
      const other = parts.catalog.records.read(id);
      const address = addresses.get(id)?.get(defaultNetwork)?.[0];
      if (!other || address === undefined)
        throw new SkiffError(
          'conflict',
          `Cannot link to a non running container: ${other?.name ?? id} AS ${alias}`,
          {},
        );
      return [[address, [...new Set([alias, id.slice(0, 12), other.name])].join(' ')]];
    }),
  ];
}
