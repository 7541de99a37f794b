import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hostView, type HostView } from '../../runtime-helper/snapshot/host-image.ts';

const machine = {
  passwd: [
    'root:x:0:0:root:/root:/bin/bash',
    'daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin',
    'user:x:1000:1000::/home/user:/bin/bash',
    'ben:x:1001:1001::/srv/ben/:/bin/bash',
    'user-far:x:200001:200001::/home/user-far:/bin/bash',
    'nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin',
    'odd:x:1002:1002::/:/bin/sh',
    '',
  ].join('\n'),
  homes: ['user', 'user-far', 'user-gone'],
  ssh: ['sshd_config', 'ssh_host_rsa_key', 'ssh_host_rsa_key.pub'],
};

const view = (home: string, ...targets: string[]): HostView =>
  hostView({ hidden: ['/data/store'], home, targets }, machine);

describe('what @host hides', () => {
  it('is every home but the own one, those of people without an entry in /etc/passwd too', () => {
    const { maskedPaths } = view('/home/user');
    for (const path of ['/root', '/srv/ben', '/home/user-far', '/home/user-gone'])
      assert.ok(maskedPaths.includes(path), path);
    for (const path of ['/', '/home/user', '/usr/sbin', '/nonexistent'])
      assert.ok(!maskedPaths.includes(path), `${path} is hidden`);
  });

  it('is key material in the own home and of the machine, and stores', () => {
    const { maskedPaths } = view('/home/user/');
    for (const path of [
      ...['/home/user/.ssh', '/home/user/.aws', '/etc/shadow', '/var/backups', '/data/store', '/var/lib/docker'],
      '/etc/ssh/ssh_host_rsa_key',
    ])
      assert.ok(maskedPaths.includes(path), path);
    assert.ok(!maskedPaths.includes('/etc/ssh/ssh_host_rsa_key.pub'));
    assert.ok(!maskedPaths.includes('/etc/ssh/sshd_config'));
  });

  it('is not what the user mounts there himself', () => {
    const { maskedPaths, mounts } = view('/root', '/home/user/project', '/root/.ssh', '/var/lib');
    // An empty directory comes first, for a place in it; nothing comes on top.
    assert.ok(!maskedPaths.includes('/home/user'));
    assert.deepEqual(
      mounts.map(({ destination }) => destination),
      ['/run', '/tmp', '/home/user'],
    );
    assert.ok(!maskedPaths.includes('/root/.ssh'));
    assert.ok(!maskedPaths.includes('/var/lib/docker'));
    assert.ok(maskedPaths.includes('/root/.aws'));
    assert.ok(maskedPaths.includes('/home/user-far'));
  });
});
