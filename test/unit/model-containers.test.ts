import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ContainerSummary } from '../../runtime-helper/protocol/types.ts';
import { splitCommand } from '../../src/model/command-line.ts';
import { containerSummary } from '../support/summaries.ts';
import { Containers, type ContainersChange } from '../../src/model/containers.ts';

function container(
  name: string,
  createdAt: string,
  state: ContainerSummary['state'] = { status: 'created' },
): ContainerSummary {
  return containerSummary(name, { createdAt, state });
}

const names = (containers: Containers): string[] => containers.all.map(({ name }) => name);

test('containers are listed newest first, those of one moment by name', () => {
  const containers = new Containers();
  containers.replace([
    container('b', '2026-01-01T00:00:00Z'),
    container('a', '2026-01-01T00:00:00Z'),
    container('c', '2026-01-02T00:00:00.5Z'),
    container('d', '2026-01-02T00:00:00Z'),
  ]);
  assert.deepEqual(names(containers), ['c', 'd', 'a', 'b']);
});

test('a change of a known container is told as a change of its row, any other as a change of the list', () => {
  const containers = new Containers();
  const changes: ContainersChange[] = [];
  const subscription = containers.onChanged((change) => changes.push(change));
  const web = container('web', '2026-01-01T00:00:00Z');
  containers.apply({ changed: [web], removed: [] });
  containers.apply({
    changed: [{ ...web, state: { status: 'running', pid: 7, startedAt: web.createdAt } }],
    removed: [],
  });
  containers.apply({ changed: [], removed: [web.id] });
  assert.deepEqual(changes, [{ kind: 'list' }, { kind: 'rows', ids: [web.id] }, { kind: 'list' }]);
  assert.deepEqual(names(containers), []);
  subscription.dispose();
  containers.replace([web]);
  assert.equal(changes.length, 3);
});

test('a new list replaces what was known', () => {
  const containers = new Containers();
  containers.replace([container('old', '2026-01-01T00:00:00Z')]);
  containers.replace([container('new', '2026-01-01T00:00:00Z')]);
  assert.deepEqual(names(containers), ['new']);
});

test('a typed command is split as a shell splits it', () => {
  const check = (line: string, words: string[]): void => assert.deepEqual(splitCommand(line), { words }, line);
  check('', []);
  check('  bash  ', ['bash']);
  check(`/bin/sh -c "while true; do echo hello world; sleep 1; done"`, [
    '/bin/sh',
    '-c',
    'while true; do echo hello world; sleep 1; done',
  ]);
  check(`/bin/echo 'Hello World'`, ['/bin/echo', 'Hello World']);
  check(`a'b'"c"d`, ['abcd']);
  check(`'' ""`, ['', '']);
  check(`a\\ b "\\$x" "\\n" '\\n'`, ['a b', '$x', '\\n', '\\n']);
});

test('a command that does not end is refused with what is missing', () => {
  assert.deepEqual(splitCommand(`echo 'x`), { error: "A ' is not closed." });
  assert.deepEqual(splitCommand('echo "x'), { error: 'A " is not closed.' });
  assert.deepEqual(splitCommand('echo \\'), { error: 'There is nothing after the last backslash.' });
});
