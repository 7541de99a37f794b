/** What a container's record says of its networks, from what was asked for: names looked up, contradictions refused. */
import { noNetworking, type EndpointSettings, type Networking, type PortRequest } from '../../container/networking.ts';
import { SkiffError } from '../../lib/errors.ts';
import { tryAddress } from '../../network/address.ts';
import { defaultNetwork, isBuiltin } from '../../network/record.ts';
import type { Parts } from '../containers/parts.ts';
import type { ResolvedImage } from '../images/resolved-image.ts';
import type { CreateOptions, NetworkingOptions } from '../types.ts';
import { assertAlias } from './container-networks.ts';
import { phrase, type Phrase } from '../../lib/phrase.ts';

const noSettings: EndpointSettings = { aliases: [] };

export function planNetworking(
  parts: Parts,
  image: ResolvedImage,
  options: CreateOptions,
): { network: string; networking: Networking } {
  const given = options.networking ?? {};
  const network = findMode(parts, options.network);
  if (network.startsWith('container:')) assertNothingOfItsOwn(options, given);
  const exposed = [...new Set([...image.exposedPorts, ...(given.exposed ?? [])].flatMap(expandExposed))];
  const ports = planPorts(given, exposed);
  for (const entry of given.extraHosts ?? []) assertExtraHost(entry);
  for (const server of given.dns ?? []) if (!tryAddress(server)) throw unreadable(`${server} is not an ip address`);
  return {
    network,
    networking: {
      ...noNetworking,
      endpoints: findEndpoints(parts, network, given),
      ports: network === 'host' || network === 'none' ? [] : ports,
      exposed: [...new Set([...exposed, ...ports.map(({ port, protocol }) => `${port}/${protocol}`)])],
      ...(given.publishAll ? { publishAll: true } : {}),
      dns: { servers: given.dns ?? [], search: given.dnsSearch ?? [], options: given.dnsOptions ?? [] },
      extraHosts: given.extraHosts ?? [],
      links: (given.links ?? []).map((link) => findLink(parts, link)),
      domainname: given.domainname ?? '',
    },
  };
}

function findMode({ catalog, networks }: Parts, reference: string): string {
  if (reference === 'default' || reference === defaultNetwork) return defaultNetwork;
  if (isBuiltin(reference)) return reference;
  if (reference.startsWith('container:')) return `container:${catalog.record(reference.slice('container:'.length)).id}`;
  return networks.networks.find(reference).name;
}

function findEndpoints(
  parts: Parts,
  network: string,
  { settings = noSettings, others = [] }: Partial<NetworkingOptions>,
): Record<string, EndpointSettings> {
  if (isBuiltin(network) || network.startsWith('container:')) {
    if (others.length > 0)
      throw invalid(phrase('conflicting options: cannot attach both user-defined and non-user-defined network-modes'));
    if (settings.ip !== undefined || settings.ip6 !== undefined)
      throw invalid(phrase('user specified IP address is supported on user defined networks only'));
    if (settings.aliases.length > 0)
      throw invalid(phrase('network-scoped alias is supported only for containers in user defined networks'));
    return {};
  }
  const endpoints = { [network]: checked(network, settings) };
  for (const other of others) {
    const name = findMode(parts, other.network);
    if (isBuiltin(name) || name.startsWith('container:'))
      throw invalid(phrase('conflicting options: cannot attach both user-defined and non-user-defined network-modes'));
    if (endpoints[name]) throw invalid(phrase('network {0} is specified multiple times', name));
    endpoints[name] = checked(name, other.settings);
  }
  return endpoints;
}

/** Throws for what a network can't give. */
export function checked(network: string, settings: EndpointSettings): EndpointSettings {
  const { aliases, ip, ip6, mac } = settings;
  if (network === defaultNetwork && (ip !== undefined || ip6 !== undefined))
    throw invalid(phrase('user specified IP address is supported on user defined networks only'));
  if (network === defaultNetwork && aliases.length > 0)
    throw invalid(phrase('network-scoped alias is supported only for containers in user defined networks'));
  aliases.forEach(assertAlias);
  if (ip !== undefined && tryAddress(ip)?.family !== 4) throw invalid(phrase('invalid IPv4 address: {0}', ip));
  if (ip6 !== undefined && tryAddress(ip6)?.family !== 6) throw invalid(phrase('invalid IPv6 address: {0}', ip6));
  // The lowest bit of the first byte says that it is a group's.
  if (mac !== undefined && !/^[0-9a-f][02468ace](?::[0-9a-f]{2}){5}$/i.test(mac))
    throw unreadable(`${mac} is not a valid mac address`);
  return settings;
}

function assertNothingOfItsOwn(options: CreateOptions, given: Partial<NetworkingOptions>): void {
  const conflicts: [boolean, Phrase][] = [
    [options.hostname !== undefined, phrase('conflicting options: hostname and the network mode')],
    [(given.links ?? []).length > 0, phrase("conflicting options: container type network can't be used with links")],
    [(given.dns ?? []).length > 0, phrase('conflicting options: dns and the network mode')],
    [
      (given.extraHosts ?? []).length > 0,
      phrase('conflicting options: custom host-to-IP mapping and the network mode'),
    ],
    [given.settings?.mac !== undefined, phrase('conflicting options: mac-address and the network mode')],
    [
      (given.ports ?? []).length > 0 || given.publishAll === true,
      phrase('conflicting options: port publishing and the container type network mode'),
    ],
    [
      (given.exposed ?? []).length > 0,
      phrase('conflicting options: port exposing and the container type network mode'),
    ],
  ];
  for (const [isGiven, what] of conflicts) if (isGiven) throw invalid(what);
}

function assertExtraHost(entry: string): void {
  const at = entry.search(/[:=]/);
  const address = entry.slice(at + 1).replace(/^\[(.*)\]$/, '$1');
  if (at < 1 || /[\s\0]/.test(entry) || (address !== 'host-gateway' && !tryAddress(address)))
    throw unreadable(at < 1 ? `bad format for add-host: "${entry}"` : `invalid IP address in add-host: "${address}"`);
}

/** `name` or `name:alias`. */
function findLink({ catalog }: Parts, link: string): { id: string; alias: string } {
  const [reference = '', alias = reference, ...more] = link.split(':');
  if (link === '') throw unreadable('empty string specified for links');
  if (more.length > 0) throw unreadable(`bad format for links: ${link}`);
  const { id } = catalog.record(reference);
  assertAlias(alias);
  return { id, alias };
}

const maxPort = 65_535;

/** `80`, `80/udp`, `80-82/tcp`. */
function expandExposed(text: string): string[] {
  const [, first = '', last = first, protocol = 'tcp'] = /^(\d+)(?:-(\d+))?(?:\/(tcp|udp|sctp))?$/.exec(text) ?? [];
  const [from, to] = [Number(first), Number(last)];
  if (first === '' || from < 1 || to > maxPort || from > to)
    throw unreadable(`invalid range format for --expose: ${text}`);
  return Array.from({ length: to - from + 1 }, (_, index) => `${from + index}/${protocol}`);
}

/** -P publishes what is exposed and -p does not name. */
function planPorts({ ports = [], publishAll }: Partial<NetworkingOptions>, exposed: readonly string[]): PortRequest[] {
  for (const { hostIp } of ports)
    if (hostIp !== '' && !tryAddress(hostIp)) throw unreadable(phrase('invalid IP address: {0}', hostIp));
  const named = new Set(ports.map(({ port, protocol }) => `${port}/${protocol}`));
  return [...ports, ...(publishAll ? exposed.filter((text) => !named.has(text)).map(anyPort) : [])];
}

function anyPort(text: string): PortRequest {
  const [port = '', protocol] = text.split('/');
  return {
    protocol: protocol === 'udp' || protocol === 'sctp' ? protocol : 'tcp',
    port: Number(port),
    ...{ hostIp: '', first: 0, last: 0, automatic: true },
  };
}

function invalid(message: string | Phrase): SkiffError {
  return new SkiffError('invalid-argument', message);
}

/** What Docker's command line refuses, and not its daemon. */
function unreadable(message: string | Phrase): SkiffError {
  return new SkiffError('invalid-argument', message, { exitCode: 125 });
}
