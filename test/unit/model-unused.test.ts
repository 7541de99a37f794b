import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NetworkSummary, VolumeSummary } from '../../runtime-helper/protocol/types.ts';
import { unusedOf } from '../../src/model/unused.ts';
import { containerSummary, exitedState, runningState } from '../support/summaries.ts';

const network = (name: string, change: Partial<NetworkSummary> = {}): NetworkSummary => ({
  id: name,
  name,
  driver: 'bridge',
  predefined: false,
  internal: false,
  containers: [],
  ...change,
});

const volume = (name: string, users: string[]): VolumeSummary => ({
  name,
  users,
  anonymous: false,
  mountpoint: `/${name}`,
  createdAt: '2026-01-01T00:00:00Z',
});

test('what runs, is always there, has a name or belongs to a container is not unused', () => {
  const web = containerSummary('web', { state: runningState, imageId: 'sha256:2' });
  const { containers, networks, unnamedImages, volumes } = unusedOf({
    containers: [
      web,
      containerSummary('batch', { state: exitedState(3), imageId: 'sha256:3' }),
      containerSummary('later', { state: { status: 'created' } }),
    ],
    networks: [
      network('bridge', { predefined: true }),
      network('shop', { containers: [{ id: web.id, name: 'web' }] }),
      network('lab'),
    ],
    images: [
      { id: 'sha256:1', references: ['web:1'], size: 1 },
      { id: 'sha256:2', references: [], size: 1 },
      { id: 'sha256:3', references: [], size: 1 },
      { id: 'sha256:4', references: [], size: 1 },
    ],
    volumes: [volume('records', [web.id]), volume('old', [])],
  });
  assert.deepEqual(
    [containers, networks, volumes].map((all) => all.map(({ name }) => name)),
    [['batch', 'later'], ['lab'], ['old']],
  );
  assert.deepEqual(
    unnamedImages.map(({ id }) => id),
    ['sha256:4'],
  );
});
