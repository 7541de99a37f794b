import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { temporaryPath } from './temporary-file.ts';

/**
 * Writes a file under a temporary name in the same folder and renames it, so that no reader ever sees half of it.
 *
 * `durable` also survives a power cut: it syncs the file before the rename and the folder after it (rename(2) alone may
 * bring the old content back, or an empty file).
 */
export function writeAtomic(
  path: string,
  content: string | Uint8Array,
  options: { durable: boolean; mode?: number },
): void {
  const temporary = temporaryPath(path);
  const descriptor = openSync(temporary, 'wx', options.mode ?? 0o644);
  try {
    try {
      const bytes = typeof content === 'string' ? Buffer.from(content) : content;
      for (let at = 0; at < bytes.length;) at += writeSync(descriptor, bytes, at);
      if (options.durable) fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  if (options.durable) syncDirectory(dirname(path));
}

/** Makes the names in a folder durable (fsync(2), "does not necessarily ensure that the entry in the directory … has also reached disk"). */
export function syncDirectory(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
