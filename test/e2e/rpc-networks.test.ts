import assert from 'node:assert/strict';
import { inEnglish } from '../../runtime-helper/lib/phrase.ts';
import { after, before, describe, it } from 'node:test';
import type { NetworkSummary } from '../../runtime-helper/protocol/index.ts';
import { HelperWindow } from '../support/helper-window.ts';
import { busyboxRootfs } from '../support/images.ts';
import { TestStore } from '../support/store.ts';
import { until } from '../support/wait.ts';

describe('a window', () => {
  const store = new TestStore();
  let window: HelperWindow;
  let told: NetworkSummary[] | undefined;
  const network = (name: string): NetworkSummary | undefined => told?.find((one) => one.name === name);

  before(async () => {
    await store.succeed(['import', busyboxRootfs(), 'busybox:1']);
    window = await HelperWindow.open(store);
    window.client.onNetworksChanged(({ networks }) => (told = networks));
  });
  after(async () => {
    await window.close();
    await store.dispose();
  });

  it('is told of networks only once it has asked, whoever changes them', async () => {
    await window.client.listContainers({ all: true });
    await store.succeed(['network', 'create', 'early']);
    await store.succeed(['run', '-d', '--name', 'web', 'busybox:1', 'sleep', '1000']);
    await until('the container is told of', () => window.changes.some(({ changed }) => changed.length > 0));
    assert.equal(told, undefined);
    const { networks } = await window.client.listNetworks();
    assert.deepEqual(
      networks.map(({ name, predefined }) => [name, predefined]),
      [
        ['bridge', true],
        ['early', false],
        ['host', true],
        ['none', true],
      ],
    );
    assert.deepEqual(
      networks[0]?.containers.map(({ name }) => name),
      ['web'],
    );
    await store.succeed(['network', 'rm', 'early']);
    await until('it is told', () => told !== undefined && network('early') === undefined);
  });

  it('makes one, connects and disconnects a container, running or not, and removes it', async () => {
    const { client } = window;
    const id = store.containerIds()[0] ?? '';
    await client.createNetwork({ name: 'lab', subnets: ['10.213.8.0/24'], internal: true });
    await client.connectNetwork({ network: 'lab', id });
    await until('it has an address', () => network('lab')?.containers[0]?.ipv4?.startsWith('10.213.8.'));
    await assert.rejects(client.removeNetwork({ network: 'lab' }), { code: 'failed-precondition' });
    await client.stopContainer({ id, timeoutSeconds: 0 });
    await until('it has none', () => network('lab')?.containers.every(({ ipv4 }) => ipv4 === undefined));
    await client.disconnectNetwork({ network: 'lab', id });
    await until('it is off', () => network('lab')?.containers.length === 0);
    const { document } = await client.inspectNetwork({ network: 'lab' });
    assert.equal((document as { Internal: boolean }).Internal, true);
    assert.deepEqual((await client.pruneNetworks()).removed, ['lab']);
  });

  it('hears what is wrong with one before it is made', async () => {
    const { client } = window;
    const check = async (params: { name: string; subnets?: string[] }): Promise<string | undefined> =>
      (await client.checkNetwork(params)).problem?.map(inEnglish).join('. ');
    assert.equal(await check({ name: 'fine', subnets: ['10.213.9.0/24'] }), undefined);
    assert.match((await check({ name: 'no/slash' })) ?? '', /^invalid network name: no\/slash\. Letters/);
    assert.match((await check({ name: 'host' })) ?? '', /predefined host network/);
    assert.match((await check({ name: 'fine', subnets: ['127.0.0.0/8'] })) ?? '', /127\.0\.0\.0\/8 holds addresses/);
    assert.match((await check({ name: 'fine', subnets: ['x'] })) ?? '', /invalid subnet: x/);
  });
});
