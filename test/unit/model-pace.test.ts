import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Pace } from '../../src/model/pace.ts';

test('what is asked for often is done at once, and once more a second later', ({ mock }) => {
  mock.timers.enable({ apis: ['setTimeout'] });
  const done: string[] = [];
  const pace = new Pace((key) => done.push(key));
  pace.ask('a');
  pace.ask('a');
  pace.ask('a');
  pace.ask('b');
  assert.deepEqual(done, ['a', 'b']);
  mock.timers.tick(1000);
  assert.deepEqual(done, ['a', 'b', 'a']);
  mock.timers.tick(5000);
  pace.ask('b');
  assert.deepEqual(done, ['a', 'b', 'a', 'b']);
  pace.dispose();
});
