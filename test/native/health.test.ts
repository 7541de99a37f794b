import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { HealthcheckPlan } from '../../runtime-helper/oci/healthcheck.ts';
import { processes } from '../support/kernel-objects.ts';
import { NativeStore } from '../support/native-store.ts';
import { until } from '../support/wait.ts';

const plan = (line: string, more: Partial<HealthcheckPlan> = {}): HealthcheckPlan => ({
  ...{ args: ['sh', '-c', line], interval: 20, timeout: 10_000, startPeriod: 0, startInterval: 20, retries: 2 },
  ...more,
});

describe('a monitor that asks whether its container is well', () => {
  let store: NativeStore;
  before(async () => {
    store = await NativeStore.open();
  });
  after(() => store.dispose());

  const start = (healthcheck: HealthcheckPlan) =>
    store.runDetached({ args: ['sleep', '1000'], start: { healthcheck } });
  const word = (id: string): string | undefined => store.state(id)?.split(' ')[6];
  const record = (id: string): string[] =>
    readFileSync(join(store.root, 'containers', id, 'health'), 'utf8')
      .trimEnd()
      .split('\n');

  it('says so as the last word of its state, and keeps the last five answers', async () => {
    const fresh = await start(plan('exit 3', { interval: 60_000 }));
    assert.equal(word(fresh.id), 'starting');
    const { id } = await start(plan('echo $$; exit 3'));
    await until('it is not well', () => word(id) === 'unhealthy');
    await until('there are five answers', () => record(id).length === 6);
    const [head = '', ...entries] = record(id);
    assert.match(head, /^unhealthy \d+$/);
    for (const entry of entries) assert.match(entry, /^3 \S+Z \S+Z (?:3\d)+0a$/);
  });

  it('has no word to say where nobody asks', async () => {
    const { id } = await store.runDetached({ args: ['sleep', '1000'] });
    assert.equal(store.state(id)?.split(' ').length, 6);
  });

  it('takes a question that is under way along when it is killed', async () => {
    const marker = `sleep 86${process.pid}`;
    const { id, monitor } = await start(plan(`${marker}; :`));
    const asks = () => processes().some(({ command }) => command.includes(marker));
    await until('the question is asked', asks);
    process.kill(monitor, 'SIGKILL');
    await until('nobody asks any more', () => !asks());
    // What is left of it goes with its next life.
    await store.start(id, { args: ['true'], start: { gate: false } }).answer;
  });

  it('lets a client go while a question is under way', async () => {
    const started = store.create({
      args: ['sh', '-c', 'until test -e /tmp/asked; do :; done'],
      start: { gate: false, healthcheck: plan('touch /tmp/asked; sleep 1000; :') },
    });
    await started.answer;
    await until('it has ended, and the question with it', () => store.state(started.id) === 'exited');
    assert.equal(store.exitRecord(started.id)?.exitCode, 0);
  });

  it('is asked nothing by a request that leaves it no time between two questions', async () => {
    const { answer } = store.create({
      args: ['true'],
      start: { gate: false, healthcheck: plan('true', { interval: 0 }) },
    });
    await assert.rejects(answer, { stage: 'request' });
  });
});
