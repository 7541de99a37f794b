import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { compile } from '../support/compile.ts';
import { containerOptions, operation, testEngine } from '../support/engine.ts';
import { busyboxRootfs } from '../support/images.ts';
import { tar } from '../support/tar.ts';

test('a copy into a container changes no mode outside it, while a directory there becomes a link and back', async () => {
  const { engine, dispose } = await testEngine();
  const folder = mkdtempSync(join(tmpdir(), 'skiff-race-'));
  const victim = join(folder, 'victim');
  writeFileSync(victim, 'of the host', { mode: 0o600 });
  try {
    await engine.importImage({ path: busyboxRootfs() }, { reference: 'busybox' }, operation);
    const options = containerOptions({ image: 'busybox', command: ['sleep', '1000'], network: 'none' });
    const { id } = await engine.createContainer(options, operation);
    const { started } = await engine.startContainer(id, { gate: false }, operation);
    await started;
    const { state } = engine.findContainer(id);
    assert.equal(state.status, 'running');
    const cwd = `/proc/${state.pid}/root/tmp`;
    mkdirSync(join(cwd, 'swapped'));
    symlinkSync(victim, join(cwd, 'link'));
    const swapping = spawn(compile(join(import.meta.dirname, '../support/swap.c')), ['swapped', 'link'], { cwd });
    try {
      const archive = tar(Array.from({ length: 20 }, () => ({ path: 'swapped/', type: '5', mode: 0o777 })));
      async function* stream(): AsyncGenerator<Uint8Array, void, undefined> {
        yield archive;
      }
      // When it meets the link it is refused, and else it goes well.
      for (let tries = 0; tries < 100 && mode(victim) === 0o600; tries += 1)
        await engine
          .copyToContainer(id, { stream: stream() }, '/tmp', { followLink: false, keepOwners: false }, operation)
          .catch(() => {});
      assert.equal(mode(victim), 0o600);
      assert.equal(swapping.exitCode, null);
    } finally {
      swapping.kill('SIGKILL');
      await once(swapping, 'exit');
    }
  } finally {
    await dispose();
    rmSync(folder, { recursive: true, force: true });
  }
});

const mode = (path: string): number => statSync(path).mode & 0o777;
