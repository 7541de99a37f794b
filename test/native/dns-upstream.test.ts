import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { repository } from '../support/paths.ts';

test('a name server that answers what nobody asked is not waited for', () => {
  const folder = mkdtempSync(join(tmpdir(), 'skiff-upstream-'));
  try {
    const native = join(repository, 'runtime-helper/native');
    const names = ['dns_message.c', 'resolver_upstream.c'].map((name) => join(native, name));
    const program = join(folder, 'upstream');
    const checks = ['-fsanitize=address,undefined', '-fno-sanitize-recover=all'];
    const flags = ['-std=gnu11', '-D_GNU_SOURCE', '-g', '-O1', ...checks, '-I', native];
    execFileSync('gcc', [...flags, '-o', program, join(import.meta.dirname, 'dns-upstream.c'), ...names]);
    assert.equal(execFileSync(program, { encoding: 'utf8' }), '0 2\n');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
