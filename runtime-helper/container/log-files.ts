import { statSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from '../lib/errors.ts';
import { namesIn } from '../lib/names-in.ts';

/** A log is `0.log`, and what was put aside when that grew too long: `0.log.1`, before that `0.log.2` … */
const namePattern = /^0\.log(?:\.(\d+))?$/;
const mostTries = 10;

/** Paths of a log's files, oldest first. Absent folder: none. */
export function logFiles(folder: string): string[] {
  const numbers = new Map<string, number>();
  for (const name of namesIn(folder)) {
    const match = namePattern.exec(name);
    if (match) numbers.set(name, Number(match[1] ?? 0));
  }
  return [...numbers].toSorted(([, a], [, b]) => b - a).map(([name]) => join(folder, name));
}

/**
 * Opens the file that follows `current`, by its inode since names move on; the oldest that there is when `current` is absent, or
 * gone. Absent: there is none.
 */
export async function openNextLog(folder: string, current?: number): Promise<FileHandle | undefined> {
  for (let tries = 0; tries < mostTries; tries += 1) {
    const files = logFiles(folder).flatMap((path) => inodeOf(path) ?? []);
    const next = files[files.findIndex(({ inode }) => inode === current) + 1];
    if (!next) return undefined;
    const file = await openLog(next.path);
    if (!file) continue;
    // The names may have moved on in between.
    if ((await file.stat()).ino === next.inode) return file;
    await file.close();
  }
  return undefined;
}

export async function openLog(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function inodeOf(path: string): { path: string; inode: number } | undefined {
  const inode = statSync(path, { throwIfNoEntry: false })?.ino;
  return inode === undefined ? undefined : { path, inode };
}
