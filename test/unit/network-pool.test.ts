import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, lutimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import {
  contains,
  formatAddress,
  formatSubnet,
  overlaps,
  parseAddress,
  parseSubnet,
} from '../../runtime-helper/network/address.ts';
import { DnsNames } from '../../runtime-helper/network/dns-names.ts';
import { defaultInterface, parseRoutes6, parseTrie } from '../../runtime-helper/network/host-routes.ts';
import { Leases, type Owners } from '../../runtime-helper/network/leases.ts';
import { planNetwork, type NetworkRequest } from '../../runtime-helper/network/plan-network.ts';
import { chooseSubnet, chooseSubnet6 } from '../../runtime-helper/network/pool.ts';

describe('addresses', () => {
  it('of a subnet begin with its first', () => {
    assert.equal(formatSubnet(parseSubnet('10.88.3.7/16')), '10.88.0.0/16');
    assert.equal(formatSubnet(parseSubnet('fd12:3456::7/64')), 'fd12:3456::/64');
  });

  for (const text of ['10.0.0.0', '10.0.0.0/33', '256.0.0.0/8', '10.0.0/24', 'fd00::/129', 'fe80::1%eth0/64', '']) {
    it(`refuse ${JSON.stringify(text)} as a subnet`, () => {
      assert.throws(() => parseSubnet(text), { code: 'invalid-argument' });
    });
  }

  for (const [text, shortest] of [
    ['::', '::'],
    ['2001:DB8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
    ['::ffff:1.2.3.4', '::ffff:102:304'],
    ['10.1.2.3', '10.1.2.3'],
  ] as const) {
    it(`write ${text} as ${shortest}`, () => {
      assert.equal(formatAddress(parseAddress(text)), shortest);
    });
  }

  it('see that a subnet overlaps the one that holds it, and none of the other family', () => {
    assert.equal(overlaps(parseSubnet('10.64.5.0/24'), parseSubnet('10.64.0.0/16')), true);
    assert.equal(overlaps(parseSubnet('10.64.5.0/24'), parseSubnet('10.64.6.0/24')), false);
    assert.equal(overlaps(parseSubnet('::/0'), parseSubnet('10.64.6.0/24')), false);
    assert.equal(contains(parseSubnet('10.64.5.0/24'), parseAddress('10.64.5.255')), true);
    assert.equal(contains(parseSubnet('10.64.5.0/24'), parseAddress('10.64.6.0')), false);
  });
});

describe('the pool', () => {
  it('gives two stores different subnets, even while neither has a bridge', () => {
    assert.notEqual(formatSubnet(chooseSubnet('00000001', [])), formatSubnet(chooseSubnet('00000002', [])));
    assert.notEqual(formatSubnet(chooseSubnet6('00000001', [])), formatSubnet(chooseSubnet6('00000002', [])));
  });

  it('passes over what the host has a route to', () => {
    const first = chooseSubnet('00000000', []);
    assert.equal(formatSubnet(chooseSubnet('00000000', [first])), '10.64.1.0/24');
    const first6 = chooseSubnet6('00000000', []);
    assert.equal(overlaps(first6, chooseSubnet6('00000000', [first6])), false);
  });

  it('is another one when the host has routes to all of it, and says so when it has to all of them', () => {
    const vpn = parseSubnet('10.0.0.0/8');
    assert.equal(formatSubnet(chooseSubnet('00000000', [vpn])), '172.16.0.0/24');
    const others = ['172.16.0.0/12', '192.168.0.0/16'].map(parseSubnet);
    assert.equal(formatSubnet(chooseSubnet('00000002', [vpn, ...others.slice(0, 1)])), '192.168.2.0/24');
    assert.throws(() => chooseSubnet('00000000', [vpn, ...others]), { code: 'unavailable' });
  });
});

describe("the host's routes", () => {
  it('are those of all tables, but neither the default route nor single addresses', () => {
    const trie = [
      'Main:',
      '  +-- 0.0.0.0/0 3 0 5',
      '     |-- 0.0.0.0',
      '        /0 universe UNICAST',
      '     +-- 192.168.1.0/24 2 0 2',
      '        |-- 192.168.1.0',
      '           /24 link UNICAST',
      '        |-- 192.168.1.7',
      '           /32 host LOCAL',
      'Id 52:',
      '  |-- 100.64.0.0',
      '     /10 universe UNICAST',
    ].join('\n');
    assert.deepEqual(parseTrie(trie).map(formatSubnet), ['192.168.1.0/24', '100.64.0.0/10']);
  });

  it('are those of IPv6, but not link-local ones', () => {
    const zero = '00000000000000000000000000000000';
    const line = (destination: string, length: string): string =>
      `${destination} ${length} ${zero} 00 ${zero} 00000100 0 0 1 eth0`;
    const text = [
      line('fe800000000000000000000000000000', '40'),
      line('fd000000000000010000000000000000', '40'),
      line(zero, '00'),
    ];
    assert.deepEqual(parseRoutes6(text.join('\n')).map(formatSubnet), ['fd00:0:0:1::/64']);
  });

  it('tell the uplink: the default route with the least metric', () => {
    const line = (name: string, metric: number): string =>
      `${name}\t00000000\t0100A8C0\t0003\t0\t0\t${metric}\t00000000\t0\t0\t0`;
    assert.equal(defaultInterface(['head', line('wlan0', 600), line('eth0', 100)].join('\n')), 'eth0');
    assert.equal(defaultInterface('head\n'), undefined);
  });
});

const id = (number: number): string => number.toString(16).padStart(8, '0').padEnd(64, '0');
const pool = { subnet: '10.64.3.0/24', gateway: '10.64.3.1' };

async function withFolder(check: (folder: string) => Promise<void> | void): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'skiff-network-'));
  try {
    await check(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('leases', () => {
  const alive: Owners = { isAlive: () => true, forget: async () => {} };

  it('never give one address to two containers, and say when none is left', async () => {
    await withFolder(async (folder) => {
      const leases = new Leases(folder);
      const addresses = new Set<string>();
      for (let index = 0; index < 253; index += 1) addresses.add((await leases.claim(pool, id(index), alive)).address);
      assert.equal(addresses.size, 253);
      for (const reserved of ['10.64.3.0', '10.64.3.1', '10.64.3.255']) assert.ok(!addresses.has(reserved), reserved);
      await assert.rejects(leases.claim(pool, id(999), alive), {
        code: 'unavailable',
        message: 'no address left in 10.64.3.0/24',
      });
    });
  });

  it('of the dead are free again when nothing else is, once nothing leads there', async () => {
    await withFolder(async (folder) => {
      const leases = new Leases(folder);
      for (let index = 0; index < 253; index += 1) await leases.claim(pool, id(index), alive);
      for (const name of readdirSync(folder)) lutimesSync(join(folder, name), 1, 1);
      const forgotten: string[] = [];
      const owners: Owners = {
        isAlive: (owner) => owner !== id(7),
        forget: async (address) => void forgotten.push(address),
      };
      const { address } = await leases.claim(pool, id(999), owners);
      assert.deepEqual(forgotten, [address]);
      assert.equal(leases.all().get(address), id(999));
      assert.ok(![...leases.all().values()].includes(id(7)));
    });
  });

  it('of someone who is only about to run are not taken away', async () => {
    await withFolder(async (folder) => {
      const leases = new Leases(folder);
      const dead: Owners = { ...alive, isAlive: () => false };
      await leases.claim(pool, id(1), dead, '10.64.3.9');
      await assert.rejects(leases.claim(pool, id(2), dead, '10.64.3.9'), { code: 'conflict' });
    });
  });

  it('are the same for the same container, until they are given back', async () => {
    await withFolder(async (folder) => {
      const leases = new Leases(folder);
      const first = await leases.claim(pool, id(1), alive);
      assert.deepEqual(await leases.claim(pool, id(1), alive), { ...first, fresh: false });
      leases.release(id(2));
      assert.equal(leases.all().size, 1);
      leases.release(id(1));
      assert.equal(leases.all().size, 0);
    });
  });

  it('come from the range when there is one, and from both families', async () => {
    await withFolder(async (folder) => {
      const leases = new Leases(folder);
      const { address } = await leases.claim({ ...pool, range: '10.64.3.64/30' }, id(5), alive);
      assert.match(address, /^10\.64\.3\.6[4-7]$/);
      const second = await leases.claim({ subnet: 'fd00:1::/64', gateway: 'fd00:1::1' }, id(5), alive);
      assert.equal(second.address, 'fd00:1::5');
    });
  });

  it('of a wanted address lie in the subnet, and are not the gateway', async () => {
    await withFolder(async (folder) => {
      const leases = new Leases(folder);
      for (const wanted of ['10.64.4.9', '10.64.3.1'])
        await assert.rejects(leases.claim(pool, id(1), alive, wanted), { code: 'invalid-argument' });
    });
  });
});

describe('names', () => {
  it('lead to a container whatever their case, and go with it', async () => {
    await withFolder((folder) => {
      const names = new DnsNames(folder);
      const links = ['web/10.0.0.2', 'api/10.0.0.2', '2.0.0.10.in-addr.arpa/Web'];
      assert.deepEqual(names.add(['Web', 'web', 'api'], ['10.0.0.2'], id(1)), links);
      names.add(['api'], ['10.0.0.3'], id(2));
      names.remove(id(1));
      assert.deepEqual(readdirSync(folder), ['3.0.0.10.in-addr.arpa', 'api']);
      assert.deepEqual(readdirSync(join(folder, 'api')), ['10.0.0.3']);
    });
  });

  it('are of both families, and change when a container is renamed', async () => {
    await withFolder((folder) => {
      const names = new DnsNames(folder);
      const addresses = ['10.0.0.2', 'fd00::2'];
      names.add(['web', 'old'], addresses, id(1));
      const renamed = names.rename('web', 'shop', { addresses, id: id(1), isAlso: false });
      const reverse = `2.${'0.'.repeat(29)}d.f.ip6.arpa`;
      assert.deepEqual(renamed, [
        ...['shop/10.0.0.2', '2.0.0.10.in-addr.arpa/shop'],
        ...['shop/fd00::2', `${reverse}/shop`],
      ]);
      assert.deepEqual(readdirSync(folder).toSorted(), ['2.0.0.10.in-addr.arpa', reverse, 'old', 'shop'].toSorted());
      assert.deepEqual(readdirSync(join(folder, reverse)), ['shop']);
    });
  });
});

describe('a new network', () => {
  const request: NetworkRequest = {
    ...{ name: 'app', subnets: [], gateways: [], ranges: [], internal: false, ipv6: false, labels: {}, options: {} },
  };
  const taken = { storeId: '0badcafe', others: [], host: [] };
  const plan = (given: Partial<NetworkRequest>, around = {}): ReturnType<typeof planNetwork> =>
    planNetwork({ ...request, ...given }, { ...taken, ...around });

  it('has a subnet, the first address as gateway, and a bridge with the name of the store', () => {
    const { ipv4, bridge } = plan({});
    assert.match(ipv4.subnet, /^10\.\d+\.\d+\.0\/24$/);
    assert.equal(ipv4.gateway, ipv4.subnet.replace('0/24', '1'));
    assert.match(bridge, /^sk0badcafe[0-9a-f]{5}$/);
  });

  it('takes what it is given', () => {
    const given = plan({
      subnets: ['172.28.0.0/16'],
      gateways: ['172.28.5.254'],
      ranges: ['172.28.5.0/24'],
      options: { mtu: '1400' },
    });
    assert.deepEqual(given.ipv4, { subnet: '172.28.0.0/16', gateway: '172.28.5.254', range: '172.28.5.0/24' });
    assert.equal(given.mtu, 1400);
  });

  it('has unique local addresses with --ipv6', () => {
    assert.match(plan({ ipv6: true }).ipv6?.subnet ?? '', /^fd[0-9a-f]{2}:[0-9a-f:]+::\/64$/);
    assert.equal(plan({}).ipv6, undefined);
  });

  const refused: [string, Partial<NetworkRequest>, object, RegExp][] = [
    [
      'a subnet of another network',
      { subnets: ['10.1.0.0/16'] },
      { others: [{ name: 'db', bridge: 'sk', subnets: [parseSubnet('10.1.2.0/24')] }] },
      /in use by network db/,
    ],
    [
      'a subnet that the host has a route to',
      { subnets: ['10.1.2.0/24'] },
      { host: [parseSubnet('10.0.0.0/8')] },
      /overlaps 10\.0\.0\.0\/8/,
    ],
    [
      'a gateway outside',
      { subnets: ['10.1.2.0/24'], gateways: ['10.1.3.1'] },
      {},
      /no matching subnet for gateway 10\.1\.3\.1/,
    ],
    ['a range that is larger', { subnets: ['10.1.2.0/24'], ranges: ['10.1.0.0/16'] }, {}, /no matching subnet|larger/],
    ['two subnets of a family', { subnets: ['10.1.2.0/24', '10.1.3.0/24'] }, {}, /one IPv4 subnet/],
    ['options that are not built', { options: { 'com.docker.network.bridge.name': 'br0' } }, {}, /not built yet/],
  ];
  for (const [what, given, around, message] of refused) {
    it(`refuses ${what}`, () => {
      assert.throws(() => plan(given, around), { message });
    });
  }
});
