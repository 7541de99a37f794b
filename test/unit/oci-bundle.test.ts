import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { confine } from '../../runtime-helper/container/confinement.ts';
import { runtimeConfig } from '../../runtime-helper/container/default-config.ts';
import { bundleDirectives, checkOtherRuntime, type OtherRuntime } from '../../runtime-helper/container/oci-bundle.ts';
import type { Mount } from '../../runtime-helper/oci/runtime-config.ts';

const runtime: OtherRuntime = {
  ...{ path: '/usr/bin/runc', options: [], placed: false, hidesUnified: false },
  ...{ cgroup: '/skiff-1/abc', boundingSet: ~0n },
};

const configOf = (env: string[], extraMounts: Mount[] = []) =>
  confine(
    runtimeConfig({
      ...{ id: 'abc', hostname: 'host', args: ['"', '\\'], env, cwd: '/', user: 'daemon', tty: false },
      ...{ network: 'bridge', extraMounts, extraMaskedPaths: [], annotations: {} },
    }),
    {},
  );

/** As the native program puts it together. */
function written(env: string[]): { process: { env: string[]; user: unknown; args: string[] }; mounts: Mount[] } {
  const directives = bundleDirectives(configOf(env), runtime, { columns: 0, rows: 0, network: 'own' });
  const [head = '', middle = '', tail = ''] = directives.slice(directives.indexOf('runtime-process') + 1);
  return JSON.parse(`${head}{"uid":1}${middle === '' ? '' : `${middle}"HOME=/"`}${tail}`) as ReturnType<typeof written>;
}

describe('the bundle of another runtime', () => {
  it('has the user and HOME where the native program puts them', () => {
    const { process, mounts } = written(['A=1']);
    assert.deepEqual([process.user, process.env, process.args], [{ uid: 1 }, ['A=1', 'HOME=/'], ['"', '\\']]);
    assert.deepEqual(
      mounts.map(({ destination }) => destination),
      ['/proc', '/dev', '/sys', '/dev/pts', '/dev/mqueue', '/dev/shm', '/sys/fs/cgroup'],
    );
  });

  it('leaves a HOME that was given', () => {
    assert.deepEqual(written(['HOME=/mine']).process.env, ['HOME=/mine']);
  });

  it('can’t have what only our own runtime does', () => {
    const check = (mounts: Mount[], how = {}): void => checkOtherRuntime('runc', configOf([], mounts), how);
    const bind = (destination: string, ...options: string[]): Mount => ({
      ...{ destination, type: 'bind', source: '/x', options },
    });
    check([bind('/x', 'rslave')]);
    assert.throws(() => check([], { init: true }), /--init can't be had with the runtime runc/);
    assert.throws(() => check([bind('/dev/x')]), /a mount on \/dev\/x/);
    assert.throws(() => check([bind('/x', 'rshared')]), /shared propagation/);
    assert.throws(() => check([], { ipc: { container: 'a' } }), /--ipc container:/);
  });
});
