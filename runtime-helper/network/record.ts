import { createHash } from 'node:crypto';
import type { Subnet } from './address.ts';
import { parseSubnet } from './address.ts';

/** networks/<name>/network.json: a network that users made, or the default one. Never changed. */
export type NetworkRecord = {
  version: 1;
  /** 64 hex digits. */
  id: string;
  name: string;
  createdAt: string;
  /** The host's interface: `sk`, the store's id, and for all but the default network five more digits. */
  bridge: string;
  ipv4: Pool;
  /** Absent: no IPv6. */
  ipv6?: Pool;
  /** No way out or in, but to the host itself. */
  internal: boolean;
  /** As it was said, for inspect: containers may be connected to any network. Absent: it was not. */
  attachable?: boolean;
  /** Whether what goes out has the host's address. */
  masquerade: boolean;
  /** Absent: the uplink's. */
  mtu?: number;
  labels: Record<string, string>;
  /** As they were given with `-o`. */
  options: Record<string, string>;
};

/** Where addresses come from. */
export type Pool = {
  subnet: string;
  gateway: string;
  /** Addresses are taken from this part only; absent: from all of it. */
  range?: string;
};

export const defaultNetwork = 'bridge';
/** Modes that are no networks of ours, though Docker lists them. */
const builtinNetworks = ['host', 'none'] as const;
export type BuiltinNetwork = (typeof builtinNetworks)[number];

export const isBuiltin = (name: string): name is BuiltinNetwork => name === 'host' || name === 'none';

/** Those that are always there. */
export const isPredefined = (name: string): boolean => name === defaultNetwork || isBuiltin(name);

/** As for the networks that have a record: the same for the same store. */
export function networkId(storeId: string, name: string): string {
  return createHash('sha256').update(`${storeId}/${name}`).digest('hex');
}

export function subnetsOf({ ipv4, ipv6 }: Pick<NetworkRecord, 'ipv4' | 'ipv6'>): Subnet[] {
  return [parseSubnet(ipv4.subnet), ...(ipv6 ? [parseSubnet(ipv6.subnet)] : [])];
}
