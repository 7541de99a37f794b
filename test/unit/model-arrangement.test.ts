import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ContainerState, ContainerSummary } from '../../runtime-helper/protocol/types.ts';
import { containerSummary, exitedState, runningState } from '../support/summaries.ts';
import { arrange, Arranged, dependsOnState, isFiltered, type Arrangement } from '../../src/model/arrangement.ts';

const exited = exitedState(0);

function container(
  name: string,
  image: string,
  state: ContainerState,
  change: Partial<ContainerSummary> = {},
): ContainerSummary {
  return containerSummary(name, { image, state, ...change });
}

const web2 = container('web2', 'nginx:1', runningState, {
  command: ['nginx', '-g', 'daemon off;'],
  labels: { 'com.docker.compose.project': 'shop', tier: 'front' },
});
const job = container('job', '@host', exited);
const web10 = container('web10', 'nginx:1', exited);
const db = container('db', 'postgres:16', { status: 'created' }, { labels: { 'com.docker.compose.project': 'shop' } });
const all = [web2, job, web10, db];

const plain: Arrangement = { groupBy: 'none', label: '', sortBy: 'created', onlyRunning: false, filter: '' };
const names = (change: Partial<Arrangement>): [string, string[]][] =>
  arrange(all, { ...plain, ...change }).map(({ title, containers }) => [title, containers.map(({ name }) => name)]);

describe('the arrangement of containers', () => {
  it('leaves the order as it is, newest first, and makes no groups by itself', () => {
    assert.deepEqual(names({}), [['', ['web2', 'job', 'web10', 'db']]]);
    assert.deepEqual(arrange([], plain), []);
  });

  it('sorts names as people count, and states by what needs an eye', () => {
    assert.deepEqual(names({ sortBy: 'name' }), [['', ['db', 'job', 'web2', 'web10']]]);
    assert.deepEqual(names({ sortBy: 'state' }), [['', ['web2', 'db', 'job', 'web10']]]);
  });

  it('groups by state, running first, and by image', () => {
    assert.deepEqual(names({ groupBy: 'state' }), [
      ['Running', ['web2']],
      ['Created', ['db']],
      ['Exited', ['job', 'web10']],
    ]);
    assert.deepEqual(names({ groupBy: 'image', sortBy: 'name' }), [
      ['@host', ['job']],
      ['nginx:1', ['web2', 'web10']],
      ['postgres:16', ['db']],
    ]);
  });

  it('groups by project and by any label, those without one last', () => {
    assert.deepEqual(names({ groupBy: 'project' }), [
      ['shop', ['web2', 'db']],
      ['No Project', ['job', 'web10']],
    ]);
    assert.deepEqual(names({ groupBy: 'label', label: 'tier' }), [
      ['front', ['web2']],
      ['No tier', ['job', 'web10', 'db']],
    ]);
  });

  it('filters by words in whatever a person may know, in any order and case', () => {
    assert.deepEqual(names({ filter: ' NGINX  daemon' }), [['', ['web2']]]);
    assert.deepEqual(names({ filter: 'tier=front' }), [['', ['web2']]]);
    assert.deepEqual(names({ filter: job.id.slice(0, 12) }), [['', ['job']]]);
    assert.deepEqual(names({ filter: 'nginx postgres' }), []);
  });

  it('leaves out what does not run when asked to', () => {
    assert.deepEqual(names({ onlyRunning: true, groupBy: 'image' }), [['nginx:1', ['web2']]]);
  });

  it('knows when it hides something, and when a state moves a row', () => {
    assert.deepEqual(
      [{ filter: ' ' }, { filter: 'x' }, { onlyRunning: true }].map((one) => isFiltered({ ...plain, ...one })),
      [false, true, true],
    );
    assert.deepEqual(
      [{}, { groupBy: 'image' }, { groupBy: 'state' }, { sortBy: 'state' }, { onlyRunning: true }].map((one) =>
        dependsOnState({ ...plain, ...(one as Partial<Arrangement>) }),
      ),
      [false, false, true, true, true],
    );
  });

  it('tells of each change', () => {
    const arranged = new Arranged();
    const seen: string[] = [];
    arranged.onChanged(({ filter }) => seen.push(filter));
    arranged.set({ filter: 'a' });
    arranged.set({ groupBy: 'state' });
    assert.deepEqual([seen, arranged.current.groupBy], [['a', 'a'], 'state']);
  });
});
