import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { CreateOptions } from '../../runtime-helper/engine/index.ts';
import { containerOptions, operation, runToEnd, testEngine, type TestEngine } from '../support/engine.ts';
import { busyboxRootfs } from '../support/images.ts';

describe('volumes and bind mounts', () => {
  let test: TestEngine;
  let folder: string;

  before(async () => {
    test = await testEngine();
    folder = mkdtempSync(join(tmpdir(), 'skiff-volumes-'));
    await test.engine.importImage({ path: busyboxRootfs() }, { reference: 'busybox:1' }, operation);
  });
  after(async () => {
    await test.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  const sh = (script: string, options: Partial<CreateOptions> = {}) =>
    runToEnd(
      test.engine,
      containerOptions({
        image: 'busybox:1',
        command: ['sh', '-c', script],
        network: 'none',
        autoRemove: true,
        ...options,
      }),
    );
  const volume = (name: string, target: string, readonly = false) =>
    ({ type: 'volume', name, target, readonly, copy: true }) as const;
  const bind = (source: string, target: string) =>
    ({ type: 'bind', source, target, readonly: false, recursive: true, createSource: false }) as const;

  it('a volume begins with what the image has at its place, and two containers share it', async () => {
    const first = await sh('ls /etc; echo shared > /etc/new', { mounts: [volume('etc', '/etc')] });
    assert.match(first.stdout, /group[^]*passwd/);
    const second = await sh('cat /v/new; cat /v/passwd', { mounts: [volume('etc', '/v')] });
    assert.match(second.stdout, /^shared\nroot:x:0:0/);
  });

  it('a read-only volume or bind mount is read-only', async () => {
    const { exitCode, stderr } = await sh('echo x > /v/file', { mounts: [volume('ro', '/v', true)] });
    assert.equal(exitCode, 1);
    assert.match(stderr, /Read-only file system/);
  });

  it('a volume that a container has is not removed; an anonymous one goes with its container', async () => {
    const options = containerOptions({ image: 'busybox:1', command: ['true'], network: 'none' });
    const mounts = [volume('kept', '/a'), { type: 'volume', target: '/b', readonly: false, copy: true } as const];
    const container = await test.engine.createContainer({ ...options, mounts }, operation);
    await assert.rejects(test.engine.removeVolume('kept', operation), /volume is in use/);
    const anonymous = test.engine.listVolumes().filter((one) => one.anonymous);
    assert.deepEqual(
      anonymous.map(({ users }) => users),
      [[container.id]],
    );
    await test.engine.removeContainer(container.id, { force: false, volumes: true }, operation);
    assert.deepEqual(
      test.engine.listVolumes().filter((one) => one.anonymous),
      [],
    );
    await test.engine.removeVolume('kept', operation);
  });

  it('--rm takes anonymous volumes along, whoever is there to see it', async () => {
    await sh('echo x > /b/x', { mounts: [{ type: 'volume', target: '/b', readonly: false, copy: true }] });
    assert.deepEqual(
      test.engine.listVolumes().filter((one) => one.anonymous),
      [],
    );
  });

  it('a file and a folder of the host are mounted where the container says', async () => {
    writeFileSync(join(folder, 'file'), 'from the host\n');
    const { stdout } = await sh('cat /deep/er/file /opt/file; echo back > /opt/back', {
      mounts: [bind(join(folder, 'file'), '/deep/er/file'), bind(folder, '/opt')],
    });
    assert.equal(stdout, 'from the host\nfrom the host\n');
    assert.equal(readFileSync(join(folder, 'back'), 'utf8'), 'back\n');
  });

  it("a link in the container's own files leads a mount nowhere outside, and not into /proc", async () => {
    mkdirSync(join(folder, 'links'));
    symlinkSync('/proc/self', join(folder, 'links/evil'));
    symlinkSync('../../../../../../tmp', join(folder, 'links/up'));
    const inside = [bind(join(folder, 'links'), '/l')];
    const up = await sh('cat /tmp/here/file', { mounts: [...inside, bind(folder, '/l/up/here')] });
    assert.equal(up.stdout, 'from the host\n');
    await assert.rejects(
      sh('true', { mounts: [...inside, bind(join(folder, 'file'), '/l/evil/attr/exec')] }),
      /operation not permitted/,
    );
  });

  it('a magic link is no source: it would lead to what root has open', async () => {
    await assert.rejects(sh('true', { mounts: [bind('/proc/self/fd/3', '/x')] }), /too many symbolic links/);
  });
});
