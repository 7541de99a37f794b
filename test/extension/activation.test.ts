/** What a window pays for having Skiff. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { useEditor } from '../support/editor.ts';
import { patience, until } from '../support/wait.ts';
import type { Workbench } from '../support/workbench.ts';

// Before everything else on the machine, where that may be: VS Code measures with the clock on the wall.
const first = ['chrt', '--rr', '10'];
const { story } = useEditor(spawnSync('chrt', [...first.slice(1), 'true']).status === 0 ? { through: first } : {});

const most = patience(50);
const mostTries = 10;

/** What VS Code has measured: loading our code, and the call of `activate`. */
async function activationTime(window: Workbench): Promise<number> {
  await window.run('Developer: Show Running Extensions');
  const list = window.page.locator('.runtime-extensions-editor');
  const row = list.locator('.monaco-list-row', { hasText: 'Skiff Containers' });
  // The slowest are first.
  await until('our row is in sight', async () => {
    await list.hover();
    await window.page.mouse.wheel(0, 300);
    return (await row.count()) > 0;
  });
  const time = row.locator('.activation-time');
  // It may still be activating.
  return until('it was measured', async () => {
    const words = (await time.textContent()) ?? '';
    const milliseconds = /(\d+)ms/.exec(words)?.[1] ?? (await Promise.reject(new Error(`it says ${words}`)));
    return { milliseconds: Number(milliseconds) };
  }).then(({ milliseconds }) => milliseconds);
}

story('it is active in less than 50 ms of its own', async ({ window }) => {
  const measured: number[] = [];
  // What else happens meanwhile is measured with it: the least is nearest to our own.
  for (let tries = 0; tries < mostTries && Math.min(...measured) >= most; tries += 1) {
    if (tries > 0) await window.reload();
    measured.push(await activationTime(window));
  }
  assert.ok(Math.min(...measured) < most, `${measured.join(', ')} ms`);
});
