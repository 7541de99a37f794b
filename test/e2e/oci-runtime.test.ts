import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { busyboxRootfs } from '../support/images.ts';
import { cgroupsNamed } from '../support/kernel-objects.ts';
import { repository } from '../support/paths.ts';
import { run, type RunResult } from '../support/run.ts';
import { until } from '../support/wait.ts';

type Json = Record<string, unknown>;

describe('skiff-oci', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'skiff-oci-'));
    mkdirSync(join(folder, 'rootfs'));
    execFileSync('tar', ['-xf', busyboxRootfs(), '-C', join(folder, 'rootfs')]);
  });
  after(async () => {
    const left = (await oci('list', '--quiet')).stdout.split('\n').filter(Boolean);
    for (const id of left) await oci('delete', '--force', id);
    rmSync(folder, { recursive: true, force: true });
    assert.deepEqual(left, [], 'every test has deleted its containers');
  });

  /** Into files: a container keeps its standard output open, and a pipe would have no end before it. */
  async function oci(...args: string[]): Promise<RunResult> {
    const [stdout, stderr] = [join(folder, 'stdout'), join(folder, 'stderr')];
    const program = join(repository, 'dist/bin/skiff-oci');
    const script = 'out=$1 err=$2; shift 2; exec "$@" > "$out" 2> "$err"';
    const words = ['-c', script, 'sh', stdout, stderr, program, '--root', join(folder, 'root'), ...args];
    const { code } = await run('/bin/sh', words, { env: { SKIFF_NODE: process.execPath } });
    return { code, stdout: readFileSync(stdout, 'utf8'), stderr: readFileSync(stderr, 'utf8') };
  }

  const succeed = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await oci(...args);
    assert.equal(code, 0, `${args.join(' ')}: ${stderr}`);
    return stdout;
  };

  /** A bundle whose process runs `script`. */
  function bundle(name: string, script: string, more: { root?: Json; linux?: Json; process?: Json } = {}): string {
    const path = join(folder, name);
    mkdirSync(path, { recursive: true });
    const config = {
      ociVersion: '1.0.2',
      root: { path: join(folder, 'rootfs') },
      hostname: 'oci',
      process: { cwd: '/', user: { uid: 0, gid: 0 }, args: ['sh', '-c', script], env: ['PATH=/bin'], ...more.process },
      mounts: [{ destination: '/proc', type: 'proc', source: 'proc' }],
      linux: { namespaces: ['pid', 'mount', 'uts', 'ipc', 'network'].map((type) => ({ type })), ...more.linux },
      ...more.root,
    };
    writeFileSync(join(path, 'config.json'), JSON.stringify(config));
    return path;
  }

  /** Where the container's groups are. Other tests' come and go meanwhile, which find(1) takes for an error. */
  const groups = (id: string): string[] =>
    cgroupsNamed(new RegExp(`^${id}$`)).filter((path) => path.endsWith(`/skiff-oci/${id}`));

  const statusOf = async (id: string): Promise<unknown> => (JSON.parse(await succeed('state', id)) as Json)['status'];

  it('creates, starts, tells the state of, kills and deletes a container', async () => {
    const pidFile = join(folder, 'pid');
    await succeed('create', '--bundle', bundle('life', 'exec sleep 1000'), '--pid-file', pidFile, 'life');
    assert.equal(await statusOf('life'), 'created');
    const pid = readFileSync(pidFile, 'utf8');
    assert.equal((JSON.parse(await succeed('state', 'life')) as Json)['pid'], Number(pid));
    assert.notEqual((await oci('delete', 'life')).code, 0, 'one that is created is not deleted');
    await succeed('start', 'life');
    assert.equal(await statusOf('life'), 'running');
    assert.notEqual((await oci('start', 'life')).code, 0, 'and started once');
    await succeed('kill', 'life', 'KILL');
    await until('it has ended', async () => (await statusOf('life')) === 'stopped');
    assert.match((await oci('kill', 'life', 'TERM')).stderr, /not running/);
    await succeed('delete', 'life');
    assert.match((await oci('state', 'life')).stderr, /does not exist/);
    assert.equal(existsSync(`/proc/${pid}/root/bin`), false);
  });

  it('gives the process its own stdio, and its exit code to run', async () => {
    const result = await oci('run', '--bundle', bundle('run', 'hostname; echo bad >&2; exit 7'), 'run');
    assert.deepEqual(result, { code: 7, stdout: 'oci\n', stderr: 'bad\n' });
  });

  it('says of a command that is missing that it is, and leaves nothing', async () => {
    const path = bundle('missing', '', { process: { args: ['nosuch'] } });
    const result = await oci('create', '--bundle', path, 'missing');
    assert.equal(result.code, 1);
    assert.match(result.stderr, /exec: "nosuch": executable file not found in \$PATH/);
    assert.match((await oci('state', 'missing')).stderr, /does not exist/);
  });

  it('writes what went wrong to the log, in the wanted form', async () => {
    const log = join(folder, 'log.json');
    await oci('--log', log, '--log-format', 'json', 'start', 'nobody');
    const { level, msg } = JSON.parse(readFileSync(log, 'utf8')) as Json;
    assert.deepEqual([level, msg], ['error', 'container "nobody" does not exist']);
  });

  it('runs each hook at its moment, with the state on its stdin', async () => {
    const trace = join(folder, 'trace');
    const hook = (name: string): Json => ({
      path: '/bin/sh',
      args: ['sh', '-c', `echo ${name} $(cat | tr -d ' \\n' | sed 's/.*"status":"\\([a-z]*\\)".*/\\1/') >> ${trace}`],
      env: ['PATH=/usr/bin:/bin'],
    });
    const outside = ['prestart', 'createRuntime', 'createContainer', 'poststart', 'poststop'];
    const hooks = Object.fromEntries(outside.map((name) => [name, [hook(name)]]));
    const inside = { path: '/bin/touch', args: ['touch', '/tmp/started'] };
    const path = bundle('hooks', 'test -e /tmp/started || exit 9; sleep 1000', {
      root: { hooks: { ...hooks, startContainer: [inside] } },
    });
    await succeed('create', '--bundle', path, 'hooks');
    await succeed('start', 'hooks');
    assert.equal(await statusOf('hooks'), 'running');
    await succeed('delete', '--force', 'hooks');
    assert.deepEqual(readFileSync(trace, 'utf8').trim().split('\n'), [
      ...[
        'prestart created',
        'createRuntime created',
        'createContainer created',
        'poststart running',
        'poststop stopped',
      ],
    ]);
  });

  it('makes no container whose hook fails', async () => {
    const hooks = { prestart: [{ path: '/bin/false' }] };
    const result = await oci('create', '--bundle', bundle('failing', 'true', { root: { hooks } }), 'failing');
    assert.match(result.stderr, /hook \/bin\/false: exit status 1/);
    assert.match((await oci('state', 'failing')).stderr, /does not exist/);
  });

  it('refuses what it has not, by name', async () => {
    const refused: [Json, RegExp][] = [
      [{ intelRdt: { closID: 'x' } }, /linux\.intelRdt/],
      [{ timeOffsets: { monotonic: { secs: 1 } } }, /linux\.timeOffsets/],
      [{ cgroupsPath: 'a.slice:b:c' }, /linux\.cgroupsPath/],
      [{ sysctl: { 'vm.swappiness': '1' } }, /vm\.swappiness/],
      [{ namespaces: [{ type: 'pid' }] }, /mount namespace/],
    ];
    for (const [linux, reason] of refused) {
      const result = await oci('create', '--bundle', bundle('refused', 'true', { linux }), 'refused');
      assert.match(result.stderr, reason);
      assert.equal(result.code, 1);
    }
    assert.match((await oci('--systemd-cgroup', 'state', 'x')).stderr, /--systemd-cgroup/);
    assert.match((await oci('checkpoint', 'x')).stderr, /unknown command "checkpoint"/);
    assert.match((await oci('create', '--nosuch', 'x')).stderr, /unknown option --nosuch/);
  });

  it('runs one more process in a container: its own, changed, or one of a file', async () => {
    const path = bundle('exec', 'exec sleep 1000', { process: { env: ['PATH=/bin', 'WHO=init'] } });
    await succeed('create', '--bundle', path, 'exec');
    await succeed('start', 'exec');
    const inside = 'hostname; echo $WHO $MORE $PWD; id -u; ps | wc -l; exit 4';
    const first = await oci('exec', '--cwd', '/tmp', '-e', 'MORE=more', '-u', '7:7', 'exec', 'sh', '-c', inside);
    assert.deepEqual(first.stdout.split('\n').slice(0, 3), ['oci', 'init more /tmp', '7'], first.stderr);
    assert.equal(first.code, 4);
    const file = join(folder, 'process.json');
    const [pidFile, script] = [join(folder, 'exec.pid'), 'echo written > /tmp/by-exec; exec sleep 1000'];
    const json = { cwd: '/', user: { uid: 0, gid: 0 }, args: ['sh', '-c', script], env: ['PATH=/bin'] };
    writeFileSync(file, JSON.stringify(json));
    await succeed('exec', '--detach', '--process', file, '--pid-file', pidFile, 'exec');
    const pid = Number(readFileSync(pidFile, 'utf8'));
    await until('it runs', () => readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith('sleep'));
    assert.equal((await succeed('exec', 'exec', 'cat', '/tmp/by-exec')).trim(), 'written');
    assert.ok((await succeed('ps', '--format', 'json', 'exec')).includes(String(pid)), 'it is in the cgroup');
    const missing = await oci('exec', 'exec', 'nosuch');
    assert.match(missing.stderr, /exec: "nosuch": executable file not found in \$PATH/);
    assert.match((await oci('exec', '--tty', 'exec', 'sh')).stderr, /--console-socket, which is missing/);
    await succeed('pause', 'exec');
    assert.match((await oci('exec', 'exec', 'true')).stderr, /cannot exec in a container that is paused/);
    await succeed('delete', '--force', 'exec');
    assert.match((await oci('exec', 'exec', 'true')).stderr, /does not exist/);
  });

  it('changes the limits of a container that runs', async () => {
    await succeed('run', '--detach', '--bundle', bundle('update', 'exec sleep 1000'), 'update');
    await succeed('update', '--memory', '50331648', '--pids-limit', '20', 'update');
    const resources = join(folder, 'resources.json');
    writeFileSync(resources, JSON.stringify({ memory: { limit: 67108864 }, cpu: { shares: 512 } }));
    await succeed('update', '--resources', resources, 'update');
    const group = groups('update');
    const values = (names: string[]): string[] =>
      group.flatMap((path) =>
        names.flatMap((name) => (existsSync(join(path, name)) ? [readFileSync(join(path, name), 'utf8').trim()] : [])),
      );
    assert.deepEqual(values(['memory.max', 'memory.limit_in_bytes']), ['67108864']);
    assert.deepEqual(
      values(['pids.max']).filter((value) => value !== 'max'),
      ['20'],
    );
    assert.match((await oci('update', '--memory', 'much', 'update')).stderr, /--memory: "much" is not a whole number/);
    await succeed('delete', '--force', 'update');
  });

  it('leaves no cgroup behind', async () => {
    const path = bundle('groups', 'cat /proc/self/cgroup');
    assert.match((await oci('run', '--bundle', path, 'groups')).stdout, /:\/skiff-oci\/groups$/m);
    assert.deepEqual(groups('groups'), []);
  });
});
