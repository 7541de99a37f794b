import assert from 'node:assert/strict';
import { availableParallelism, hostname, machine, totalmem } from 'node:os';
import { after, before, describe, it } from 'node:test';
import { busyboxRootfs } from '../support/images.ts';
import { TestStore } from '../support/store.ts';

describe('the store as a whole', () => {
  let store: TestStore;
  before(async () => {
    store = new TestStore();
    await store.succeed(['import', busyboxRootfs(), 'box']);
  });
  after(() => store.dispose());

  const all = ['events', '--since', '1h', '--until', '0s'];

  it('tells what became of volumes and networks', async () => {
    await store.succeed(['volume', 'create', 'data']);
    await store.succeed(['volume', 'create', 'data']);
    await store.succeed(['create', '--name', 'member', '-v', '/own', 'box', 'true']);
    await store.succeed(['network', 'create', 'lan']);
    await store.succeed(['network', 'connect', 'lan', 'member']);
    await store.succeed(['network', 'disconnect', 'lan', 'member']);
    await store.succeed(['network', 'rm', 'lan']);
    await store.succeed(['volume', 'rm', 'data']);
    await store.succeed(['rm', '-v', 'member']);
    const format = ['--format', '{{.Action}} {{.Actor.Attributes.driver}}'];
    const volumes = await store.succeed([...all, '--filter', 'volume=data', ...format]);
    assert.equal(volumes, 'create local\ndestroy local');
    const anonymous = await store.succeed([...all, '--filter', 'type=volume', '--format', '{{.Action}}']);
    assert.deepEqual(anonymous.split('\n').toSorted(), ['create', 'create', 'destroy', 'destroy']);
    const networks = await store.succeed([...all, '--filter', 'network=lan', '--format', '{{.Action}}']);
    assert.equal(networks, 'create\ndisconnect\ndestroy');
  });

  it('has an absent attribute of an event as no value', async () => {
    const template = '{{.Action}} {{.Actor.Attributes.exitCode}}';
    const created = await store.succeed([...all, '--filter', 'container=member', '--format', template]);
    assert.equal(created.split('\n')[0], 'create <no value>');
  });

  it('is described under Docker’s names', async () => {
    const machineFields = '{{.NCPU}} {{.MemTotal}} {{.Name}} {{.Architecture}} {{.OSType}}';
    const expected = `${availableParallelism()} ${totalmem()} ${hostname()} ${machine()} linux`;
    assert.equal(await store.succeed(['info', '-f', machineFields]), expected);
    const fields = '{{.Driver}} {{.LoggingDriver}} {{.CgroupDriver}} {{.DockerRootDir}} {{.Plugins.Volume}}';
    assert.equal(await store.succeed(['info', '-f', fields]), `overlay2 json-file cgroupfs ${store.root} [local]`);
    assert.match(
      await store.succeed(['info', '-f', '{{.CgroupVersion}} {{.SecurityOptions}}']),
      /^[12] \[.*name=seccomp/,
    );
    assert.match(await store.succeed(['info']), /^Storage Driver: overlay2$/m);
    const versions = await store.succeed(['version', '-f', '{{.Client.Version}} {{.Server.Version}} {{.Server.Os}}']);
    assert.match(versions, /^(\d+\.\d+\.\d+) \1 linux$/);
  });

  it('is pruned by label and age', async () => {
    for (const name of ['keep', 'drop']) await store.succeed(['create', '--name', name, '-l', name, 'box', 'true']);
    for (const name of ['lan-keep', 'lan-drop'])
      await store.succeed(['network', 'create', '--label', name.slice(4), name]);
    const names = (): Promise<string> => store.succeed(['ps', '-a', '--format', '{{.Names}}']);
    assert.match(await store.succeed(['system', 'prune', '-f', '--filter', 'until=1h']), /^Total reclaimed space: 0B$/);
    assert.equal(await names(), 'drop\nkeep');
    const said = await store.succeed(['system', 'prune', '-f', '--filter', 'label=drop']);
    assert.match(said, /^Deleted Containers:\n[0-9a-f]{64}\n\nDeleted Networks:\nlan-drop\n\nTotal reclaimed space: /);
    assert.equal(await names(), 'keep');
    const both = await store.skiff(['system', 'prune', '-f', '--volumes', '--filter', 'until=1h']);
    assert.equal(both.code, 1);
    assert.match(both.stderr, /the "until" filter is not supported with "--volumes"/);
  });

  it('tells what pruned volumes have taken', async () => {
    await store.succeed(['run', '--rm', '-v', 'heap:/d', 'box', 'sh', '-c', 'head -c 100000 /dev/zero > /d/f']);
    const pruned = await store.succeed(['volume', 'prune', '-af']);
    assert.match(pruned, /^Deleted Volumes:\nheap\n\nTotal reclaimed space: \d[\d.]*kB$/);
    assert.equal(await store.succeed(['volume', 'prune', '-f']), 'Total reclaimed space: 0B');
  });
});
