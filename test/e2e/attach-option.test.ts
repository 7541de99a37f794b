import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { busyboxRootfs } from '../support/images.ts';
import { TestStore } from '../support/store.ts';

describe('run -a', () => {
  let store: TestStore;
  before(async () => {
    store = new TestStore();
    await store.succeed(['import', busyboxRootfs(), 'box']);
  });
  after(() => store.dispose());

  const both = ['box', 'sh', '-c', 'echo out; echo err >&2; exit 3'];
  const run = (...args: string[]) => store.skiff(['run', '--rm', ...args]);

  it('shows the outputs that it names, and ends as the container', async () => {
    assert.deepEqual(await run('-a', 'stdout', ...both), { code: 3, stdout: 'out\n', stderr: '' });
    assert.deepEqual(await run('-a', 'STDERR', ...both), { code: 3, stdout: '', stderr: 'err\n' });
    assert.deepEqual(await run('-a', 'stdout', '--attach=stderr', ...both), {
      code: 3,
      stdout: 'out\n',
      stderr: 'err\n',
    });
  });

  it('hides only what is on its way to the terminal: the log has all', async () => {
    await store.skiff(['run', '--name', 'logged', '-a', 'stderr', ...both]);
    assert.equal((await store.skiff(['logs', 'logged'])).stdout, 'out\n');
  });

  it('tells the id where no output is shown, and gives the input', async () => {
    const args = ['run', '--name', 'fed', '-i', '-a', 'stdin', 'box', 'sh', '-c', 'cat; exit 4'];
    const { code, stdout } = await store.skiff(args, { input: 'given' });
    assert.equal(code, 4);
    assert.match(stdout, /^[0-9a-f]{64}\n$/);
    assert.equal(await store.succeed(['logs', 'fed']), 'given');
  });

  it('gives no input where it names outputs alone', async () => {
    const args = [
      'run',
      '--name',
      'deaf',
      '-i',
      '-a',
      'stdout',
      'box',
      'sh',
      '-c',
      'read -t 1 line; echo "read $line"',
    ];
    assert.equal((await store.skiff(args, { input: 'never\n' })).stdout, 'read \n');
  });

  it('is told by inspect', async () => {
    const attached = async (...options: string[]): Promise<string> => {
      const id = await store.succeed(['create', ...options, 'box', 'true']);
      return store.succeed([
        'inspect',
        '-f',
        '{{.Config.AttachStdin}} {{.Config.AttachStdout}} {{.Config.AttachStderr}}',
        id,
      ]);
    };
    assert.equal(await attached(), 'false true true');
    assert.equal(await attached('-i'), 'true true true');
    assert.equal(await attached('-i', '-a', 'stderr'), 'false false true');
    const id = await store.succeed(['run', '-d', 'box', 'true']);
    assert.equal(await store.succeed(['inspect', '-f', '{{.Config.AttachStdout}}', id]), 'false');
  });

  it('refuses other names, and -d beside it', async () => {
    const wrong = await run('-a', 'stdlog', 'box', 'true');
    assert.equal(wrong.code, 125);
    assert.match(
      wrong.stderr,
      /invalid argument "stdlog" for "-a, --attach" flag: valid streams are STDIN, STDOUT and STDERR/,
    );
    const twice = await run('-d', '-a', 'stdout', 'box', 'true');
    assert.equal(twice.code, 1);
    assert.match(twice.stderr, /conflicting options: cannot specify both --attach and --detach/);
  });
});
