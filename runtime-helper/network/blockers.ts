/** Other programs' firewalls that drop what is forwarded from or to our bridges, and what is said of them. */
import { existsSync, readFileSync } from 'node:fs';
import { phrase, type Phrase } from '../lib/phrase.ts';
import type { Spawner } from '../sys/spawner.ts';

/** A chain that drops what containers send (`out`), or what others send to them (`in`). */
export type Blocker = { way: 'out' | 'in'; family: string; table: string; chain: string };

/** Asks the native program, since only root may read firewalls. */
export async function findBlockers(spawner: Spawner): Promise<Blocker[]> {
  return parseBlockers(await spawner.request(['network-blockers']));
}

/** From the answer to `network-blockers`. */
export function parseBlockers(words: readonly string[]): Blocker[] {
  const blockers: Blocker[] = [];
  for (let at = 0; at + 3 < words.length; at += 4) {
    const [way, family = '', table = '', chain = ''] = words.slice(at, at + 4);
    blockers.push({ way: way === 'in' ? 'in' : 'out', family, table, chain });
  }
  return blockers;
}

/** What a person is told of it. */
export function blockedPhrase({ way, family, table, chain }: Blocker): Phrase {
  const where =
    family === 'legacy' ? `iptables-legacy: chain ${chain}` : `nftables: table ${family} ${table}, chain ${chain}`;
  return way === 'out'
    ? phrase('a firewall of this machine ({0}) drops what containers send to other networks', where)
    : phrase(
        'a firewall of this machine ({0}) drops what other machines send to containers (published ports are carried by a process instead)',
        where,
      );
}

/** Commands that let our traffic pass; of the program that made the chain, lest it takes them away again. `ufw`: that one is in use. */
export function unblockCommands({ family, table, chain }: Blocker, storeId: string, ufw = ufwIsOn()): string {
  const bridges = `sk${storeId}`;
  if (table === 'firewalld')
    return `firewall-cmd --permanent --zone=trusted --add-interface=${bridges}+ && firewall-cmd --reload`;
  if (ufw && table === 'filter') return `ufw route allow in on ${bridges}+ && ufw route allow out on ${bridges}+`;
  const iptables = { legacy: 'iptables-legacy', ip6: 'ip6tables' }[family] ?? 'iptables';
  if (table === 'filter' && chain === 'FORWARD')
    return ['-i', '-o'].map((way) => `${iptables} -I FORWARD ${way} ${bridges}+ -j ACCEPT`).join(' && ');
  return ['iifname', 'oifname']
    .map((way) => `nft insert rule ${family} ${table} ${chain} ${way} '"${bridges}*"' accept`)
    .join(' && ');
}

function ufwIsOn(): boolean {
  const path = '/etc/ufw/ufw.conf';
  return existsSync(path) && /^ENABLED=yes$/m.test(readFileSync(path, 'utf8'));
}
