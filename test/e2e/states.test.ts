import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { TestStore } from '../support/store.ts';
import { until } from '../support/wait.ts';

const states = ['created', 'running', 'paused', 'restarting', 'exited'] as const;
type State = (typeof states)[number];
type Expectation = State | 'gone' | RegExp;

const notRunning = /is not running/;
/** What each command does in each state: the state after it, or Docker's refusal. */
const table: Record<string, { args: string[]; in: Record<State, Expectation> }> = {
  start: row(['start'], 'running', 'running', /cannot start a paused container/, 'restarting', 'running'),
  stop: row(['stop', '-t', '0'], 'created', 'exited', 'exited', 'exited', 'exited'),
  restart: row(['restart', '-t', '0'], 'running', 'running', 'running', 'running', 'running'),
  kill: row(['kill'], notRunning, 'exited', 'exited', 'exited', notRunning),
  pause: row(['pause'], notRunning, 'paused', /already paused/, /is restarting/, notRunning),
  unpause: row(['unpause'], /is not paused/, /is not paused/, 'running', /is not paused/, /is not paused/),
  rm: row(['rm'], 'gone', /is running: stop/, /is paused: unpause and/, /is restarting: stop/, 'gone'),
  'rm -f': row(['rm', '-f'], 'gone', 'gone', 'gone', 'gone', 'gone'),
  exec: row(['exec', '-d', 'c1', 'true'], notRunning, 'running', /unpause the container/, /is restarting/, notRunning),
  attach: row(
    ['attach'],
    /stopped container/,
    'running',
    /paused container/,
    /restarting container/,
    /stopped container/,
  ),
  top: row(['top'], notRunning, 'running', 'paused', /is restarting/, notRunning),
};

function row(args: string[], ...[created, running, paused, restarting, exited]: Expectation[]) {
  const of = (one: Expectation | undefined): Expectation => one ?? /never/;
  return {
    args,
    in: {
      ...{ created: of(created), running: of(running), paused: of(paused) },
      ...{ restarting: of(restarting), exited: of(exited) },
    },
  };
}

describe('a container', () => {
  let store: TestStore;
  before(() => {
    store = new TestStore();
  });
  after(() => store.dispose());

  const stateOf = async (): Promise<string> => {
    const { code, stdout } = await store.skiff(['inspect', '-f', '{{.State.Status}}', 'c1']);
    return code === 0 ? stdout.trim() : 'gone';
  };

  async function bring(state: State): Promise<void> {
    const policy = state === 'restarting' ? ['--restart', 'always'] : [];
    // Once it has failed, every start fails: the delay grows, so that a command meets it between two lives.
    const script = state === 'restarting' ? 'exit 3' : 'sleep 1000';
    await store.succeed(['create', '--name', 'c1', '--network', 'none', ...policy, '@host', 'sh', '-c', script]);
    if (state === 'created') return;
    await store.succeed(['start', 'c1']);
    if (state === 'paused') await store.succeed(['pause', 'c1']);
    if (state === 'exited') await store.succeed(['kill', 'c1']);
    if (state === 'restarting')
      await until('it waits long', async () => {
        const text = await store.succeed(['inspect', '-f', '{{.RestartCount}} {{.State.Status}}', 'c1']);
        return /^([5-9]|\d\d) restarting$/.test(text);
      });
  }

  for (const [name, { args, in: expectations }] of Object.entries(table))
    for (const state of states) {
      // What attaches to a running one stays; what restarts one that fails at once finds no state that lasts.
      if ((name === 'attach' && state === 'running') || (name === 'restart' && state === 'restarting')) continue;
      const expected = expectations[state];
      it(`that is ${state}: ${name} ${expected instanceof RegExp ? 'is refused' : `makes it ${expected}`}`, async () => {
        await bring(state);
        try {
          const { code, stderr } = await store.skiff(args.includes('c1') ? args : [...args, 'c1']);
          if (expected instanceof RegExp) {
            assert.match(stderr, expected);
            assert.notEqual(code, 0);
          } else {
            assert.equal(code, 0, stderr);
            assert.equal(await stateOf(), expected);
          }
        } finally {
          await store.skiff(['rm', '-f', 'c1']);
        }
      });
    }

  it('is restarted as often as on-failure says, and keeps its last exit code', async () => {
    const policy = ['--restart', 'on-failure:2'];
    await store.succeed([
      'run',
      '-d',
      '--name',
      'c1',
      '--network',
      'none',
      ...policy,
      '@host',
      'sh',
      '-c',
      'echo x; exit 3',
    ]);
    await until('it has ended for good', async () => (await stateOf()) === 'exited');
    assert.equal(await store.succeed(['inspect', '-f', '{{.RestartCount}} {{.State.ExitCode}}', 'c1']), '2 3');
    assert.equal(await store.succeed(['logs', 'c1']), 'x\nx\nx');
    await store.succeed(['rm', 'c1']);
  });
});
