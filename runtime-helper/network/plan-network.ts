/** What a new network is to be, from what was asked for and what is taken. Pure. */
import { randomBytes } from 'node:crypto';
import { SkiffError } from '../lib/errors.ts';
import {
  contains,
  formatAddress,
  formatSubnet,
  overlaps,
  parseAddress,
  parseSubnet,
  sizeOf,
  type Family,
  type Subnet,
} from './address.ts';
import { chooseSubnet, chooseSubnet6 } from './pool.ts';
import { defaultNetwork, networkId, type NetworkRecord, type Pool } from './record.ts';
import { phrase, type Phrase } from '../lib/phrase.ts';

export type NetworkRequest = {
  name: string;
  /** At most one of each family; absent: chosen. */
  subnets: string[];
  /** Each belongs to the subnet that it lies in. */
  gateways: string[];
  ranges: string[];
  internal: boolean;
  attachable?: boolean;
  ipv6: boolean;
  labels: Record<string, string>;
  options: Record<string, string>;
};

export type Taken = {
  storeId: string;
  others: { name: string; bridge: string; subnets: Subnet[] }[];
  host: Subnet[];
};

/**
 * Decides all of a new network: its subnets (given, or the next that nobody has), gateways, bridge and id. Throws invalid-argument, or
 * conflict where somebody has the subnet, and makes nothing.
 */
export function planNetwork(request: NetworkRequest, taken: Taken): NetworkRecord {
  const { name, internal, labels, options } = request;
  const given = request.subnets.map(parseSubnet);
  for (const subnet of given) assertFree(subnet, given, taken);
  const used = [...taken.host, ...taken.others.flatMap(({ subnets }) => subnets)];
  const ipv4 = onlyOne(given, 4) ?? chooseSubnet(taken.storeId, used);
  const given6 = onlyOne(given, 6);
  const ipv6 = given6 ?? (request.ipv6 ? chooseSubnet6(taken.storeId, used) : undefined);
  if (given6 && !request.ipv6) throw invalid(phrase('an IPv6 subnet needs --ipv6'));
  const pools = [ipv4, ...(ipv6 ? [ipv6] : [])];
  assertInside(request, pools);
  const id = name === defaultNetwork ? networkId(taken.storeId, name) : randomBytes(32).toString('hex');
  return {
    version: 1,
    id,
    name,
    createdAt: new Date().toISOString(),
    bridge: name === defaultNetwork ? `sk${taken.storeId}` : bridgeName(taken),
    ipv4: poolOf(ipv4, request),
    ...(ipv6 ? { ipv6: poolOf(ipv6, request) } : {}),
    internal,
    ...(request.attachable === true ? { attachable: true } : {}),
    ...optionSettings(options),
    labels,
    options,
  };
}

/** In Docker's words. */
function assertInside({ gateways, ranges, subnets }: NetworkRequest, pools: readonly Subnet[]): void {
  const isInside = (address: string): boolean => pools.some((pool) => contains(pool, parseAddress(address)));
  if (subnets.length === 0 && gateways.length + ranges.length > 0)
    throw invalid(phrase('every ip-range or gateway must have a corresponding subnet'));
  for (const range of ranges)
    if (!isInside(range.replace(/\/.*/, ''))) throw invalid(phrase('no matching subnet for range {0}', range));
  for (const gateway of gateways)
    if (!isInside(gateway)) throw invalid(phrase('no matching subnet for gateway {0}', gateway));
}

/** IFNAMSIZ leaves 15 characters. */
function bridgeName({ storeId, others }: Taken): string {
  for (;;) {
    const name = `sk${storeId}${randomBytes(3).toString('hex').slice(0, 5)}`;
    if (!others.some(({ bridge }) => bridge === name)) return name;
  }
}

function poolOf(subnet: Subnet, { gateways, ranges }: NetworkRequest): Pool {
  const gateway = gateways.find((text) => contains(subnet, parseAddress(text)));
  const range = ranges.find((text) => contains(subnet, { family: subnet.family, value: parseSubnet(text).base }));
  if (sizeOf(subnet) < 4n) throw invalid(phrase('{0} has no room for a gateway and a container', formatSubnet(subnet)));
  if (range !== undefined && parseSubnet(range).prefix < subnet.prefix)
    throw invalid(phrase('ip-range {0} is larger than subnet {1}', range, formatSubnet(subnet)));
  return {
    subnet: formatSubnet(subnet),
    gateway: formatAddress(
      gateway === undefined ? { family: subnet.family, value: subnet.base + 1n } : parseAddress(gateway),
    ),
    ...(range === undefined ? {} : { range: formatSubnet(parseSubnet(range)) }),
  };
}

function onlyOne(subnets: readonly Subnet[], family: Family): Subnet | undefined {
  const own = subnets.filter((subnet) => subnet.family === family);
  if (own.length > 1) throw invalid(phrase('a network has one IPv{0} subnet, not {1}', family, own.length));
  return own[0];
}

function assertFree(subnet: Subnet, given: readonly Subnet[], { others, host }: Taken): void {
  const text = formatSubnet(subnet);
  if (reserved.some((one) => overlaps(parseSubnet(one), subnet)))
    throw invalid(phrase('subnet {0} holds addresses that no host can have: loopback, link-local or multicast', text));
  if (given.some((other) => other !== subnet && overlaps(other, subnet)))
    throw invalid(phrase('subnet {0} is given twice', text));
  const other = others.find(({ subnets }) => subnets.some((one) => overlaps(one, subnet)));
  if (other)
    throw new SkiffError(
      'conflict',
      phrase('Pool overlaps with other one on this address space: {0} is in use by network {1}', text, other.name),
    );
  const route = host.find((one) => overlaps(one, subnet));
  if (route)
    throw new SkiffError(
      'conflict',
      phrase('subnet {0} overlaps {1}, which this host has a route to', text, formatSubnet(route)),
    );
}

/** RFC 6890, and multicast (RFC 5771, RFC 4291). */
const reserved = ['0.0.0.0/8', '127.0.0.0/8', '169.254.0.0/16', '224.0.0.0/3', '::/127', 'fe80::/10', 'ff00::/8'];

const known = new Map<string, (value: string) => Partial<Pick<NetworkRecord, 'mtu' | 'masquerade'>>>([
  ['mtu', (value) => ({ mtu: mtuOf(value) })],
  ['com.docker.network.driver.mtu', (value) => ({ mtu: mtuOf(value) })],
  ['com.docker.network.bridge.enable_ip_masquerade', (value) => ({ masquerade: flagOf(value) })],
]);

function optionSettings(options: Record<string, string>): { masquerade: boolean; mtu?: number } {
  const settings = Object.entries(options).map(([key, value]) => {
    const read = known.get(key);
    if (!read) throw new SkiffError('not-implemented', `network option ${key} is not built yet`);
    return read(value);
  });
  return Object.assign({ masquerade: true }, ...settings) as { masquerade: boolean; mtu?: number };
}

function mtuOf(text: string): number {
  const mtu = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (mtu < 68 || mtu > 65_535) throw invalid(phrase('invalid MTU: {0}', text));
  return mtu;
}

function flagOf(text: string): boolean {
  if (text === 'true' || text === '1') return true;
  if (text === 'false' || text === '0') return false;
  throw invalid(`not true or false: ${text}`);
}

function invalid(message: string | Phrase): SkiffError {
  return new SkiffError('invalid-argument', message);
}
