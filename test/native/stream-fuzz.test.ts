import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { repository } from '../support/paths.ts';
import { randomSeed } from '../support/random-seed.ts';

test('frames, log records and detach keys of any bytes lead nowhere else than into refusal', () => {
  const folder = mkdtempSync(join(tmpdir(), 'skiff-fuzz-'));
  try {
    const native = join(repository, 'runtime-helper/native');
    const sources = ['stream.c', 'log_read.c', 'front_keys.c'].map((name) => join(native, name));
    const program = join(folder, 'fuzz');
    const flags = [
      '-std=gnu11',
      '-D_GNU_SOURCE',
      '-g',
      '-O1',
      '-fsanitize=address,undefined',
      '-fno-sanitize-recover=all',
    ];
    execFileSync('gcc', [
      ...flags,
      '-I',
      native,
      '-o',
      program,
      join(import.meta.dirname, 'stream-fuzz.c'),
      ...sources,
    ]);
    // A failure names the program's arguments, the seed among them: SKIFF_RANDOM_SEED=… runs the same again.
    const seed = String(randomSeed());
    const said = execFileSync(program, ['20000', seed], { encoding: 'utf8' });
    assert.equal(said, '20000 rounds\n', `seed ${seed}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
