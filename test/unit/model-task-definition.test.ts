import assert from 'node:assert/strict';
import { test } from 'node:test';
import { taskRun } from '../../src/model/task-definition.ts';

const task = (more: object, folder: string | undefined = '/home/user/app') =>
  taskRun({ type: 'skiff', image: 'node:22', ...more }, folder);

test('a line is a shell’s, and a list is run as it is', () => {
  assert.deepEqual(task({ command: 'npm ci && npm test' }).command, ['/bin/sh', '-c', 'npm ci && npm test']);
  assert.deepEqual(task({ command: 'npm', args: ['test', 'a b'] }).command, ['npm', 'test', 'a b']);
  assert.deepEqual(task({ command: ['npm', 'test'], args: ['-w'] }).command, ['npm', 'test', '-w']);
  assert.equal(task({}).command, undefined);
});

test('the workspace is at the same path as here unless another is said, or none', () => {
  assert.deepEqual(task({}).volumes, ['/home/user/app:/home/user/app']);
  assert.equal(task({}).workingDir, '/home/user/app');
  const elsewhere = task({ workspaceFolder: '/src', volumes: ['./cache:/cache', 'data:/data', '/etc:/etc:ro'] });
  assert.deepEqual(elsewhere.volumes, [
    '/home/user/app:/src',
    '/home/user/app/cache:/cache',
    'data:/data',
    '/etc:/etc:ro',
  ]);
  assert.equal(elsewhere.workingDir, '/src');
  const without = task({ mountWorkspace: false });
  assert.deepEqual([without.volumes, without.workingDir], [[], undefined]);
  assert.deepEqual(taskRun({ image: 'x' }, undefined).volumes, []);
});

test('it is a throw-away container at a terminal, with what was asked for', () => {
  const run = task({ env: { A: '1', B: 'two words' }, user: '1000:1000', ports: ['8080:80'], memory: '64m', cpus: 2 });
  assert.deepEqual([run.tty, run.interactive, run.autoRemove, run.init], [true, true, true, true]);
  assert.deepEqual(run.env, ['A=1', 'B=two words']);
  assert.deepEqual([run.user, run.publish, run.memory, run.cpus], ['1000:1000', ['8080:80'], '64m', '2']);
});

test('what is wrong in a definition is said by its name', () => {
  assert.throws(() => taskRun({}, undefined), /“image” is missing/);
  assert.throws(() => task({ args: 'test' }), /“args” must be a list of texts/);
  assert.throws(() => task({ env: { A: 1 } }), /“env” must be an object with texts/);
  assert.throws(() => task({ privileged: 'yes' }), /“privileged” must be true or false/);
  assert.throws(() => task({ cwd: {} }), /“cwd” must be a text/);
});
