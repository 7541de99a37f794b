import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { busyboxRootfs } from '../support/images.ts';
import { TestStore } from '../support/store.ts';
import { until } from '../support/wait.ts';

describe('bad input', () => {
  let store: TestStore;
  before(() => {
    store = new TestStore();
  });
  after(() => store.dispose());

  /** The files of what was removed go after the answer. */
  const swept = (): Promise<unknown> =>
    until('what was removed is swept', () => {
      const { containers = [], running = [], interfaces = [] } = footprint(store);
      // The kernel takes its time with a namespace that ends, and with the interface of it that the bridge has.
      return !containers.some((name) => name.startsWith('.')) && interfaces.length <= running.length;
    });

  /** One clear line, this code, nothing on stdout, and nothing left of the attempt. */
  async function refused(args: string[], code: number, line: RegExp, input?: string | Uint8Array): Promise<void> {
    await swept();
    const untouched = footprint(store);
    const result = await store.skiff(args, input === undefined ? {} : { input });
    const said = `${args.join(' ')} said ${JSON.stringify(result)}`;
    assert.equal(result.code, code, said);
    assert.equal(result.stdout, '', said);
    assert.match(result.stderr, line, said);
    await swept();
    assert.deepEqual(footprint(store), untouched);
  }

  it('refuses an image that is not here and may not be pulled', async () => {
    await refused(
      ['run', '--pull', 'never', 'nosuch:1', 'true'],
      125,
      /^skiff: Unable to find image 'nosuch:1' locally\n/,
    );
    await refused(['run', '--rm', '@nosuch', 'true'], 125, /^skiff: invalid reference format.*\n$/);
    await refused(['run', '--rm', 'some/Case', 'true'], 125, /^skiff: invalid reference format.*Case.*lowercase\n/);
  });

  it('ends with 127 for a command that the image has not', async () => {
    await refused(
      ['run', '--rm', '@host', 'nosuch'],
      127,
      /^skiff: exec: "nosuch": executable file not found in \$PATH\n$/,
    );
    await refused(
      ['run', '--rm', '@host', '/no/such'],
      127,
      /^skiff: exec: "\/no\/such": stat \/no\/such: no such file or directory\n$/,
    );
    await refused(['run', '--rm', '-d', '@host', 'nosuch'], 127, /^skiff: exec: "nosuch": .*\n$/);
  });

  it('ends with 126 for one that can not be executed', async () => {
    await refused(['run', '--rm', '@host', '/etc/passwd'], 126, /^skiff: exec: "\/etc\/passwd": permission denied\n$/);
    await refused(['run', '--rm', '@host', '/etc'], 126, /^skiff: exec: "\/etc": .*\n$/);
  });

  it('keeps a container that could not be started, as created, with no process', async () => {
    await store.skiff(['run', '--name', 'stillborn', '@host', 'nosuch']);
    assert.match(await store.succeed(['ps', '-a']), / Created .* stillborn$/m);
    assert.equal(await store.succeed(['rm', 'stillborn']), 'stillborn');
  });

  it('refuses a name that is taken, and one that can not be', async () => {
    const id = await store.succeed(['create', '--name', 'taken', '@host', 'true']);
    await refused(
      ['run', '--name', 'taken', '@host', 'true'],
      125,
      new RegExp(`^skiff: .*name "/taken" is already in use by container "${id}".*\n`),
    );
    await refused(['run', '--name', '-x/y', '@host', 'true'], 125, /^skiff: .*invalid container name/i);
    await refused(['run', '--name', 'a\nb', '@host', 'true'], 125, /^skiff: .*name/i);
    await store.succeed(['rm', 'taken']);
  });

  it('refuses a container that does not exist', async () => {
    for (const command of [
      'start',
      'stop',
      'rm',
      'logs',
      'attach',
      'inspect',
      'kill',
      'restart',
      'wait',
      'pause',
      'top',
    ])
      await refused([command, 'nobody'], 1, /nobody/).catch((error: unknown) => {
        // inspect prints an empty list, as Docker does.
        if (command !== 'inspect') throw error;
      });
  });

  it('refuses archives that are none, cut or empty', async () => {
    const tar = readFileSync(busyboxRootfs());
    const noise = join(dirname(store.root), 'noise.tar');
    writeFileSync(noise, Buffer.alloc(65_536, 'noise'));
    const line = /^skiff: .+\n$/;
    await refused(['import', noise, 'bad:1'], 1, line);
    await refused(['load', '-i', noise], 1, line);
    await refused(['load', '-i', busyboxRootfs()], 1, /neither manifest\.json nor index\.json\n.*`skiff import`/);
    await refused(['import', '-', 'bad:1'], 1, line, tar.subarray(0, tar.length / 2));
    await refused(
      ['import', '-', 'bad:1'],
      1,
      line,
      Buffer.concat([Buffer.from([0x1f, 0x8b, 8, 0]), tar.subarray(0, 999)]),
    );
    await refused(['import', '/no/such.tar', 'bad:1'], 1, /^skiff: .*\/no\/such\.tar.*\n$/);
    await refused(['import', noise, 'UPPER'], 1, line);
    await refused(['import', '/dev/fd/63', 'bad:1'], 1, /^skiff: \/dev\/fd\/63: no such file\n$/);
    await refused(['import', '/dev/stdin', 'bad:1'], 1, line, tar.subarray(0, tar.length / 2));
  });

  it('refuses to run in a store whose file system can hold no containers, and says where it can be', async () => {
    const [misplaced, layers] = [new TestStore(), mkdtempSync(join(tmpdir(), 'skiff-overlay-'))];
    try {
      for (const path of [misplaced.root, ...['lower', 'upper', 'work'].map((name) => join(layers, name))])
        mkdirSync(path);
      const options = ['lower', 'upper', 'work'].map((name) => `${name}dir=${join(layers, name)}`).join();
      const mounted = spawnSync('mount', ['-t', 'overlay', '-o', options, 'overlay', misplaced.root]);
      assert.equal(mounted.status, 0, mounted.stderr.toString());
      const result = await misplaced.skiff(['run', '--rm', '@host', 'true']);
      assert.equal(result.code, 125, JSON.stringify(result));
      assert.match(result.stderr, /^skiff: the store's file system can hold no containers.*\n.*--root/);
      await until('nothing is left of it', () => misplaced.containerIds().length === 0);
    } finally {
      const { id = '' } = misplaced;
      spawnSync('umount', ['-l', misplaced.root]);
      // What it made in the kernel is found by its name.
      writeFileSync(join(misplaced.root, 'store-id'), `${id}\n`);
      await misplaced.dispose();
      rmSync(layers, { recursive: true, force: true });
    }
  });

  it('says what is wrong with a host name and a working directory', async () => {
    await refused(
      ['run', '--rm', '-h', 'a'.repeat(65), '@host', 'true'],
      125,
      /^skiff: invalid hostname: "a+" is longer/,
    );
    await refused(
      ['run', '--rm', '-w', '/etc/passwd', '@host', 'true'],
      125,
      /^skiff: working directory \/etc\/passwd: .*not a directory.*\n$/,
    );
    await refused(
      ['run', '--rm', '--security-opt', 'seccomp=/no/such', '@host', 'true'],
      125,
      /^skiff: opening seccomp profile \(\/no\/such\) failed: .*no such file or directory\n$/,
    );
  });

  it('refuses bad options with the name of the option', async () => {
    await refused(['run', '--detach-keys', 'ctrl-€', '@host', 'true'], 125, /^skiff: .*detach keys/);
    await refused(['run', '--network', 'nosuch', '@host', 'true'], 125, /nosuch/);
    await refused(['run', '--no-such-option', '@host', 'true'], 125, /^skiff: unknown flag: --no-such-option\n/);
    await refused(['run'], 1, /requires at least 1 argument/);
  });
});

/** Everything that a store has of containers and images, on disk and in the kernel. */
function footprint(store: TestStore): Record<string, string[]> {
  const list = (path: string): string[] => (existsSync(path) ? readdirSync(path).sort() : []);
  const run = join(store.runRoot, store.id ?? '-');
  return {
    containers: list(join(store.root, 'containers')),
    names: list(join(store.root, 'names')),
    layers: list(join(store.root, 'layers')),
    blobs: list(join(store.root, 'images/blobs/sha256')),
    leases: list(join(store.root, 'networks/bridge/leases')),
    running: list(join(run, 'containers')),
    states: list(join(run, 'state')),
    interfaces:
      spawnSync('ip', ['-o', 'link', 'show', 'master', `sk${store.id}`], { encoding: 'utf8' }).stdout?.match(/.+/g) ??
      [],
  };
}
