/** Tasks of the type `skiff`, as a person writes and runs them. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { useEditor, type Editor } from '../support/editor.ts';
import { until } from '../support/wait.ts';

const { story } = useEditor();

const matcher = {
  owner: 'demo',
  fileLocation: 'absolute',
  pattern: { regexp: '^(.*):(\\d+): (warning|error): (.*)$', file: 1, line: 2, severity: 3, message: 4 },
};

const tasks = [
  {
    label: 'build',
    command: 'echo "$GREETING from $(hostname)" > built.txt; echo "$PWD/main.c:2: error: no semicolon"; exit 3',
    env: { GREETING: 'hello' },
    problemMatcher: matcher,
  },
  { label: 'serve', command: ['sh', '-c', 'echo ready; exec sleep 1000'], name: 'serving', problemMatcher: [] },
  { label: 'wrong', args: 'not a list', problemMatcher: [] },
];

/** Writes what a person would have in tasks.json. */
function writeTasks({ workspace }: Editor): void {
  mkdirSync(join(workspace, '.vscode'), { recursive: true });
  writeFileSync(join(workspace, 'main.c'), 'int main(void)\n{ return 0 }\n');
  const all = tasks.map((task) => ({ type: 'skiff', image: '@host', ...task }));
  writeFileSync(join(workspace, '.vscode/tasks.json'), JSON.stringify({ version: '2.0.0', tasks: all }));
}

async function run({ window }: Editor, label: string): Promise<void> {
  // VS Code reads tasks.json a while after it was written.
  await until(`task ${label} is offered`, async () => {
    await window.page.keyboard.press('Escape');
    await window.page.keyboard.press('F1');
    await window.quick.fill(`task ${label}`);
    return until('it is listed', async () => (await window.quick.labels()).includes(label), 2000).catch(() => false);
  });
  await window.quick.pick(label);
}

story('a task runs in a container on the workspace; its problems and its exit code come back', async (editor) => {
  const { window, workspace, store } = editor;
  writeTasks(editor);
  await run(editor, 'build');
  await window.terminal.waitFor(/main\.c:2: error: no semicolon/);
  // What ends within half a second is told of in other words.
  await window.terminal.waitFor(/terminated with exit code: 3|failed to launch \(exit code: 3\)/);
  assert.match(readFileSync(join(workspace, 'built.txt'), 'utf8'), /^hello from [0-9a-f]{12}\n$/);
  await until('nothing is left of it', () => store.containerIds().length === 0);
  await window.screenshot('task');
  await window.run('Problems: Focus on Problems View');
  await window.page.locator('.part.panel .monaco-list-row', { hasText: 'no semicolon' }).waitFor();
});

story('a task that is terminated ends its container', async (editor) => {
  const { window, store } = editor;
  await run(editor, 'serve');
  await window.terminal.waitFor(/ready/);
  await store.succeed(['inspect', 'serving']);
  await window.run('Tasks: Terminate Task');
  await window.quick.pick('serve');
  await until('the container is gone', () => store.containerIds().length === 0);
});

story('a task that is written wrongly says what is wrong', async (editor) => {
  await run(editor, 'wrong');
  await editor.window.terminal.waitFor(/could not be run: “args” must be a list of texts\./);
});
