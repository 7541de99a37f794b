import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { busyboxRootfs } from '../support/images.ts';
import { skiffBinary } from '../support/paths.ts';
import { run } from '../support/run.ts';
import { TestStore } from '../support/store.ts';

describe('files that only the caller has', () => {
  let store: TestStore;
  before(async () => {
    store = new TestStore();
    await store.succeed(['import', busyboxRootfs(), 'box']);
  });
  after(() => store.dispose());

  /** Runs a script of bash in which `skiff` is ours. */
  const bash = async (script: string): Promise<string> => {
    const env = { ...store.env, SKIFF_SOCKET: undefined, SKIFF: skiffBinary };
    const { code, stdout, stderr } = await run('bash', ['-c', `skiff() { "$SKIFF" "$@"; }; ${script}`], { env });
    assert.equal(code, 0, stderr);
    return stdout;
  };

  it('are what a shell substitutes for a command, also one that asks the same helper', async () => {
    const files = '--env-file <(echo A=1; skiff images -q >/dev/null; echo B=2) --label-file <(echo l=x)';
    const printed = await bash(`skiff run --name one ${files} box env; skiff inspect -f '{{.Config.Labels}}' one`);
    assert.match(printed, /^A=1$/m);
    assert.match(printed, /^B=2$/m);
    assert.match(printed, /map\[l:x\]/);
    const exec = `skiff run -d --name two box sleep 1000 >/dev/null; skiff exec --env-file <(echo C=3) two env`;
    assert.match(await bash(exec), /^C=3$/m);
  });

  it('are its standard input', async () => {
    assert.match(await bash('echo D=4 | skiff run --rm --env-file /dev/stdin box env'), /^D=4$/m);
  });

  it('are archives in a pipe', async () => {
    assert.match(await bash(`skiff import <(cat '${busyboxRootfs()}') piped`), /^sha256:/);
    assert.equal(await bash('skiff load -q -i <(skiff save piped)'), 'Loaded image: piped:latest\n');
  });

  it('are nothing when there is no such descriptor', async () => {
    const { code, stderr } = await store.skiff(['run', '--env-file', '/dev/fd/77', 'box', 'true']);
    assert.deepEqual([code, stderr.split('\n')[0]], [125, 'skiff: open /dev/fd/77: no such file or directory']);
  });
});

describe('/etc/mtab', () => {
  it('leads to the mounts of who reads it, and is no change', async () => {
    const store = new TestStore();
    try {
      await store.succeed(['import', busyboxRootfs(), 'box']);
      const script = 'readlink /etc/mtab; grep -c " / overlay " /etc/mtab';
      assert.equal(await store.succeed(['run', '--name', 'one', 'box', 'sh', '-c', script]), '/proc/mounts\n1');
      assert.equal(await store.succeed(['diff', 'one']), '');
    } finally {
      await store.dispose();
    }
  });
});
