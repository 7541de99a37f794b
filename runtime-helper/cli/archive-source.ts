import { resolve } from 'node:path';
import { SkiffError } from '../lib/errors.ts';
import type { Terminal } from './terminal.ts';

const standardInput = new Set(['/dev/stdin', '/dev/fd/0', '/proc/self/fd/0']);

/** A file that a command reads, or its standard input. Commands run in the helper: it has no other descriptors of the caller's. */
export function archiveSource(
  path: string,
  terminal: Terminal,
): { path: string } | { stream: ReturnType<Terminal['readStdin']> } {
  const absolute = resolve(terminal.cwd, path);
  if (standardInput.has(absolute)) return { stream: terminal.readStdin() };
  if (/^\/(?:dev|proc\/self)\/fd\/\d+$/.test(absolute))
    throw new SkiffError('invalid-argument', `${path}: only standard input can be read so`, {
      hint: 'Pipe it in: COMMAND | skiff import -, or COMMAND | skiff load.',
    });
  return { path: absolute };
}
