import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { errnoOf, SkiffError } from '../lib/errors.ts';
import type { Terminal } from './terminal.ts';

/** Whose file it is: a window has neither descriptors nor standard input. */
export type Caller = Pick<Terminal, 'cwd'> & Partial<Pick<Terminal, 'pid'>>;

/**
 * Where a path leads that was typed there. Commands run in the helper: the descriptors that `/dev/fd/63` of a shell's `<(…)` and
 * `/dev/stdin` speak of are the front's.
 */
export function callerPath(path: string, { cwd, pid }: Caller): string {
  const absolute = resolve(cwd, path);
  const [, descriptor] =
    /^\/(?:dev|proc\/self)\/fd\/(\d+)$/.exec(absolute.replace(/^\/dev\/stdin$/, '/dev/fd/0')) ?? [];
  return descriptor === undefined || pid === undefined ? absolute : `/proc/${pid}/fd/${descriptor}`;
}

/** Waits for a pipe without keeping others waiting: what writes to it may ask this helper. */
export async function readCallerFile(path: string, caller: Caller, what = ''): Promise<string> {
  try {
    return await readFile(callerPath(path, caller), 'utf8');
  } catch (cause) {
    const reason = errnoOf(cause) === 'ENOENT' ? 'no such file or directory' : String(cause);
    throw new SkiffError('invalid-argument', `${what}open ${path}: ${reason}`, { cause, exitCode: 125 });
  }
}
