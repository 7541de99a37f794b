import { SkiffError } from '../lib/errors.ts';

/** Extended header records by key; values are bytes, since xattrs are. */
export type PaxRecords = Map<string, Buffer>;

/** "%d %s=%s\n", where the number counts the whole record, itself included (POSIX pax, "pax Extended Header"). */
export function parsePaxRecords(bytes: Buffer, what: string): PaxRecords {
  const records: PaxRecords = new Map();
  for (let at = 0; at < bytes.length;) {
    const space = bytes.indexOf(0x20, at);
    const digits = space < 0 ? '' : bytes.toString('latin1', at, space);
    const length = /^[0-9]{1,8}$/.test(digits) ? Number(digits) : 0;
    const end = at + length;
    const equals = bytes.indexOf(0x3d, space);
    if (end > bytes.length || equals < 0 || equals >= end || bytes[end - 1] !== 0x0a)
      throw new SkiffError('invalid-argument', `${what}: a pax record is damaged`);
    records.set(bytes.toString('latin1', space + 1, equals), Buffer.from(bytes.subarray(equals + 1, end - 1)));
    at = end;
  }
  return records;
}
