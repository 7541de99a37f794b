import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { basename, join } from 'node:path';
import { cache } from './paths.ts';

/** Compiles one C file of the tests' to a static program, once for each content. Returns its path. */
export function compile(source: string): string {
  const digest = createHash('sha256').update(readFileSync(source)).digest('hex').slice(0, 16);
  const program = join(cache, `${basename(source, '.c')}-${digest}`);
  if (existsSync(program)) return program;
  mkdirSync(cache, { recursive: true });
  const scratch = `${program}.${process.pid}`;
  const headers = join(cache, `kernel-headers-${process.arch}`);
  const flags = ['-std=gnu11', '-D_GNU_SOURCE', '-O2', '-Wall', '-Wextra', '-Werror', '-static', '-idirafter', headers];
  execFileSync('musl-gcc', [...flags, '-o', scratch, source], { stdio: ['ignore', 'ignore', 'inherit'] });
  renameSync(scratch, program);
  return program;
}
