import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { busyboxRootfs } from '../support/images.ts';
import { randomSeed } from '../support/random-seed.ts';
import { TestRegistry } from '../support/registry.ts';
import { TestStore } from '../support/store.ts';
import { until } from '../support/wait.ts';

const seed = randomSeed();
const rounds = 2;
let state = seed;
function random(): number {
  state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
  return state / 2 ** 31;
}

describe('what a kill leaves of images', () => {
  let store: TestStore;
  let registry: TestRegistry;
  let folder: string;
  let archive: string;
  let rootfs: string;
  let remote: string;

  /** All that bringing an image in, or taking it away, can leave in a store. */
  const contents = (): string[] => {
    const filesIn = (name: string): string[] => {
      const path = join(store.root, name);
      return (existsSync(path) ? readdirSync(path) : []).map((one) => join(name, one));
    };
    return [
      ...['images/blobs/sha256', 'images/unpacked', 'layers', 'pins'].flatMap(filesIn),
      ...['', 'images', 'networks', 'volumes'].flatMap(filesIn).filter((name) => name.endsWith('.tmp')),
    ].filter((name) => name !== 'layers/mount-points');
  };

  /** Returns when whoever started them has heard of it. */
  const killAll = async (isMeant: (command: string) => boolean): Promise<void> => {
    const meant = store.processes().filter(({ command }) => isMeant(command));
    for (const { pid } of meant)
      try {
        process.kill(pid, 'SIGKILL');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
      }
    await until('they are gone', () => meant.every(({ pid }) => !existsSync(`/proc/${pid}`)));
  };

  before(async () => {
    store = new TestStore();
    registry = await TestRegistry.start();
    folder = mkdtempSync(join(tmpdir(), 'skiff-killed-'));
    [archive, rootfs] = [join(folder, 'images.tar'), join(folder, 'rootfs.tar')];
    remote = `${registry.host}/box:1`;
    await store.succeed(['import', '-c', 'CMD sh', busyboxRootfs(), 'made:0']);
    for (const made of [1, 2]) {
      const script = `mkdir /d${made}; for n in 1 2 3; do head -c 700000 /dev/urandom >/d${made}/$n; done`;
      await store.succeed(['run', '--name', 'maker', '--network', 'none', `made:${made - 1}`, 'sh', '-c', script]);
      await store.succeed(['commit', 'maker', `made:${made}`]);
      if (made === 2) await store.succeed(['export', '-o', rootfs, 'maker']);
      await store.succeed(['rm', 'maker']);
    }
    await store.succeed(['save', '-o', archive, 'made:2', 'made:0', 'made:1']);
    await store.succeed(['tag', 'made:2', remote]);
    await store.succeed(['push', '-q', remote]);
  });
  after(async () => {
    await store.dispose();
    await registry.dispose();
    rmSync(folder, { recursive: true });
  });

  const clean = async (): Promise<void> => {
    await store.skiff(['rm', '-f', 'source']);
    const ids = (await store.succeed(['images', '-aq', '--no-trunc'])).split('\n').filter(Boolean);
    if (ids.length > 0) await store.succeed(['rmi', '-f', ...ids]);
  };
  const load = async (): Promise<void> => {
    await clean();
    await store.succeed(['load', '-q', '-i', archive]);
  };
  const source = async (): Promise<void> => {
    await load();
    const script = 'mkdir /d3; for n in 1 2 3; do head -c 700000 /dev/urandom >/d3/$n; done';
    await store.succeed(['run', '--name', 'source', '--network', 'none', 'made:1', 'sh', '-c', script]);
  };
  /** Whole: no file of its layers is missing or cut off. */
  const isWhole = 'for d in /d[123]; do [ ! -d $d ] || [ "$(cat $d/1 $d/2 $d/3 | wc -c)" = 2100000 ] || exit 9; done';

  const commands: [string, () => Promise<void>, () => string[]][] = [
    ['pull', clean, () => ['pull', '-q', remote]],
    ['load', clean, () => ['load', '-q', '-i', archive]],
    ['import', clean, () => ['import', rootfs, 'imported:1']],
    ['commit', source, () => ['commit', 'source', 'committed:1']],
    ['rmi', load, () => ['rmi', 'made:2', 'made:1', 'made:0']],
    ['prune', load, () => ['image', 'prune', '-af']],
    ['save', load, () => ['save', '-o', join(folder, 'saved.tar'), 'made:2']],
  ];

  for (const [name, prepare, command] of commands)
    it(`in the middle of ${name} are images that run, or none (seed ${seed})`, async () => {
      await prepare();
      const begun = Date.now();
      await store.succeed(command());
      const milliseconds = Date.now() - begun;
      for (let round = 0; round < rounds; round += 1) {
        await prepare();
        const running = store.skiff(command());
        const moment = Math.round(random() * milliseconds);
        const whom = (['helper', 'spawner', 'helper and spawner'] as const)[Math.floor(random() * 3)] ?? 'helper';
        await sleep(moment);
        await killAll(
          (one) =>
            (whom !== 'spawner' && /helper\.js/.test(one)) || (whom !== 'helper' && one.startsWith('skiff --spawner')),
        );
        const { code, stderr } = await running;
        const what = `seed ${seed}: ${whom} killed after ${moment} ms of ${name}, which ended with ${code}: ${stderr}`;
        const ids = (await store.succeed(['images', '-aq', '--no-trunc'])).split('\n').filter(Boolean);
        for (const id of new Set(ids)) {
          const ran = await store.skiff(['run', '--rm', '--network', 'none', id, 'sh', '-c', isWhole]);
          assert.deepEqual([ran.code, ran.stderr], [0, ''], what);
        }
      }
    });

  it('of all that is nothing that stays', async () => {
    await clean();
    // What was made a moment ago may be somebody's who has not locked it yet.
    const limit = 30_000;
    const swept = async (): Promise<boolean> => {
      await store.succeed(['image', 'prune', '-af']);
      return contents().length === 0;
    };
    await until('nothing is left', swept, limit).catch(() => assert.deepEqual(contents(), [], `seed ${seed}`));
  });

  it('is a command that is not begun again by the next helper', async () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const running = store.skiff(['import', pipe]);
    await until('it waits', () => contents().some((name) => /^pins\/.*\.json$/.test(name)));
    await killAll((one) => /helper\.js/.test(one));
    const { code, stderr } = await running;
    assert.deepEqual([code, stderr], [125, 'skiff: the helper ended before the command was done\n']);
  });
});
