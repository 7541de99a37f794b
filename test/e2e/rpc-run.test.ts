/** What a window asks for when it runs containers, and what it is told of what they have. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { HelperWindow } from '../support/helper-window.ts';
import { TestStore } from '../support/store.ts';
import { until } from '../support/wait.ts';

describe('a window that runs containers', () => {
  const store = new TestStore();
  let window: HelperWindow;
  before(async () => {
    window = await HelperWindow.open(store);
  });
  after(async () => {
    await window.close();
    await store.dispose();
  });

  const image = '@host';
  const command = ['sleep', '1000'];

  it('is told its ports, mounts, networks and processes', async () => {
    const { id } = await window.client.runContainer({
      ...{ image, command, name: 'web', publish: ['127.0.0.1::80'], volumes: ['data:/data:ro'], memory: '64m' },
    });
    const { containers } = await window.client.listContainers({ all: true });
    const { ports, mounts, networks } = containers.find((one) => one.id === id) ?? assert.fail('it is not listed');
    assert.deepEqual(
      ports.map(({ port, protocol, hostIp }) => [port, protocol, hostIp]),
      [[80, 'tcp', '127.0.0.1']],
    );
    assert.ok((ports[0]?.hostPort ?? 0) > 0);
    assert.deepEqual(mounts, [{ type: 'volume', source: 'data', target: '/data', readonly: true }]);
    assert.deepEqual(networks, ['bridge']);
    const { processes } = await window.client.topContainer({ id });
    assert.deepEqual(
      processes.map(({ user, command: line }) => [user, line]),
      [['root', 'sleep 1000']],
    );
  });

  it('is told which option was wrong, and nothing is left of what could not run', async () => {
    const { containers } = await window.client.listContainers({ all: true });
    const [{ ports } = assert.fail('nothing runs')] = containers;
    const run = (options: object): Promise<unknown> => window.client.runContainer({ image, command, ...options });
    const taken = `127.0.0.1:${ports[0]?.hostPort}:80`;
    const { id, name } = containers[0] ?? assert.fail('nothing runs');
    const portInUse = { hostIp: '127.0.0.1', port: ports[0]?.hostPort, protocol: 'tcp', container: { id, name } };
    await assert.rejects(run({ publish: [taken] }), { code: 'conflict', option: 'publish', portInUse });
    await assert.rejects(run({ publish: ['80:http'] }), { code: 'invalid-argument', option: 'publish' });
    await assert.rejects(run({ name: 'web' }), { code: 'already-exists', option: 'name' });
    await assert.rejects(run({ cpus: '100000' }), { code: 'invalid-argument' });
    await assert.rejects(run({ restart: 'always', autoRemove: true }), { code: 'invalid-argument', option: 'restart' });
    await assert.rejects(run({ image: '--privileged' }), { message: /begins with a hyphen/ });
    await assert.rejects(run({ volumes: ['./x:/y'] }), { message: /not an absolute path/ });
    assert.equal((await window.client.listContainers({ all: true })).containers.length, 1);
  });

  it('sees volumes come, be used, and go', async () => {
    const told: string[] = [];
    window.client.onVolumesChanged(({ volumes }) =>
      told.push(volumes.map(({ name, users }) => `${name} ${users.length}`).join()),
    );
    assert.deepEqual(
      (await window.client.listVolumes()).volumes.map(({ name, users }) => [name, users.length]),
      [['data', 1]],
    );
    await window.client.createVolume({ name: 'more' });
    await until('it is told of the new one', async () => told.at(-1) === 'data 1,more 0');
    await assert.rejects(window.client.removeVolume({ name: 'data' }), { code: 'conflict' });
    await store.succeed(['rm', '-f', 'web']);
    await until('it is told that nobody has it', async () => told.at(-1) === 'data 0,more 0');
    assert.deepEqual((await window.client.pruneVolumes({ all: true })).removed.toSorted(), ['data', 'more']);
    await until('it is told that they are gone', async () => told.at(-1) === '');
  });
});
