import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { cgroupsNamed } from '../support/kernel-objects.ts';
import { skiffBinary } from '../support/paths.ts';
import { run, type RunResult } from '../support/run.ts';
import { TestStore } from '../support/store.ts';

type Skiff = (store: TestStore, args: string[]) => Promise<RunResult>;

/** In a mount namespace without version 2's hierarchy: so is a machine that has version 1 alone. */
const withoutUnified: Skiff = (store, args) =>
  run('unshare', ['--mount', 'sh', '-c', 'umount /sys/fs/cgroup/unified; exec "$@"', 'sh', skiffBinary, ...args], {
    env: { SKIFF_SOCKET: undefined, ...store.env },
  });

const isHybrid = existsSync('/sys/fs/cgroup/freezer') && existsSync('/sys/fs/cgroup/unified');
const machines: { name: string; file: string; frozen: string; skiff: Skiff; there: boolean }[] = [
  ...[{ name: 'with cgroup version 2', file: 'cgroup.freeze', frozen: '1', there: true }].map((one) => ({
    ...one,
    skiff: (store: TestStore, args: string[]) => store.skiff(args),
  })),
  {
    ...{ name: 'with version 1 alone', file: 'freezer.state', frozen: 'FROZEN' },
    ...{ skiff: withoutUnified, there: isHybrid },
  },
];

for (const { name, file, frozen, skiff, there } of machines)
  describe(`pausing, ${name}`, { skip: there ? false : 'this machine has no hierarchy of it' }, () => {
    let store: TestStore;
    let id: string;
    before(async () => {
      store = new TestStore();
      const { stdout, stderr } = await skiff(store, ['run', '-d', '--name', 'still', '@host', 'sleep', '1000']);
      id = stdout.trim();
      assert.match(id, /^[0-9a-f]{64}$/, stderr);
    });
    after(() => store.dispose());

    const succeed = async (...args: string[]): Promise<string> => {
      const { code, stdout, stderr } = await skiff(store, args);
      assert.equal(code, 0, `${args.join(' ')}: ${stderr}`);
      return stdout.trim();
    };
    const control = (): string => {
      const found = cgroupsNamed(new RegExp(id)).map((folder) => join(folder, file));
      return readFileSync(found.find((path) => existsSync(path)) ?? '', 'utf8').trim();
    };
    const status = (): Promise<string> => succeed('inspect', '-f', '{{.State.Status}} {{.State.ExitCode}}', 'still');

    it('freezes all processes, those of exec too, until unpause', async () => {
      await succeed('exec', '-d', 'still', 'sleep', '1000');
      await succeed('pause', 'still');
      assert.equal(control(), frozen);
      const folder = cgroupsNamed(new RegExp(id)).find((path) => existsSync(join(path, file))) ?? '';
      assert.equal(readFileSync(join(folder, 'cgroup.procs'), 'utf8').trim().split('\n').length, 2);
      assert.equal(await status(), 'paused 0');
      await succeed('unpause', 'still');
      assert.notEqual(control(), frozen);
      assert.equal(await succeed('exec', 'still', 'echo', 'awake'), 'awake');
    });

    it('leaves no way in: exec, pause and rm say that it is paused', async () => {
      await succeed('pause', 'still');
      for (const [args, reason] of [
        [['exec', 'still', 'true'], /container still is paused, unpause the container before exec/],
        [['pause', 'still'], /is already paused/],
        [['start', 'still'], /cannot start a paused container, try unpause instead/],
        [['rm', 'still'], /container is paused: unpause and then stop the container/],
      ] as const) {
        const { code, stderr } = await skiff(store, [...args]);
        assert.equal(code, 1, args[0]);
        assert.match(stderr, reason);
      }
    });

    it('ends with stop, kill and rm -f', async () => {
      await succeed('stop', '-t', '1', 'still');
      assert.equal(await status(), 'exited 137');
      await succeed('start', 'still');
      await succeed('pause', 'still');
      await succeed('kill', 'still');
      assert.equal(await status(), 'exited 137');
      await succeed('start', 'still');
      await succeed('pause', 'still');
      await succeed('rm', '-f', 'still');
    });
  });
