import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { SkiffError } from '../lib/errors.ts';
import { readSource } from '../lib/source-bytes.ts';
import { callerPath } from './caller-file.ts';
import type { Terminal } from './terminal.ts';

const standardInput = new Set(['/dev/stdin', '/dev/fd/0', '/proc/self/fd/0']);

/** A file that a command reads, or its standard input. */
export function archiveSource(
  path: string,
  terminal: Terminal,
): { path: string } | { stream: AsyncIterable<Uint8Array> } {
  const absolute = resolve(terminal.cwd, path);
  if (standardInput.has(absolute)) return { stream: terminal.readStdin() };
  const there = callerPath(path, terminal);
  if (there === absolute) return { path: absolute };
  if (!existsSync(there)) throw new SkiffError('not-found', `${path}: no such file`);
  // A pipe can be read once.
  return { stream: readSource(there, terminal.signal) };
}
