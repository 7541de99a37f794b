/** Which subnet a network gets when nobody says. */
import { createHash } from 'node:crypto';
import { SkiffError } from '../lib/errors.ts';
import { overlaps, parseSubnet, sizeOf, type Subnet } from './address.ts';
import { phrase } from '../lib/phrase.ts';

/** A VPN often takes all of 10.0.0.0/8: then there are the other private networks (RFC 1918). */
const pools = ['10.64.0.0/10', '172.16.0.0/12', '192.168.0.0/16'];

/**
 * A /24 of the first pool that has one which overlaps nothing that is taken. Each store begins to look at another place, so that two
 * stores get different ones even while neither has its bridge up.
 */
export function chooseSubnet(storeId: string, taken: readonly Subnet[]): Subnet {
  for (const pool of pools.map(parseSubnet)) {
    const count = Number(sizeOf(pool) / 256n);
    const first = Number.parseInt(storeId, 16) % count;
    for (let step = 0; step < count; step += 1) {
      const base = pool.base + BigInt((first + step) % count) * 256n;
      const subnet: Subnet = { family: 4, base, prefix: 24 };
      if (!taken.some((other) => overlaps(subnet, other))) return subnet;
    }
  }
  throw new SkiffError(
    'unavailable',
    phrase('no free network is left in {0}: the routes of this host overlap all of them', pools.join(', ')),
    { hint: phrase('Name one that is free with --subnet.') },
  );
}

/** A /64 of the store's own /48 of unique local addresses (RFC 4193: `fd` and 40 random bits). */
export function chooseSubnet6(storeId: string, taken: readonly Subnet[]): Subnet {
  const digits = createHash('sha256').update(storeId).digest('hex');
  const site = BigInt(`0xfd${digits.slice(0, 10)}`) << 80n;
  const first = Number.parseInt(digits.slice(10, 14), 16);
  for (let step = 0; step < 65_536; step += 1) {
    const subnet: Subnet = { family: 6, base: site + (BigInt((first + step) % 65_536) << 64n), prefix: 64 };
    if (!taken.some((other) => overlaps(subnet, other))) return subnet;
  }
  throw new SkiffError('unavailable', 'no free IPv6 network is left in this store');
}
