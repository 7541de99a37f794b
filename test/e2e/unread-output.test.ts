import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { after, before, describe, it } from 'node:test';
import { skiffBinary } from '../support/paths.ts';
import { TestStore } from '../support/store.ts';
import { until } from '../support/wait.ts';

/** `skiff attach web | less`: what becomes of the others while nobody reads on. */
describe('output into a pipe that nobody reads', () => {
  let store: TestStore;
  before(() => {
    store = new TestStore();
  });
  after(() => store.dispose());

  const total = 102_500_005;
  const write = 'yes 0123456789012345678901234567890123456789 | head -n 2500000; echo done';

  type Unread = { child: ChildProcess; readToEnd: () => Promise<number> };
  const unread = (...args: string[]): Unread => {
    const child = spawn(skiffBinary, args, {
      env: { ...process.env, SKIFF_SOCKET: undefined, ...store.env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const closed = once(child, 'close');
    const readToEnd = async (): Promise<number> => {
      let length = 0;
      child.stdout?.on('data', (chunk: Buffer) => (length += chunk.length));
      await closed;
      return length;
    };
    return { child, readToEnd };
  };

  it('holds up neither the container, nor the log, nor the helper, and is whole when it is read after all', async () => {
    // Not read -t: what has come of a line when the time is over is lost to the next try.
    const script = `(while :; do echo ready >&2; sleep 0.1; done) & read go; kill $!; wait $!; ${write}; read x`;
    await store.succeed(['run', '-di', '--name', 'web', '@host', 'bash', '-c', script]);
    const { child, readToEnd } = unread('attach', 'web');
    await once(child.stderr ?? child, 'data');
    child.stdin?.write('go\n');
    await until(
      'the container has written all',
      async () => (await store.skiff(['logs', '-n', '1', 'web'])).stdout === 'done\n',
      100_000,
    );
    assert.equal((await store.succeed(['exec', 'web', 'echo', 'hello'])).trim(), 'hello');
    await store.succeed(['kill', 'web']);
    await store.succeed(['wait', 'web']);
    await store.succeed(['rm', 'web']);
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
    assert.equal(await readToEnd(), total);
    assert.doesNotMatch(said, /left out/);
    assert.equal(child.exitCode, 137);
  });

  for (const [verb, ...rest] of [['stop', '-t', '0'], ['kill'], ['rm', '-f']])
    it(`of a run of one’s own does not keep ${verb} from ending it`, async () => {
      const { child, readToEnd } = unread('run', '--name', 'own', '@host', 'sh', '-c', 'echo ready >&2; exec yes');
      await once(child.stderr ?? child, 'data');
      await store.succeed([verb ?? '', ...rest, 'own']);
      await store.succeed(['wait', 'own']).catch((error: unknown) => assert.match(String(error), /no such container/));
      await readToEnd();
      assert.equal(child.exitCode, 137);
      await store.succeed(['rm', '-f', 'own']);
    });

  it('of a run of one’s own is all there when it is read at last', async () => {
    const { child, readToEnd } = unread('run', '--rm', '@host', 'sh', '-c', write);
    await until('it is held back', async () => (await store.succeed(['ps', '-q'])) !== '');
    assert.equal(await readToEnd(), total);
    assert.equal(child.exitCode, 0);
  });
});
