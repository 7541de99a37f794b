import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TransferProgress } from '../../src/model/transfer-progress.ts';

test('a transfer is as far as its bytes are, and a part that is done keeps its size', () => {
  const progress = new TransferProgress();
  progress.add([{ id: 'latest', status: 'Pulling from library/box' }]);
  assert.deepEqual([progress.fraction, progress.describe()], [0, 'Pulling from library/box']);
  progress.add([
    { id: 'a', status: 'Downloading', current: 250_000, total: 1_000_000 },
    { id: 'b', status: 'Downloading', current: 250_000, total: 1_000_000 },
  ]);
  assert.deepEqual([progress.fraction, progress.describe()], [0.25, '500 kB of 2.00 MB']);
  progress.add([{ id: 'a', status: 'Download complete' }]);
  assert.equal(progress.fraction, 0.625);
  progress.add([
    { id: 'a', status: 'Pull complete' },
    { id: 'b', status: 'Pull complete' },
  ]);
  assert.deepEqual([progress.fraction, progress.describe()], [1, 'Pull complete']);
});
