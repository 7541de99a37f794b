import { open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { errnoOf, SkiffError } from '../lib/errors.ts';
import { sweepTemporary, temporaryPath } from '../lib/temporary-file.ts';
import { WriteBatch } from '../lib/write-batch.ts';
import type { Terminal } from './terminal.ts';

/** Writes an archive to a file, which has its name only when all of it is there, or to stdout. Throws before anything is read when neither can be. */
export async function writeOutput(
  source: AsyncIterable<Uint8Array>,
  path: string | undefined,
  terminal: Terminal,
): Promise<void> {
  if (path !== undefined) return writeFile(source, path);
  if (terminal.stdoutTty)
    throw new SkiffError('invalid-argument', 'cowardly refusing to save to a terminal. Use the -o flag or redirect');
  for await (const chunk of source) {
    terminal.stdout(chunk);
    await terminal.drained();
  }
}

/** As above, to a file. */
export async function writeFile(source: AsyncIterable<Uint8Array>, path: string): Promise<void> {
  const present = await stat(path).catch(() => undefined);
  // A device or a pipe is written to, not replaced.
  const isSpecial = present !== undefined && !present.isFile();
  const target = isSpecial ? path : temporaryPath(path);
  if (!isSpecial) sweepTemporary(dirname(path), `${basename(path)}.`);
  try {
    const file = await open(target, isSpecial ? 'w' : 'wx');
    try {
      const batch = new WriteBatch(file);
      for await (const chunk of source) await batch.add(chunk);
      await batch.flush();
    } finally {
      await file.close();
    }
    if (!isSpecial) await rename(target, path);
  } catch (error) {
    if (!isSpecial) await rm(target, { force: true });
    throw fileFailure(error, path);
  }
}

function fileFailure(error: unknown, path: string): unknown {
  switch (errnoOf(error)) {
    case 'ENOENT':
      return new SkiffError('not-found', `open ${path}: no such file or directory`, { cause: error });
    case 'EISDIR':
      return new SkiffError('invalid-argument', `${path}: is a directory`, { cause: error });
    case 'EACCES':
    case 'EROFS':
      return new SkiffError('permission-denied', `${path}: permission denied`, { cause: error });
    case 'ENOSPC':
      return new SkiffError('unavailable', `write ${path}: no space left on device`, { cause: error });
    default:
      return error;
  }
}
