import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { mountOptions, readMountOptions } from '../../runtime-helper/cli/mount-options.ts';
import { parseOptions } from '../../runtime-helper/cli/options.ts';

function mounts(...argv: string[]): unknown {
  const { options } = parseOptions(argv, mountOptions, { stopsAtArgument: false });
  return readMountOptions(options, '/srv/me').mounts;
}
const bind = { type: 'bind', readonly: false, recursive: true, createSource: true };
const volume = { type: 'volume', readonly: false, copy: true };

describe('mounts on the command line', () => {
  it('tells paths from names of volumes', () => {
    assert.deepEqual(mounts('-v', '/a:/b'), [{ ...bind, source: '/a', target: '/b' }]);
    assert.deepEqual(mounts('-v', './a:/b'), [{ ...bind, source: '/srv/me/a', target: '/b' }]);
    assert.deepEqual(mounts('-v', 'data:/b'), [{ ...volume, name: 'data', target: '/b' }]);
    assert.deepEqual(mounts('-v', '/b'), [{ ...volume, target: '/b' }]);
  });

  it('reads modes', () => {
    assert.deepEqual(mounts('-v', '/a:/b:ro,rslave,z'), [
      { ...bind, source: '/a', target: '/b', readonly: true, propagation: 'rslave' },
    ]);
    assert.deepEqual(mounts('-v', 'data:/b:nocopy'), [{ ...volume, name: 'data', target: '/b', copy: false }]);
  });

  it('reads --mount of each type, quoted commas included', () => {
    assert.deepEqual(mounts('--mount', 'type=bind,"src=/a,b",dst=/c,ro'), [
      { ...bind, by: 'mount', source: '/a,b', target: '/c', readonly: true, createSource: false },
    ]);
    assert.deepEqual(mounts('--mount', 'source=data,target=/c,volume-nocopy,volume-subpath=x'), [
      { ...volume, by: 'mount', name: 'data', target: '/c', copy: false, subpath: 'x' },
    ]);
    assert.deepEqual(mounts('--mount', 'type=tmpfs,dst=/t,tmpfs-size=1m,tmpfs-mode=1777'), [
      { by: 'mount', type: 'tmpfs', target: '/t', options: ['noexec', 'nosuid', 'nodev', 'size=1048576', 'mode=1777'] },
    ]);
  });

  it('gives a tmpfs what it asks for in place of the default', () => {
    assert.deepEqual(mounts('--tmpfs', '/t:exec,size=64m'), [
      { type: 'tmpfs', target: '/t', options: ['nosuid', 'nodev', 'exec', 'size=64m'] },
    ]);
  });

  for (const [argv, words] of [
    [['-v', 'a:b'], /mount path must be absolute/],
    [['-v', '/a::/b'], /invalid volume specification/],
    [['-v', '/a:/b:rx'], /invalid mode: rx/],
    [['--mount', 'type=npipe,dst=/x'], /invalid mount config for type "npipe": mount type unknown/],
    [['--mount', 'type=bind,dst=/x'], /field Source must not be empty/],
    [['--mount', 'type=tmpfs,src=/a,dst=/x'], /unexpected key 'source'/],
    [['--tmpfs', '/t:lowerdir=/etc'], /invalid tmpfs option/],
  ] as const)
    it(`refuses ${argv.join(' ')}`, () => {
      assert.throws(() => mounts(...argv), words);
    });
});
