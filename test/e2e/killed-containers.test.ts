import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, lutimesSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { busyboxRootfs } from '../support/images.ts';
import { cgroupsNamed } from '../support/kernel-objects.ts';
import { TestStore } from '../support/store.ts';
import { temporaryPathOfTheDead } from '../support/temporary-path.ts';
import { until } from '../support/wait.ts';

describe('what a kill leaves of containers', () => {
  let store: TestStore;
  before(async () => {
    store = new TestStore();
    await store.succeed(['import', busyboxRootfs(), 'busybox:1']);
    await store.succeed(['network', 'create', 'app']);
  });
  after(() => store.dispose());

  const run = (): string => join(store.runRoot, store.id ?? '');
  const kill = async (pid: number): Promise<void> => {
    process.kill(pid, 'SIGKILL');
    await until('it is gone', () => !existsSync(`/proc/${pid}`));
  };

  it('is gone with a container whose monitor was killed: its cgroup, its ports, its address', async () => {
    const options = ['--name', 'box', '--network', 'app', '-p', '127.0.0.1::80'];
    const id = await store.succeed(['run', '-d', ...options, 'busybox:1', 'sleep', '1000']);
    const address = await store.succeed(['inspect', '-f', '{{.NetworkSettings.Networks.app.IPAddress}}', 'box']);
    const [, init, monitor] = readFileSync(join(run(), 'state', id), 'utf8').split(' ');
    await kill(Number(monitor));
    await until('PID 1 is gone', () => !existsSync(`/proc/${init}`));
    await store.succeed(['rm', '-f', 'box']);
    assert.deepEqual(cgroupsNamed(new RegExp(id)), []);
    const table = spawnSync('nft', ['list', 'table', 'inet', `skiff-${store.id}`], { encoding: 'utf8' });
    assert.ok(!table.stdout?.includes(`${address} `), table.stdout);
    const left = ['names', 'networks/app/leases', 'networks/app/names'].flatMap((one) =>
      readdirSync(join(store.root, one)),
    );
    assert.deepEqual([...left, ...readdirSync(join(run(), 'state')), ...readdirSync(join(run(), 'containers'))], []);
  });

  it('is swept by the next helper: files half-written, sockets, and claims of containers that are no more', async () => {
    const id = await store.succeed(['create', '--name', 'kept', 'busybox:1', 'true']);
    const [helper] = store.processes().filter(({ command }) => /helper\.js/.test(command));
    await kill(helper?.pid ?? 0);
    const [root, gone] = [store.root, 'f'.repeat(64)];
    const network = JSON.parse(readFileSync(join(root, 'networks/app/network.json'), 'utf8')) as {
      ipv4: { gateway: string };
    };
    const address = network.ipv4.gateway.replace(/\d+$/, '77');
    const files = [
      ...['store-id', 'volumes/.v.json', 'networks/app/network.json', 'names/.gone', `containers/${id}/exit.json`].map(
        (one) => join(root, one),
      ),
      ...['apply', `state/.${id}`].map((one) => join(run(), one)),
    ].map(temporaryPathOfTheDead);
    for (const path of files) writeFileSync(path, '');
    mkdirSync(join(root, 'networks/app/names/lost'), { recursive: true });
    const claims = ['names/lost', `networks/app/leases/${address}`, `networks/app/names/lost/${address}`].map((one) =>
      join(root, one),
    );
    for (const path of claims) {
      symlinkSync(gone, path);
      lutimesSync(path, 0, 0);
    }
    // Somebody is about to make this one: it stays, whenever it is looked at.
    const young = join(root, 'names/young');
    const ahead = new Date(Date.now() + 86_400_000);
    symlinkSync(gone, young);
    lutimesSync(young, ahead, ahead);
    await store.succeed(['run', '--rm', '--network', 'none', 'busybox:1', 'true']);
    const isThere = (path: string): boolean =>
      readdirSync(join(path, '..')).includes(path.slice(path.lastIndexOf('/') + 1));
    await until('all is swept', () => {
      const left = [...files, ...claims.slice(0, 2)].filter(isThere);
      if (existsSync(join(root, 'networks/app/names/lost'))) left.push('networks/app/names/lost');
      return left.length === 0 || Promise.reject(new Error(left.join()));
    });
    assert.deepEqual(readdirSync(join(root, 'names')).toSorted(), ['kept', 'young']);
  });
});
