import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { BridgeNetwork } from '../../runtime-helper/network/bridge-network.ts';
import { hostsFile, resolvFile } from '../../runtime-helper/network/files.ts';
import { chooseSubnet, formatSubnet, overlaps, parseRoutes, parseSubnet } from '../../runtime-helper/network/pool.ts';

describe('the address pool', () => {
  it('parses a subnet to its first address', () => {
    assert.equal(formatSubnet(parseSubnet('10.88.3.7/16')), '10.88.0.0/16');
  });

  for (const text of ['10.0.0.0', '10.0.0.0/33', '256.0.0.0/8', '10.0.0/24', '']) {
    it(`refuses ${JSON.stringify(text)} as a subnet`, () => {
      assert.throws(() => parseSubnet(text), { code: 'invalid-argument' });
    });
  }

  it('sees that a subnet overlaps the one that holds it', () => {
    assert.equal(overlaps(parseSubnet('10.64.5.0/24'), parseSubnet('10.64.0.0/16')), true);
    assert.equal(overlaps(parseSubnet('10.64.5.0/24'), parseSubnet('10.64.6.0/24')), false);
  });

  it('gives two stores different subnets, even while neither has a bridge', () => {
    assert.notEqual(formatSubnet(chooseSubnet('00000001', [])), formatSubnet(chooseSubnet('00000002', [])));
  });

  it('passes over what the host has a route to', () => {
    const first = chooseSubnet('00000000', []);
    const second = chooseSubnet('00000000', [first]);
    assert.equal(formatSubnet(second), '10.64.1.0/24');
  });

  it('says so when the host has routes to all of the pool', () => {
    assert.throws(() => chooseSubnet('00000000', [parseSubnet('10.0.0.0/8')]), { code: 'unavailable' });
  });

  it('reads the routes of the kernel, but neither the default route nor its own', () => {
    const header = 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n';
    const line = (name: string, destination: string, mask: string): string =>
      `${name}\t${destination}\t00000000\t0001\t0\t0\t0\t${mask}\t0\t0\t0\n`;
    const table =
      header +
      line('eth0', '00000000', '00000000') +
      line('eth0', '0001A8C0', '00FFFFFF') +
      line('sk1', '0000400A', '00FFFFFF');
    assert.deepEqual(parseRoutes(table, 'sk1').map(formatSubnet), ['192.168.1.0/24']);
  });
});

describe('leases', () => {
  const withNetwork = (check: (network: BridgeNetwork, folder: string) => void): void => {
    const folder = mkdtempSync(join(tmpdir(), 'skiff-leases-'));
    try {
      check(BridgeNetwork.openDefault(folder, '0badcafe'), folder);
    } finally {
      rmSync(folder, { recursive: true });
    }
  };
  const id = (number: number): string => number.toString(16).padStart(8, '0').padEnd(64, '0');

  it('never give one address to two containers, and say when none is left', () => {
    withNetwork((network) => {
      const addresses = new Set(
        Array.from({ length: 253 }, (_, index) => network.claim(id(index), () => true).address),
      );
      assert.equal(addresses.size, 253);
      assert.throws(() => network.claim(id(999), () => true), {
        code: 'unavailable',
        message: /no address is left in 10\./,
      });
    });
  });

  it('of the dead are free again when nothing else is', () => {
    withNetwork((network) => {
      for (let index = 0; index < 253; index += 1) network.claim(id(index), () => true);
      const endpoint = network.claim(id(999), (owner) => owner !== id(7));
      assert.equal(network.addresses().get(id(999)), endpoint.address.replace('/24', ''));
      assert.equal(network.addresses().has(id(7)), false);
    });
  });

  it('are given back by their owner', () => {
    withNetwork((network, folder) => {
      network.claim(id(1), () => true);
      network.release(id(2));
      assert.equal(readdirSync(join(folder, 'bridge/leases')).length, 1);
      network.release(id(1));
      assert.deepEqual(readdirSync(join(folder, 'bridge/leases')), []);
    });
  });
});

describe('the files of a network', () => {
  it('name the container by its address', () => {
    assert.match(hostsFile({ hostname: 'web', address: '10.64.0.9' }), /^10\.64\.0\.9\tweb$/m);
  });

  it('leave out resolvers on loopback, which is another machine inside', () => {
    assert.equal(resolvFile('# x\nnameserver 127.0.0.53\nnameserver 1.1.1.1\n', undefined), 'nameserver 1.1.1.1\n');
  });

  it('take what the stub asks when only the stub is there', () => {
    assert.equal(resolvFile('nameserver 127.0.0.53\nsearch lan\n', 'nameserver 9.9.9.9\n'), 'nameserver 9.9.9.9\n');
  });
});
