/** Readers of JSON that nobody vouches for: each throws invalid-argument that names `what`. */
import { SkiffError } from '../lib/errors.ts';

/** More than any manifest or config has; what is larger is not read into memory. */
export const maxJsonBytes = 4 * 1024 * 1024;

export function parse(bytes: Uint8Array, what: string): unknown {
  if (bytes.length > maxJsonBytes) throw bad(`${what}: ${bytes.length} bytes are too many`);
  try {
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8')) as unknown;
  } catch (cause) {
    throw new SkiffError('invalid-argument', `${what}: not valid JSON`, { cause });
  }
}

export function parseObject(bytes: Uint8Array, what: string): Record<string, unknown> {
  return object(parse(bytes, what), what);
}

export function object(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw bad(`${what}: not an object`);
  return value as Record<string, unknown>;
}

/** Go writes an empty struct, slice or map as null. */
export function optionalObject(value: unknown, what: string): Record<string, unknown> {
  return value === undefined || value === null ? {} : object(value, what);
}

/** Absent and null are the empty list. */
export function array(value: unknown, what: string): unknown[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw bad(`${what}: not a list`);
  return value;
}

/** Absent and null are the empty text. */
export function text(value: unknown, what: string): string {
  if (value === undefined || value === null) return '';
  // A NUL would end the string early on its way to the kernel.
  if (typeof value !== 'string' || value.includes('\0')) throw bad(`${what}: not a text`);
  return value;
}

export function words(value: unknown, what: string): string[] {
  return array(value, what).map((word) => {
    if (typeof word !== 'string') throw bad(`${what}: not a list of texts`);
    return text(word, what);
  });
}

export function textMap(value: unknown, what: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(optionalObject(value, what)).map(([key, entry]) => [key, text(entry, `${what}: ${key}`)]),
  );
}

export function bad(message: string): SkiffError {
  return new SkiffError('invalid-argument', message);
}
