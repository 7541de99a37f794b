import assert from 'node:assert/strict';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { commands, states, type Command, type State } from '../support/container-states.ts';
import { TestStore } from '../support/store.ts';
import { until } from '../support/wait.ts';

describe('a container', () => {
  let store: TestStore;
  before(() => {
    store = new TestStore();
  });
  after(() => store.dispose());

  const stateOf = async (container: string): Promise<string> => {
    const { code, stdout } = await store.skiff(['inspect', '-f', '{{.State.Status}}', container]);
    return code === 0 ? stdout.trim() : 'gone';
  };

  const obstacle = (): string => join(store.root, 'containers', `.removed-${store.containerIds()[0] ?? assert.fail()}`);

  async function bring(state: State): Promise<void> {
    const policy = state === 'restarting' ? ['--restart', 'always'] : [];
    // Once it has failed, every start fails: the delay grows, so that a command meets it between two lives.
    const script = state === 'restarting' ? 'exit 3' : 'sleep 1000';
    await store.succeed(['create', '--name', 'c1', '--network', 'none', ...policy, '@host', 'sh', '-c', script]);
    if (state === 'created') return;
    // Its removal fails halfway: there is something where its files are put.
    if (state === 'dead') mkdirSync(join(obstacle(), 'in the way'), { recursive: true });
    await store.succeed(['start', 'c1']);
    if (state === 'paused') await store.succeed(['pause', 'c1']);
    if (state === 'exited' || state === 'dead') await store.succeed(['kill', 'c1']);
    if (state === 'dead') assert.equal((await store.skiff(['rm', 'c1'])).code, 1);
    if (state === 'restarting') await until('it waits long', waitsLong);
  }

  /** Between two lives, and for long enough that what is asked of it next, and what becomes of that, meets it there. */
  async function waitsLong(): Promise<boolean> {
    const asked = Date.now();
    const format = '{{.State.Status}} {{.RestartCount}} {{.State.FinishedAt}}';
    const [status, count, ended = ''] = (await store.succeed(['inspect', '-f', format, 'c1'])).split(' ');
    // It waits 100 ms before its first restart, and twice as long before each that follows (restart.c).
    const left = Date.parse(ended) + 50 * 2 ** Number(count) - Date.now();
    return status === 'restarting' && left > Math.max(1500, 8 * (Date.now() - asked));
  }

  for (const [name, command] of Object.entries<Command>(commands))
    for (const state of states) {
      const expected = command.in[state];
      // What restarts one that fails at once finds no state that lasts.
      if (expected === 'stays' || (name === 'restart' && state === 'restarting')) continue;
      it(`that is ${state}: ${name} ${expected instanceof RegExp ? 'is refused' : `makes it ${expected}`}`, async () => {
        await bring(state);
        const [id = assert.fail()] = store.containerIds();
        if (state === 'dead') rmSync(obstacle(), { recursive: true });
        try {
          const { code, stderr } = await store.skiff([...command.args, id, ...command.after]);
          if (expected instanceof RegExp) {
            assert.match(stderr, expected);
            assert.notEqual(code, 0);
          } else {
            assert.equal(code, 0, stderr);
            assert.equal(await stateOf(id), expected);
          }
        } finally {
          await store.skiff(['rm', '-f', id]);
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
    await until('it has ended for good', async () => (await stateOf('c1')) === 'exited');
    assert.equal(await store.succeed(['inspect', '-f', '{{.RestartCount}} {{.State.ExitCode}}', 'c1']), '2 3');
    assert.equal(await store.succeed(['logs', 'c1']), 'x\nx\nx');
    await store.succeed(['rm', 'c1']);
  });
});
