import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hostsFile, resolverFile, resolvFile } from '../../runtime-helper/network/files.ts';

const none = { servers: [], search: [], options: [] };

describe('the hosts file', () => {
  it('names the container by each of its addresses, after what was added', () => {
    const text = hostsFile({
      hostname: 'web',
      domainname: 'lan',
      addresses: ['10.64.0.9', 'fd00::9'],
      extra: [['10.0.0.1', 'db']],
    });
    assert.match(text, /^10\.0\.0\.1\tdb\n10\.64\.0\.9\tweb\.lan web\nfd00::9\tweb\.lan web\n$/m);
  });
});

describe('resolv.conf', () => {
  const plain = { settings: none, embedded: false };

  it('leaves out resolvers on loopback, which is another machine inside', () => {
    assert.equal(
      resolvFile('# x\nnameserver 127.0.0.53\nnameserver 1.1.1.1\n', undefined, plain),
      'nameserver 1.1.1.1\n',
    );
  });

  it('takes what the stub asks when only the stub is there', () => {
    const text = resolvFile('nameserver 127.0.0.53\noptions edns0\nsearch lan\n', 'nameserver 9.9.9.9\n', plain);
    assert.equal(text, 'nameserver 9.9.9.9\nsearch lan\noptions edns0\n');
  });

  it("names the container's own resolver where there is one, and asks it for names without dots", () => {
    const text = resolvFile('nameserver 1.1.1.1\nsearch lan\n', undefined, { settings: none, embedded: true });
    assert.equal(text, 'nameserver 127.0.0.11\nsearch lan\noptions ndots:0\n');
  });

  it('has what was given in place of what the host has', () => {
    const settings = { servers: ['10.0.0.53'], search: ['corp'], options: ['ndots:2'] };
    const text = 'nameserver 10.0.0.53\nsearch corp\noptions ndots:2\n';
    assert.equal(resolvFile('nameserver 1.1.1.1\nsearch lan\n', undefined, { settings, embedded: false }), text);
    assert.equal(resolvFile('search lan\n', undefined, { settings: { ...none, search: ['.'] }, embedded: false }), '');
  });
});

it("the resolver's file has a word and its arguments a line", () => {
  assert.equal(
    resolverFile({ networks: ['app'], servers: ['1.1.1.1'], links: [['DB', 'Maria']], forward: false }),
    'network app\nserver 1.1.1.1\nlink db maria\ninternal\nend\n',
  );
});
