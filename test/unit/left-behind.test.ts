import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { noteFailedStart } from '../../runtime-helper/container/failed-start.ts';
import { isLeftBehind } from '../../runtime-helper/engine/containers/sweep.ts';
import { SkiffError } from '../../runtime-helper/lib/errors.ts';

test('a container that was to go is left behind when it has ended, or could not begin', () => {
  const folder = mkdtempSync(join(tmpdir(), 'skiff-left-behind-'));
  try {
    const states = ['created', 'running', 'restarting', 'exited'] as const;
    const leftBehind = (autoRemove: boolean): string[] =>
      states.filter((status) => isLeftBehind({ autoRemove }, status, folder));
    assert.deepEqual([leftBehind(true), leftBehind(false)], [['exited'], []]);
    noteFailedStart(folder, new SkiffError('unavailable', 'the native program has ended'));
    assert.deepEqual([leftBehind(true), leftBehind(false)], [['created', 'exited'], []]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
