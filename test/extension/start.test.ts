import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { launchBrowser, openPage } from '../support/browser.ts';
import { node24, repository } from '../support/paths.ts';
import { TestStore } from '../support/store.ts';
import { until } from '../support/wait.ts';
import { Workbench } from '../support/workbench.ts';

const skip = process.env['SKIFF_TEST_DESKTOP'] === undefined ? false : 'it is about a VS Code of its own';

test(
  'npm start opens VS Code with the Containers view in front and a container running, and Ctrl-C ends only VS Code',
  { skip },
  async () => {
    await using undo = new AsyncDisposableStack();
    const store = new TestStore();
    undo.defer(() => store.dispose());
    const start = spawn(node24, [join(repository, '.ci/start.mjs'), '--browser'], {
      env: { ...process.env, ...store.env, SKIFF_PORT: '0' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = (): boolean => start.exitCode !== null || start.signalCode !== null;
    undo.defer(async () => {
      start.kill('SIGTERM');
      await until('npm start ends', ended, 15_000);
    });
    let said = '';
    for (const stream of [start.stdout, start.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (said += text));

    const url = await until(
      'npm start prints an address',
      () => {
        const address = /^ {2}(http:\/\/127\.0\.0\.1:\d+\/\S+)$/m.exec(said)?.[1];
        if (address !== undefined) return address;
        throw new Error(`it said ${said}`);
      },
      120_000,
    );
    const browser = await launchBrowser();
    undo.defer(() => browser.close());
    const window = await Workbench.of(await openPage(browser, url));
    try {
      await window.tree('Containers').waitForRow('hello', /@host/);
      await until('the README is in sight', async () => /README/.test(await window.activeTab()));
    } catch (error) {
      throw new Error(`see ${await window.screenshot('npm-start')}`, { cause: error });
    }
    await window.screenshot('npm-start');

    start.kill('SIGINT');
    await until('npm start ends', ended, 15_000);
    assert.equal(start.exitCode, 0, said);
    assert.match(await store.succeed(['ps']), /hello$/m);
    assert.ok(existsSync(join(repository, '.cache/sample/README.md')));
  },
);
