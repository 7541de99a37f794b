import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ContainerState } from '../../runtime-helper/protocol/types.ts';
import { ProblemFinder } from '../../src/model/problems.ts';
import { containerSummary, exitedState, runningState } from '../support/summaries.ts';

/** What is found when a container goes from one state to the next. */
function causes(states: ContainerState[], change: { tty?: boolean } = {}): string[] {
  const finder = new ProblemFinder();
  return states.flatMap((state) =>
    finder.look([containerSummary('web', { state, ...change })]).map(({ cause }) => cause),
  );
}

describe('problems of containers', () => {
  it('are ends with an error that nobody asked for', () => {
    assert.deepEqual(causes([runningState, exitedState(3)]), ['ended with exit code 3']);
    assert.deepEqual(causes([runningState, exitedState(139)]), ['was killed by SIGSEGV']);
    assert.deepEqual(causes([{ ...runningState, status: 'paused' } as ContainerState, exitedState(137)]), [
      'was killed by SIGKILL',
    ]);
  });

  it('are none when somebody stopped it, or it ended well', () => {
    assert.deepEqual(causes([runningState, exitedState(137, { stopped: true })]), []);
    assert.deepEqual(causes([runningState, exitedState(0)]), []);
  });

  it('name a want of memory, also in a terminal, where nothing else is told', () => {
    assert.deepEqual(causes([runningState, exitedState(137, { oomKilled: true })], { tty: true }), [
      'was killed because it ran out of memory',
    ]);
    assert.deepEqual(causes([runningState, exitedState(1)], { tty: true }), []);
  });

  it('are told once, and not of what had ended before it was seen', () => {
    assert.deepEqual(causes([exitedState(1)]), []);
    assert.deepEqual(causes([runningState, exitedState(1), exitedState(1)]), ['ended with exit code 1']);
    assert.deepEqual(causes([runningState, exitedState(1), runningState, exitedState(1)]).length, 2);
  });

  it('are health checks that fail, told when that begins', () => {
    const health = (now: 'starting' | 'healthy' | 'unhealthy'): ContainerState =>
      ({ ...runningState, health: now }) as ContainerState;
    const failing = 'does not pass its health check';
    assert.deepEqual(causes([health('starting'), health('healthy')]), []);
    assert.deepEqual(causes([health('starting'), health('unhealthy'), health('unhealthy')]), [failing]);
    assert.deepEqual(causes([health('healthy'), health('unhealthy'), health('healthy'), health('unhealthy')]), [
      failing,
      failing,
    ]);
    assert.deepEqual(causes([health('unhealthy')]), [], 'it was so before it was seen');
  });
});
