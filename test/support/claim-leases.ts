/** claim-leases FOLDER SUBNET FIRST COUNT: claims an address for each of so many containers, one after the other, and prints them. Whose id
 * begins with `dead` is dead. */
import { formatAddress, parseSubnet } from '../../runtime-helper/network/address.ts';
import { Leases } from '../../runtime-helper/network/leases.ts';

const [folder = '', subnet = '', first = '', count = ''] = process.argv.slice(2);
const { base, family } = parseSubnet(subnet);
const pool = { subnet, gateway: formatAddress({ family, value: base + 1n }) };
const owners = { isAlive: (id: string): boolean => !id.startsWith('dead'), forget: async (): Promise<void> => {} };
const leases = new Leases(folder);
for (let index = Number(first); index < Number(first) + Number(count); index += 1) {
  // All begin to search at the same place.
  const id = index.toString(16).padStart(64, '0');
  process.stdout.write(`${(await leases.claim(pool, `00000000${id.slice(8)}`, owners)).address}\n`);
}
