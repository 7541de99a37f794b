import { UsageError } from './usage-error.ts';

const units: Readonly<Record<string, number>> = { b: 0, k: 1, m: 2, g: 3, t: 4, p: 5 };

/** docker/go-units RAMInBytes: `512m`, `1.5g`, `64MiB`, a number alone in bytes. Binary, whatever the unit is called. */
export function parseBytes(text: string, option: string): number {
  const match = /^(\d+(?:\.\d+)?) ?(?:([kmgtp])(?:i?b)?|b)?$/i.exec(text);
  const power = units[match?.[2]?.toLowerCase() ?? 'b'] ?? 0;
  const bytes = match ? Math.trunc(Number(match[1]) * 1024 ** power) : Number.NaN;
  if (Number.isSafeInteger(bytes)) return bytes;
  throw new UsageError(`invalid argument "${text}" for "--${option}" flag: invalid size: '${text}'`, 125);
}
