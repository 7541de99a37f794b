import { isIPv4, isIPv6 } from 'node:net';
import { SkiffError } from '../lib/errors.ts';
import { phrase } from '../lib/phrase.ts';

export type Family = 4 | 6;
/** An address as a number. */
export type Address = { family: Family; value: bigint };
/** A network: its first address as a number, and the length of its prefix. */
export type Subnet = { family: Family; base: bigint; prefix: number };

const bitsOf = (family: Family): number => (family === 4 ? 32 : 128);

/** Absent: no IP address. */
export function tryAddress(text: string): Address | undefined {
  if (isIPv4(text)) return { family: 4, value: join(text.split('.').map(Number), 8n) };
  if (isIPv6(text) && !text.includes('%')) return { family: 6, value: join(groups(text), 16n) };
  return undefined;
}

/** Throws invalid-argument for what is no IP address. */
export function parseAddress(text: string): Address {
  const address = tryAddress(text);
  if (!address) throw new SkiffError('invalid-argument', phrase('invalid IP address: {0}', text));
  return address;
}

/** Bits after the prefix are dropped. */
export function parseSubnet(text: string): Subnet {
  const [ip = '', length = '', ...rest] = text.split('/');
  const address = tryAddress(ip);
  const prefix = /^\d{1,3}$/.test(length) ? Number(length) : Number.NaN;
  if (!address || rest.length > 0 || !(prefix <= bitsOf(address.family)))
    throw new SkiffError('invalid-argument', phrase('invalid subnet: {0}', text));
  const { family, value } = address;
  return { family, base: value - (value % sizeOf({ family, prefix })), prefix };
}

/** IPv6 in the short form of RFC 5952. */
export function formatAddress({ family, value }: Address): string {
  return family === 4 ? split(value, 4, 8n).join('.') : shorten(split(value, 8, 16n));
}

export function formatSubnet({ family, base, prefix }: Subnet): string {
  return `${formatAddress({ family, value: base })}/${prefix}`;
}

/** How many addresses a prefix leaves. */
export function sizeOf({ family, prefix }: Pick<Subnet, 'family' | 'prefix'>): bigint {
  return 1n << BigInt(bitsOf(family) - prefix);
}

/** Also its first and last address, which hosts can't have. */
export function contains(subnet: Subnet, { family, value }: Address): boolean {
  return family === subnet.family && value >= subnet.base && value < subnet.base + sizeOf(subnet);
}

/** Whether two networks have an address in common. */
export function overlaps(a: Subnet, b: Subnet): boolean {
  if (a.family !== b.family) return false;
  const size = sizeOf({ family: a.family, prefix: Math.min(a.prefix, b.prefix) });
  return a.base / size === b.base / size;
}

function join(parts: readonly number[], bits: bigint): bigint {
  return parts.reduce((sum, part) => (sum << bits) | BigInt(part), 0n);
}

function split(value: bigint, count: number, bits: bigint): number[] {
  return Array.from({ length: count }, (_, index) =>
    Number((value >> (bits * BigInt(count - 1 - index))) & ((1n << bits) - 1n)),
  );
}

/** The eight numbers of an IPv6 address; its end may be written as IPv4 (RFC 4291, 2.2). */
function groups(text: string): number[] {
  const [head = [], tail] = text.split('::').map((part) => part.split(':').filter(Boolean).flatMap(group));
  if (tail === undefined) return head;
  return [...head, ...Array<number>(8 - head.length - tail.length).fill(0), ...tail];
}

function group(text: string): number[] {
  if (!text.includes('.')) return [Number.parseInt(text, 16)];
  const [a = 0, b = 0, c = 0, d = 0] = text.split('.').map(Number);
  return [a * 256 + b, c * 256 + d];
}

/** The text of RFC 5952, as URLs have it. */
function shorten(parts: readonly number[]): string {
  return new URL(`http://[${parts.map((part) => part.toString(16)).join(':')}]`).hostname.slice(1, -1);
}
