import { SkiffError } from '../lib/errors.ts';

/** An IPv4 network: its first address as a number, and the length of its prefix. */
export type Subnet = { base: number; prefix: number };

export function parseSubnet(text: string): Subnet {
  const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(text);
  const parts = match?.slice(1).map(Number);
  const prefix = parts?.[4] ?? 33;
  if (!parts || prefix > 32 || parts.slice(0, 4).some((part) => part > 255)) {
    throw new SkiffError('invalid-argument', `invalid subnet: ${text}`);
  }
  const address = parts.slice(0, 4).reduce((sum, part) => sum * 256 + part, 0);
  return { base: address - (address % 2 ** (32 - prefix)), prefix };
}

export function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join('.');
}

export function formatSubnet({ base, prefix }: Subnet): string {
  return `${formatAddress(base)}/${prefix}`;
}

export function overlaps(a: Subnet, b: Subnet): boolean {
  const shorter = Math.min(a.prefix, b.prefix);
  const size = 2 ** (32 - shorter);
  return Math.floor(a.base / size) === Math.floor(b.base / size);
}

const poolBase = 10 * 2 ** 24 + 64 * 2 ** 16;
const poolSubnets = 64 * 256;

/**
 * A /24 of 10.64.0.0/10 that no route of the host overlaps. Each store begins to look at another place, so that two
 * stores get different ones even while neither has its bridge up.
 */
export function chooseSubnet(storeId: string, taken: readonly Subnet[]): Subnet {
  const first = Number.parseInt(storeId, 16) % poolSubnets;
  for (let step = 0; step < poolSubnets; step += 1) {
    const subnet = { base: poolBase + ((first + step) % poolSubnets) * 256, prefix: 24 };
    if (!taken.some((other) => overlaps(subnet, other))) return subnet;
  }
  throw new SkiffError(
    'unavailable',
    'no free network is left in 10.64.0.0/10: the routes of this host overlap all of it',
  );
}

/** The networks that the host has routes to, but for the default route (proc(5), /proc/net/route: little-endian hex). */
export function parseRoutes(text: string, ownInterface: string): Subnet[] {
  const lines = text.trim().split('\n').slice(1);
  return lines.flatMap((line) => {
    const [name, destination = '', , , , , , mask = ''] = line.split('\t');
    const bits = swap(mask);
    if (name === ownInterface || bits === 0) return [];
    return [{ base: swap(destination), prefix: bits.toString(2).replaceAll('0', '').length }];
  });
}

function swap(hex: string): number {
  return Buffer.from(hex.trim().padStart(8, '0'), 'hex').readUInt32LE(0);
}
