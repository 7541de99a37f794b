import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { cgroupsNamed } from '../support/kernel-objects.ts';
import { TestStore } from '../support/store.ts';
import { until } from '../support/wait.ts';

/** Doubles a text in memory until somebody stops it. */
const glutton = 'a=xxxxxxxx; while :; do a=$a$a; done';
/** Wants a hundred processes at once, and says how many it could not get. */
const breeder = 'for i in $(seq 100); do sleep 60 & done; wait';

const readIfThere = (path: string): string => (existsSync(path) ? readFileSync(path, 'utf8') : '');

describe('a container at its limits', () => {
  let store: TestStore;
  before(() => {
    store = new TestStore();
  });
  after(() => store.dispose());

  it('that wants more memory than it may have is killed, and says so', async () => {
    const { code } = await store.skiff(['run', '--name', 'glutton', '-m', '16m', '@host', 'sh', '-c', glutton]);
    assert.equal(code, 137);
    const state = await store.succeed(['inspect', '-f', '{{.State.OOMKilled}} {{.State.ExitCode}}', 'glutton']);
    assert.equal(state, 'true 137');
  });

  it('that forks without end gets no more processes than it may have, and can be removed', async () => {
    const { code, stderr } = await store.skiff([
      ...['run', '--name', 'breeder', '--pids-limit', '20', '@host', 'sh', '-c', breeder],
    ]);
    assert.notEqual(code, 0);
    assert.match(stderr, /[Cc]annot fork|Resource temporarily unavailable/);
    await store.succeed(['rm', '-f', 'breeder']);
  });

  it('that has all processes it may have still takes one from outside, as docker’s do', async () => {
    await store.succeed(['run', '-d', '--name', 'lonely', '--pids-limit', '1', '@host', 'sleep', '1000']);
    // `/`: its own group, in its own namespace.
    assert.match(await store.succeed(['exec', 'lonely', 'cat', '/proc/self/cgroup']), /^\d+:(?:[^:]*\bpids)?:\/$/m);
    const { stderr } = await store.skiff(['exec', 'lonely', 'sh', '-c', 'true & wait']);
    assert.match(stderr, /[Cc]annot fork|Resource temporarily unavailable/);
    await store.succeed(['rm', '-f', 'lonely']);
  });

  it('reads and writes a device no faster than it may', async (context) => {
    if (!existsSync('/dev/loop0')) return context.skip('this machine has no loop device');
    const rates = ['--device-read-bps', '/dev/loop0:1mb', '--device-write-iops', '/dev/loop0:7'];
    const id = await store.succeed(['run', '-d', ...rates, '@host', 'sleep', '1000']);
    const text = await store.succeed(['inspect', '-f', '{{json .HostConfig}}', id]);
    const shown = JSON.parse(text) as Record<string, unknown>;
    assert.deepEqual(shown['BlkioDeviceReadBps'], [{ Path: '/dev/loop0', Rate: 1 << 20 }]);
    const files = ['io.max', 'blkio.throttle.read_bps_device', 'blkio.throttle.write_iops_device'];
    const limits = cgroupsNamed(new RegExp(id)).flatMap((folder) =>
      files.map((file) => readIfThere(join(folder, file))),
    );
    assert.match(limits.join(''), /7:0 (?:1048576|rbps=1048576)/);
    assert.match(limits.join(''), /7:0 (?:7$|.*wiops=7)/m);
    await store.succeed(['rm', '-f', id]);
  });

  it('has its cgroups below a parent of its choice, which stays when it goes', async () => {
    const parent = `skiff-test-${process.pid}`;
    const below = (): string[] => cgroupsNamed(new RegExp(`^${parent}$`)).flatMap((folder) => readdirSync(folder));
    const options = ['--cgroup-parent', `/${parent}/`, '--memory', '64m', '--name', 'child'];
    const id = await store.succeed(['run', '-d', ...options, '@host', 'sleep', '1000']);
    try {
      const pid = await store.succeed(['inspect', '-f', '{{.State.Pid}}', id]);
      const own = `/${parent}/skiff-${store.id}/${id}`;
      const places = readFileSync(`/proc/${pid}/cgroup`, 'utf8')
        .split('\n')
        .filter((line) => line.endsWith(own));
      assert.ok(places.length > 0, 'PID 1 is there');
      await store.succeed(['exec', '-d', id, 'sleep', '1000']);
      const counted = await store.succeed(['stats', '--no-stream', '--format', '{{.PIDs}}', id]);
      assert.equal(counted, '2', 'and so is what exec starts');
      assert.equal(await store.succeed(['inspect', '-f', '{{.HostConfig.CgroupParent}}', id]), parent);
      await store.succeed(['rm', '-f', id]);
      await until('nothing of ours is left in it', () => !below().some((name) => name.startsWith('skiff-')));
    } finally {
      for (const folder of cgroupsNamed(new RegExp(`^${parent}$`))) rmdirSync(folder);
    }
    assert.match((await store.skiff(['create', '--cgroup-parent', '../x', '@host'])).stderr, /invalid --cgroup-parent/);
  });

  it('remembers annotations and weights of devices', async () => {
    const options = ['--blkio-weight-device', '/dev/loop0:300', '--annotation', 'org.example.key=value'];
    const id = await store.succeed(['create', ...options, '@host', 'true']);
    const format = '{{json .HostConfig.BlkioWeightDevice}} {{index .HostConfig.Annotations "org.example.key"}}';
    const shown = await store.succeed(['inspect', '-f', format, id]);
    assert.equal(shown, '[{"Path":"/dev/loop0","Weight":300}] value');
    await store.succeed(['rm', id]);
  });

  it('is not made with limits of what is no device', async () => {
    const refused: [string, string, RegExp][] = [
      ['--device-read-bps', '/dev/null', /bad format: \/dev\/null/],
      ['--device-write-bps', 'loop0:1', /bad format for device path/],
      ['--device-read-iops', '/dev/loop0:1mb', /invalid rate for device/],
      ['--blkio-weight-device', '/dev/loop0:5', /invalid weight for device/],
      ['--cpu-rt-runtime', '1', /option --cpu-rt-runtime is not implemented: /],
      ['--annotation', '=x', /the key is missing/],
    ];
    const earlier = store.containerIds();
    for (const [option, value, reason] of refused) {
      const { code, stderr } = await store.skiff(['create', option, value, '@host', 'true']);
      assert.equal(code, 125, `${option} ${value}`);
      assert.match(stderr, reason);
    }
    const missing = await store.skiff(['create', '--device-read-bps', '/dev/nosuch:1mb', '@host', 'true']);
    assert.equal(missing.code, 1);
    assert.match(missing.stderr, /no such file or directory/);
    assert.deepEqual(store.containerIds(), earlier);
  });

  it('of which something is to be pruned asks first, and no answer is a no', async () => {
    await store.succeed(['volume', 'create', 'kept']);
    await store.succeed(['network', 'create', 'kept']);
    for (const kind of ['volume', 'network']) {
      const args = [kind, 'prune', ...(kind === 'volume' ? ['--all'] : [])];
      const refused = await store.succeed(args, { input: 'n\n' });
      assert.match(refused, /^WARNING! This will remove all .*\nAre you sure you want to continue\? \[y\/N\] $/);
      assert.equal(await store.succeed([kind, 'inspect', '-f', '{{.Name}}', 'kept']), 'kept');
      assert.match(await store.succeed(args, { input: 'y\n' }), /Deleted (?:Volumes|Networks):\nkept/);
    }
  });
});
