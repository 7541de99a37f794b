import type { FileHandle } from 'node:fs/promises';
import { logFiles, openLog } from './log-files.ts';
import { headerLength, recordKind } from './log-records.ts';

const firstWindow = 64 * 1024;
const newline = 0x0a;

/** A place in a log; the file is the caller's to close. */
export type LogPosition = { file: FileHandle; offset: number };

/** Where the last `count` lines begin, parts counted with the line that they begin. Absent: there is no log. */
export async function openTail(folder: string, count: number): Promise<LogPosition | undefined> {
  let missing = count;
  let oldest: LogPosition | undefined;
  for (const path of logFiles(folder).reverse()) {
    const file = await openLog(path);
    if (!file) continue;
    const found = await searchBack(file, missing, oldest === undefined);
    await oldest?.file.close();
    oldest = { file, offset: found.offset };
    if (found.lines > missing) return oldest;
    missing -= found.lines;
  }
  return oldest;
}

/** `lines` is more than `count` when the beginning was found. `isLast`: nothing comes behind this file. */
async function searchBack(
  file: FileHandle,
  count: number,
  isLast: boolean,
): Promise<{ offset: number; lines: number }> {
  const { size } = await file.stat();
  if (count === 0 && isLast) return { offset: size, lines: 1 };
  for (let window = firstWindow; ; window *= 4) {
    const from = Math.max(0, size - window);
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(size - from), 0, size - from, from);
    const found = findLine(buffer.subarray(0, bytesRead), count, isLast);
    if (found.lines > count) return { offset: from + found.offset, lines: found.lines };
    if (from === 0) return { offset: 0, lines: found.lines };
  }
}

/** Counts ends of whole lines from the end; the last wanted line begins behind the one that is one too many. */
function findLine(bytes: Buffer, count: number, isLast: boolean): { offset: number; lines: number } {
  let lines = 0;
  let end = bytes.lastIndexOf(newline) + 1;
  while (end > 0) {
    const start = end < 2 ? 0 : bytes.lastIndexOf(newline, end - 2) + 1;
    // What lies before the first newline may be half a record.
    if (start === 0 && !startsRecord(bytes)) break;
    const kind = end - start > headerLength ? recordKind(bytes, start) : undefined;
    const isUnfinished = isLast && lines === 0 && kind?.isWhole === false && end === bytes.lastIndexOf(newline) + 1;
    if (kind?.isWhole || isUnfinished) lines += 1;
    if (lines > count) return { offset: end, lines };
    end = start;
  }
  return { offset: 0, lines };
}

const startsRecord = (bytes: Buffer): boolean => /^\d{4}-\d\d-\d\dT/.test(bytes.toString('latin1', 0, 11));
