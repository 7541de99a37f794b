import { bad } from '../oci/json.ts';

/** Absent (or null, as Go writes it): undefined. */
export function optionalInteger(value: unknown, what: string): number | undefined {
  return value === undefined || value === null ? undefined : integer(value, what);
}

export function integer(value: unknown, what: string): number {
  if (typeof value !== 'number' || !Number.isInteger(value))
    throw bad(`${what}: ${JSON.stringify(value)} is not a whole number`);
  return value;
}
