import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { networkArguments, type NetworkDirective } from '../../runtime-helper/container/directives.ts';
import { NativeStore } from '../support/native-store.ts';
import { injectAt, noStrace } from '../support/traced-request.ts';

const ip = (...args: string[]): string => execFileSync('ip', args, { encoding: 'utf8' });
const isLink = (name: string): boolean => existsSync(`/sys/class/net/${name}`);

describe('a network that a container joins while it runs', () => {
  let store: NativeStore;
  let bridge: string;
  before(async () => {
    store = await NativeStore.open();
    bridge = `sk${store.id}00`;
    await store.spawner.request(['network-up', bridge, '', '', '1500', '1', '0']);
  });
  after(async () => {
    await store.spawner.request(['network-down', bridge]);
    await store.spawner.request(['network-clear']);
    await store.dispose();
  });

  const directive = (more: Pick<NetworkDirective, 'veth' | 'interface'>): NetworkDirective => ({
    ...{ bridge, address: '', gateway: '', address6: '', gateway6: '', mac: '02:00:00:00:00:01', mtu: 1500 },
    ...{ beyond: 'internal', ...more },
  });
  const attach = (id: string, more: Pick<NetworkDirective, 'veth' | 'interface'>): Promise<string[]> =>
    store.spawner.request(['network-attach', id, ...networkArguments(directive(more))]);
  const interfacesOf = (pid: number): string[] =>
    [...readFileSync(`/proc/${pid}/net/dev`, 'utf8').matchAll(/^ *(\w+):/gm)].map(([, name = '']) => name).sort();

  it('takes none from it that it has, whatever name is asked for', async () => {
    const { id, pid } = await store.runDetached({ args: ['/bin/sleep', '1000'] });
    const name = `sv${id.slice(0, 12)}`;
    await attach(id, { veth: name, interface: 'eth0' });
    // As of a container that began to live before its last life's was gone: veth.h.
    ip('link', 'set', name, 'down');
    ip('link', 'set', name, 'name', `${name}g`, 'up');
    ip('link', 'add', name, 'type', 'bridge');
    try {
      const found = ip('link', 'show', `${name}g`);
      await assert.rejects(attach(id, { veth: name, interface: 'eth0' }), /network: sv\w+: file already exists/);
      await assert.rejects(attach(id, { veth: name, interface: 'eth1' }), /network: sv\w+: file already exists/);
      await attach(id, { veth: `${name}1`, interface: 'eth1' });
      assert.equal(ip('link', 'show', `${name}g`), found);
      assert.deepEqual(interfacesOf(pid), ['eth0', 'eth1', 'lo']);
    } finally {
      ip('link', 'delete', name);
      await store.end(id);
    }
  });

  it('that can’t be joined leaves the host’s interfaces alone', { skip: noStrace }, async () => {
    const { id, pid } = await store.runDetached({ args: ['/bin/sleep', '1000'] });
    const [veth, own] = [`sv${id.slice(0, 12)}`, `st${store.id}`];
    ip('link', 'add', own, 'type', 'bridge');
    try {
      await injectAt(store, 'setns', 'error=EPERM');
      await assert.rejects(attach(id, { veth, interface: own }), /join: \w+: operation not permitted/);
      assert.ok(isLink(own), 'the host has its own');
      assert.equal(isLink(veth), false);
      assert.deepEqual(interfacesOf(pid), ['lo']);
    } finally {
      ip('link', 'delete', own);
      await store.end(id);
    }
  });
});
