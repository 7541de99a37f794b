import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Life } from '../../src/helper/life.ts';
import { Supervisor } from '../../src/helper/supervisor.ts';
import { until } from '../support/wait.ts';

/** What a supervisor did, with helpers that come up, fail and end when they are told to. */
function supervised() {
  const happened: string[] = [];
  const starts: { comeUp: () => void; fail: (error: Error) => void; die: () => void }[] = [];
  const supervisor = new Supervisor({
    begin: () =>
      new Promise<Life>((resolve, reject) => {
        const number = starts.length;
        const ended = Promise.withResolvers<string>();
        const life: Life = {
          hello: { protocolVersion: 1, version: '0', cliSocket: '', root: '/', runRoot: '/' },
          sendRequest: async (method) => `${method} by ${number}`,
          listen: () => {},
          ended: ended.promise,
          stop: async () => {
            happened.push(`stop ${number}`);
            ended.resolve('it was told to');
          },
        };
        happened.push(`start ${number}`);
        starts.push({ comeUp: () => resolve(life), fail: reject, die: () => ended.resolve('it died') });
      }),
    requests: new Map(),
    setState: ({ status }) => void happened.push(status),
    log: { info: () => {}, error: () => {} },
  });
  supervisor.onDown(() => void happened.push('down'));
  supervisor.onReady(() => void happened.push('ready'));
  const start = async (number: number) => until(`start ${number}`, () => starts[number]);
  return { supervisor, happened, start };
}

test('a request waits through failures to start', async () => {
  const { supervisor, happened, start } = supervised();
  const answer = supervisor.sendRequest('a', {});
  (await start(0)).fail(new Error('not yet'));
  (await start(1)).comeUp();
  assert.equal(await answer, 'a by 1');
  assert.deepEqual(happened, ['starting', 'start 0', 'starting', 'start 1', 'running', 'ready']);
  await supervisor.dispose();
});

test('what is requested during a restart is for the next helper, which begins when the former is gone', async () => {
  const { supervisor, happened, start } = supervised();
  supervisor.start();
  (await start(0)).comeUp();
  assert.equal(await supervisor.sendRequest('a', {}), 'a by 0');
  const restarted = supervisor.restart();
  const answer = supervisor.sendRequest('b', {});
  await restarted;
  (await start(1)).comeUp();
  assert.equal(await answer, 'b by 1');
  const life = (number: number) => ['starting', `start ${number}`, 'running', 'ready'];
  assert.deepEqual(happened, [...life(0), 'stop 0', 'down', ...life(1)]);
  await supervisor.dispose();
});

test('who waits for a helper that does not come up gets the one that a restart brings', async () => {
  const { supervisor, happened, start } = supervised();
  const answer = supervisor.sendRequest('a', {});
  for (const number of [0, 1]) (await start(number)).fail(new Error('no'));
  // Long before the next try, a second later.
  await supervisor.restart();
  (await start(2)).comeUp();
  assert.equal(await answer, 'a by 2');
  assert.equal(happened.filter((one) => one === 'running').length, 1);
  await supervisor.dispose();
  assert.equal(happened.at(-1), 'stop 2');
});

test('a helper that comes up after a restart was asked for is stopped before the next', async () => {
  const { supervisor, happened, start } = supervised();
  const answer = supervisor.sendRequest('a', {});
  const first = await start(0);
  const restarted = supervisor.restart();
  first.comeUp();
  await restarted;
  (await start(1)).comeUp();
  assert.equal(await answer, 'a by 1');
  assert.ok(happened.indexOf('stop 0') < happened.indexOf('start 1'));
  await supervisor.dispose();
});

test('listeners that hear of the end of a helper make requests of the one that follows', async () => {
  const { supervisor, happened, start } = supervised();
  supervisor.start();
  const first = await start(0);
  first.comeUp();
  await supervisor.sendRequest('a', {});
  const answers: Promise<unknown>[] = [];
  supervisor.onDown(() => answers.push(supervisor.sendRequest('b', {})));
  first.die();
  (await start(1)).comeUp();
  assert.deepEqual(await Promise.all(answers), ['b by 1']);
  assert.equal(happened.filter((one) => one.startsWith('start ')).length, 2);
  await supervisor.dispose();
});

test('a window that closes waits for no further try, and starts none', async () => {
  const { supervisor, happened, start } = supervised();
  const refused = assert.rejects(supervisor.sendRequest('a', {}), /closing/);
  (await start(0)).fail(new Error('no'));
  (await start(1)).fail(new Error('no'));
  await until('it waits for its third try', () => happened.at(-1) === 'start 1');
  await supervisor.dispose();
  await refused;
  assert.equal(happened.at(-1), 'start 1');
});

test('one that refuses is not asked again until somebody wants it', async () => {
  const { supervisor, happened, start } = supervised();
  const refused = assert.rejects(supervisor.sendRequest('a', {}), /the store can't be opened/);
  (await start(0)).fail(Object.assign(new Error("the store can't be opened"), { data: {} }));
  await refused;
  assert.equal(happened.at(-1), 'failed');
  const answer = supervisor.sendRequest('b', {});
  (await start(1)).comeUp();
  assert.equal(await answer, 'b by 1');
  await supervisor.dispose();
});
