import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { repository } from '../support/paths.ts';
import { randomSeed } from '../support/random-seed.ts';

test('questions of any bytes are answered or refused, and what is known to be wrong is refused', () => {
  const folder = mkdtempSync(join(tmpdir(), 'skiff-fuzz-'));
  try {
    const native = join(repository, 'runtime-helper/native');
    const names = ['dns_message.c', 'dns_names.c', 'io.c', 'temporary_name.c', 'veth.c'].map((name) =>
      join(native, name),
    );
    const program = join(folder, 'fuzz');
    const checks = ['-fsanitize=address,undefined', '-fno-sanitize-recover=all'];
    const flags = ['-std=gnu11', '-D_GNU_SOURCE', '-g', '-O1', ...checks, '-I', native];
    execFileSync('gcc', [...flags, '-o', program, join(import.meta.dirname, 'dns-fuzz.c'), ...names]);
    const [owner, other] = ['a'.repeat(64), 'b'.repeat(64)];
    mkdirSync(join(folder, 'app/leases'), { recursive: true });
    const dead = 'd'.repeat(64);
    mkdirSync(join(folder, 'interfaces'));
    // The one on its second network alone.
    symlinkSync('../virtual', join(folder, 'interfaces', `sv${owner.slice(0, 12)}1`));
    const claim = (name: string, entry: string, holder = owner, wants = owner): void => {
      mkdirSync(join(folder, 'app/names', name), { recursive: true });
      symlinkSync(wants, join(folder, 'app/names', name, entry));
      rmSync(join(folder, 'app/leases', entry), { force: true });
      if (/^\d/.test(entry)) symlinkSync(holder, join(folder, 'app/leases', entry));
    };
    claim('db', '10.64.0.9');
    claim('9.0.64.10.in-addr.arpa', 'db');
    claim('stale', '10.64.0.10', other);
    claim('dead', '10.64.0.11', dead, dead);
    for (let last = 100; last < 180; last += 1) claim('many', `10.64.0.${last}`);
    // A failure names the program's arguments, the seed among them: SKIFF_RANDOM_SEED=… runs the same again.
    const seed = String(randomSeed());
    const said = execFileSync(program, ['30000', seed], { cwd: folder, encoding: 'utf8' });
    assert.equal(said, '30000 rounds\n', `seed ${seed}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
