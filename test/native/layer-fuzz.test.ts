import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { repository } from '../support/paths.ts';
import { randomSeed } from '../support/random-seed.ts';

test('layers of any bytes are applied or refused, and reach nothing beside their directory', () => {
  const folder = mkdtempSync(join(tmpdir(), 'skiff-fuzz-'));
  try {
    const native = join(repository, 'runtime-helper/native');
    const parts = ['content', 'entry', 'metadata', 'reader', 'stream', 'tree', 'whiteout'].map(
      (name) => `layer_${name}.c`,
    );
    const names = [...parts, 'tree_remove.c', 'rootfs.c', 'io.c', 'temporary_name.c', 'errors.c'];
    const program = join(folder, 'fuzz');
    const flags = [
      '-std=gnu11',
      '-D_GNU_SOURCE',
      '-g',
      '-O1',
      '-fsanitize=address,undefined',
      '-fno-sanitize-recover=all',
    ];
    const sources = [join(import.meta.dirname, 'layer-fuzz.c'), ...names.map((name) => join(native, name))];
    execFileSync('gcc', [...flags, '-I', native, '-o', program, ...sources]);
    // Two up, so that `../..` of a layer is still ours to look at.
    const inner = join(folder, 'a/b');
    mkdirSync(inner, { recursive: true });
    // A failure names the program's arguments, the seed among them: SKIFF_RANDOM_SEED=… runs the same again.
    const seed = String(randomSeed());
    const said = execFileSync(program, ['60', seed], { cwd: inner, encoding: 'utf8' });
    assert.equal(said, '60 rounds\n', `seed ${seed}`);
    assert.deepEqual(
      [readdirSync(folder).toSorted(), readdirSync(join(folder, 'a')), readdirSync(inner)],
      [['a', 'fuzz'], ['b'], []],
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
