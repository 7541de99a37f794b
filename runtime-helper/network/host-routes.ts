/** What the kernel tells of the host's own networks. */
import { existsSync, readFileSync } from 'node:fs';
import { parseAddress, type Subnet } from './address.ts';

/** The networks that the host has routes to in any of its tables, but for default routes and single addresses. */
export function hostSubnets(): Subnet[] {
  return [...parseTrie(readOptional('/proc/net/fib_trie')), ...parseRoutes6(readOptional('/proc/net/ipv6_route'))];
}

/** Of the interface that the default route leads through; 1500 where there is none. */
export function uplinkMtu(): number {
  const name = defaultInterface(readOptional('/proc/net/route'));
  const mtu = name === undefined ? Number.NaN : Number(readOptional(`/sys/class/net/${name}/mtu`));
  return mtu >= 68 && mtu <= 65_535 ? mtu : 1500;
}

/** A leaf reads `|-- 10.1.2.0` and below it one line for each route, `/24 link UNICAST`. */
export function parseTrie(text: string): Subnet[] {
  const subnets: Subnet[] = [];
  let leaf = '';
  for (const line of text.split('\n')) {
    const [, address] = /\|-- ([\d.]+)$/.exec(line) ?? [];
    const [, prefix, kind] = /^\s*\/(\d+) \S+ (\S+)/.exec(line) ?? [];
    if (address !== undefined) leaf = address;
    else if (kind === 'UNICAST' && prefix !== undefined && prefix !== '0' && prefix !== '32')
      subnets.push({ family: 4, base: parseAddress(leaf).value, prefix: Number(prefix) });
  }
  return subnets;
}

/** Destination and the length of its prefix, both in hex, come first. Link-local and multicast belong to every interface. */
export function parseRoutes6(text: string): Subnet[] {
  return text.split('\n').flatMap((line) => {
    const [destination = '', length = ''] = line.split(' ');
    const prefix = Number.parseInt(length, 16);
    if (!(prefix > 0 && prefix < 128) || /^fe[89ab]|^ff/.test(destination)) return [];
    return [{ family: 6 as const, base: BigInt(`0x${destination}`), prefix }];
  });
}

/** The one with the least metric (proc(5), /proc/net/route). */
export function defaultInterface(text: string): string | undefined {
  const rows = text
    .split('\n')
    .slice(1)
    .map((line) => line.split('\t'));
  const defaults = rows.filter(([, destination, , , , , , mask]) => destination === '00000000' && mask === '00000000');
  return defaults.toSorted((a, b) => Number(a[6]) - Number(b[6]))[0]?.[0];
}

function readOptional(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}
