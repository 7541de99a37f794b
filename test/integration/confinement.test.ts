import assert from 'node:assert/strict';
import { readFileSync, readlinkSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import type { CreateOptions } from '../../runtime-helper/engine/index.ts';
import { containerOptions, operation, runToEnd, testEngine, type TestEngine } from '../support/engine.ts';
import { busyboxRootfs } from '../support/images.ts';

describe('what a container is allowed', () => {
  let test: TestEngine;

  before(async () => {
    test = await testEngine();
    await test.engine.importImage({ path: busyboxRootfs() }, { reference: 'busybox:1' }, operation);
  });
  after(() => test.dispose());

  const sh = async (script: string, options: Partial<CreateOptions> = {}) =>
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
  const output = async (script: string, options: Partial<CreateOptions> = {}) => (await sh(script, options)).stdout;
  const status = (options: CreateOptions['confinement']) =>
    output("grep -E 'CapEff|CapBnd|NoNewPrivs|Seccomp:' /proc/self/status", { confinement: options ?? {} });

  it("is Docker's set of capabilities, under a filter, when nothing is said", async () => {
    assert.equal(
      await status({}),
      'CapEff:\t00000000a80425fb\nCapBnd:\t00000000a80425fb\nNoNewPrivs:\t0\nSeccomp:\t2\n',
    );
  });

  it('can be less', async () => {
    assert.equal(
      await status({ capDrop: ['ALL'], capAdd: ['chown', 'CAP_NET_RAW'], noNewPrivileges: true }),
      'CapEff:\t0000000000002001\nCapBnd:\t0000000000002001\nNoNewPrivs:\t1\nSeccomp:\t2\n',
    );
  });

  it('can be all that the machine has', async () => {
    const [, all = ''] = /CapEff:\s+(\w+)/.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
    const text = await status({ privileged: true });
    assert.match(text, new RegExp(`CapEff:\t${all}\n`));
    assert.match(text, /Seccomp:\t0/);
    assert.equal(
      await output('mount -t tmpfs x /tmp && echo mounted', { confinement: { privileged: true } }),
      'mounted\n',
    );
  });

  it('lets a capability do what it is for, or a profile of the user forbid more', async () => {
    const mount = 'mount -t tmpfs x /tmp && echo mounted';
    assert.equal(await output(mount), '');
    assert.equal(await output(mount, { confinement: { capAdd: ['SYS_ADMIN'] } }), 'mounted\n');
    const syscalls = [{ names: ['mkdir', 'mkdirat'], action: 'SCMP_ACT_ERRNO', errnoRet: 28 }];
    const profile = JSON.stringify({ defaultAction: 'SCMP_ACT_ALLOW', syscalls });
    assert.match((await sh('mkdir /x', { confinement: { seccomp: { profile } } })).stderr, /No space left/);
  });

  it('hides and protects paths, unless that is taken away', async () => {
    const script = 'wc -c < /proc/keys; echo x > /proc/sys/kernel/domainname && echo written';
    assert.equal(await output(script), '0\n');
    assert.match(await output(script, { confinement: { systemPathsUnconfined: true } }), /written/);
  });

  it('is a root file system that can be read-only, with a tmpfs that is not', async () => {
    const { stdout, stderr } = await sh('touch /x; touch /tmp/y && echo tmp', {
      confinement: { readonlyRoot: true },
      mounts: [{ type: 'tmpfs', target: '/tmp', options: [] }],
    });
    assert.equal(stdout, 'tmp\n');
    assert.match(stderr, /Read-only file system/);
  });

  it('is for a user of the container, with groups by name and by number', async () => {
    const text = await output('id', { user: 'user', confinement: { groupAdd: ['daemon', '777'] } });
    assert.equal(text, 'uid=1000(user) gid=1000(user) groups=1(daemon),29(audio),777,1000(user)\n');
    await assert.rejects(sh('id', { confinement: { groupAdd: ['nogroup'] } }), /unable to find/);
  });

  it('is limits of a process, sizes, and parameters of its own namespaces', async () => {
    const confinement = {
      ...{ ulimits: [{ name: 'nofile', soft: 100, hard: 200 }], sysctls: { 'net.core.somaxconn': '99' } },
      ...{ shmSize: 1024 * 1024, oomScoreAdj: 500, domainname: 'example' },
    };
    const script =
      'ulimit -Sn; ulimit -Hn; cat /proc/sys/net/core/somaxconn /proc/self/oom_score_adj /proc/sys/kernel/domainname; df -k /dev/shm';
    const text = await output(script, { confinement });
    assert.match(text, /^100\n200\n99\n500\nexample\n[^]*\bshm\s+1024\b/);
  });

  it("never is a parameter of the machine's", async () => {
    await assert.rejects(
      sh('true', { confinement: { sysctls: { 'kernel.panic': '1' } } }),
      /separate kernel namespace/,
    );
    const onHost = { network: 'host', confinement: { sysctls: { 'net.core.somaxconn': '99' } } } as const;
    await assert.rejects(sh('true', onHost), /separate kernel namespace/);
  });

  it('is a device of the host that was named, and no other', async () => {
    const request = { source: '/dev/kmsg', target: '/dev/log-of-kernel', access: 'r' };
    const script =
      'ls -l /dev/log-of-kernel; dd if=/dev/log-of-kernel of=/dev/null bs=1 count=0; echo x > /dev/log-of-kernel';
    const { stdout, stderr } = await sh(script, { confinement: { devices: [request] } });
    assert.match(stdout, /^c.*\b1,\s+11\b/);
    assert.match(stderr, /can't create \/dev\/log-of-kernel: Operation not permitted/);
    assert.match((await sh('mknod /k c 1 11 && cat /k')).stderr, /Operation not permitted/);
  });

  it("can be the host's namespaces", async () => {
    const script = 'for n in pid ipc uts cgroup; do readlink /proc/self/ns/$n; done';
    const host = ['pid', 'ipc', 'uts', 'cgroup'].map((name) => readlinkSync(`/proc/self/ns/${name}`));
    const shared = await output(script, { confinement: { pid: 'host', ipc: 'host', uts: 'host', cgroup: 'host' } });
    assert.deepEqual(shared.trim().split('\n'), host);
    const own = (await output(script)).trim().split('\n');
    assert.deepEqual(
      own.filter((name) => host.includes(name)),
      [],
    );
  });

  it("can be another container's namespaces, its shared memory among them", async () => {
    const first = await test.engine.createContainer(
      containerOptions({
        image: 'busybox:1',
        command: ['sh', '-c', 'echo here > /dev/shm/note; exec sleep 1000'],
        network: 'none',
      }),
      operation,
    );
    await (
      await test.engine.startContainer(first.id, { gate: false }, operation)
    ).started;
    const confinement = { pid: { container: first.name }, ipc: { container: first.id } };
    const script = 'until cat /dev/shm/note; do usleep 1000; done 2> /dev/null; cat /proc/1/cmdline';
    assert.equal(await output(script, { confinement }), 'here\nsleep\x001000\x00');
    await test.engine.removeContainer(first.id, { force: true }, operation);
  });

  it('has a PID 1 that reaps and passes signals on, when that is asked for', async () => {
    const script =
      '(sleep 0.01 &) ; exec sh -c "trap \\"exit 7\\" TERM; echo \\$\\$; kill -TERM 1; while :; do sleep 0.01; done"';
    const { stdout, exitCode } = await sh(script, { confinement: { init: true } });
    assert.equal(stdout, '2\n');
    assert.equal(exitCode, 7);
    await assert.rejects(
      sh('', { command: ['/no/such'], confinement: { init: true } }),
      (error: { exitCode?: number }) => error.exitCode === 127,
    );
  });
});

describe('what a container may use', () => {
  let test: TestEngine;

  before(async () => {
    test = await testEngine();
    await test.engine.importImage({ path: busyboxRootfs() }, { reference: 'busybox:1' }, operation);
  });
  after(() => test.dispose());

  const options = (script: string, limits: CreateOptions['limits']): CreateOptions =>
    containerOptions({ image: 'busybox:1', command: ['sh', '-c', script], network: 'none', limits: limits ?? {} });

  it('is memory up to its limit: who wants more is killed, and that is recorded', async () => {
    const { exitCode, container } = await runToEnd(
      test.engine,
      options('exec tail /dev/zero', { memory: 16 * 1024 * 1024 }),
    );
    assert.equal(exitCode, 137);
    const { state } = test.engine.findContainer(container.id);
    assert.equal(state.status === 'exited' && state.oomKilled, true);
  });

  it('is processes up to their limit: a fork bomb ends in itself', async () => {
    const bomb = 'i=0; while [ $i -lt 50 ]; do sleep 1000 & i=$((i+1)); done';
    const { exitCode, stderr } = await runToEnd(test.engine, options(bomb, { pidsLimit: 10 }));
    assert.notEqual(exitCode, 0);
    assert.match(stderr, /can't fork: Resource temporarily unavailable/);
  });

  it('is CPUs by number', async () => {
    const { stdout } = await runToEnd(
      test.engine,
      options('grep Cpus_allowed_list /proc/self/status', { cpusetCpus: '0' }),
    );
    assert.equal(stdout, 'Cpus_allowed_list:\t0\n');
  });
});
