import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { busyboxRootfs } from '../support/images.ts';
import { TestStore } from '../support/store.ts';

type Document = {
  Path: string;
  Args: string[];
  ExecIDs: string[] | null;
  Config: Record<string, unknown>;
  HostConfig: Record<string, unknown>;
  Mounts: Record<string, unknown>[];
  GraphDriver: { Data: Record<string, string> };
  NetworkSettings: Record<string, unknown>;
  State: { Pid: number };
};

describe('inspect', () => {
  let store: TestStore;
  before(async () => {
    store = new TestStore();
    const changes = ['ENTRYPOINT ["/bin/busybox"]', 'CMD ["sleep", "1000"]', 'EXPOSE 80', 'VOLUME /data', 'LABEL a=b'];
    await store.succeed(['import', ...changes.flatMap((change) => ['-c', change]), busyboxRootfs(), 'box']);
  });
  after(() => store.dispose());

  const inspect = async (name: string): Promise<Document> => {
    const [document] = JSON.parse(await store.succeed(['inspect', name])) as Document[];
    return document ?? assert.fail();
  };

  it('of a container finds no image of that name', async () => {
    await store.succeed(['create', '--name', 'looked-at', '@host', 'true']);
    assert.equal(await store.succeed(['container', 'inspect', '-f', '{{.Name}}', 'looked-at']), '/looked-at');
    const { code, stdout, stderr } = await store.skiff(['container', 'inspect', '@host']);
    assert.deepEqual([code, stdout], [1, '[]\n']);
    assert.match(stderr, /no such container: @host/);
  });

  it('tells entrypoint and command apart, and what PID 1 was given in all', async () => {
    const check = async (options: string[], args: string[], expected: unknown[]): Promise<void> => {
      const id = await store.succeed(['create', ...options, 'box', ...args]);
      const { Config, Path, Args } = await inspect(id);
      assert.deepEqual([Config['Entrypoint'], Config['Cmd'], Path, Args], expected);
    };
    await check([], [], [['/bin/busybox'], ['sleep', '1000'], '/bin/busybox', ['sleep', '1000']]);
    await check([], ['true'], [['/bin/busybox'], ['true'], '/bin/busybox', ['true']]);
    await check(['--entrypoint', 'sh'], ['-c', 'x'], [['sh'], ['-c', 'x'], 'sh', ['-c', 'x']]);
    await check(['--entrypoint', ''], ['true'], [null, ['true'], 'true', []]);
  });

  it('tells of what there is, whatever else there is not', async () => {
    await store.succeed(['volume', 'create', 'kept']);
    for (const [type, name] of [
      ['volume', 'kept'],
      ['network', 'bridge'],
    ] as const) {
      const { code, stdout, stderr } = await store.skiff(['inspect', '--type', type, 'absent', name]);
      const names = (JSON.parse(stdout) as { Name: string }[]).map((document) => document.Name);
      assert.deepEqual([code, names], [1, [name]]);
      assert.match(stderr, /^skiff: .*absent/);
    }
  });

  it('tells --mount from -v, whose volumes it has, and -P from -p', async () => {
    await store.succeed(['create', '--name', 'giver', '-v', 'given:/given', 'box']);
    const mounts = [
      'type=bind,source=/etc,target=/b,readonly,bind-propagation=rslave',
      'type=volume,source=named,target=/n,volume-nocopy',
      'type=tmpfs,target=/t,tmpfs-size=1m,tmpfs-mode=700',
    ].flatMap((mount) => ['--mount', mount]);
    const others = ['-v', 'plain:/p:ro', '--tmpfs', '/s:size=2m', '--volumes-from', 'giver:ro', '-P', '-p', '81:81'];
    await store.succeed(['create', '--name', 'mounted', ...mounts, ...others, 'box']);
    const { HostConfig, Mounts } = await inspect('mounted');
    assert.deepEqual(HostConfig['Mounts'], [
      { Type: 'bind', Source: '/etc', Target: '/b', ReadOnly: true, BindOptions: { Propagation: 'rslave' } },
      { Type: 'volume', Source: 'named', Target: '/n', VolumeOptions: { NoCopy: true } },
      { Type: 'tmpfs', Target: '/t', TmpfsOptions: { SizeBytes: 1024 * 1024, Mode: 0o700 } },
    ]);
    assert.deepEqual(HostConfig['Binds'], ['plain:/p:ro']);
    assert.deepEqual(Object.keys(HostConfig['Tmpfs'] as object), ['/s']);
    assert.deepEqual(HostConfig['VolumesFrom'], ['giver:ro']);
    assert.equal(HostConfig['PublishAllPorts'], true);
    assert.deepEqual(HostConfig['PortBindings'], { '81/tcp': [{ HostIp: '', HostPort: '81' }] });
    assert.deepEqual(Mounts.map(({ Destination }) => String(Destination)).toSorted(), [
      '/b',
      '/data',
      '/given',
      '/n',
      '/p',
      '/s',
      '/t',
    ]);
    await store.succeed(['create', '--name', 'unmounted', 'box']);
    const plain = (await inspect('unmounted')).HostConfig;
    assert.deepEqual(
      [plain['Mounts'], plain['VolumesFrom'], plain['PublishAllPorts'], plain['Runtime']],
      [undefined, null, false, 'skiff'],
    );
  });

  it('says of a container how it was asked for, in Docker’s fields', async () => {
    const network = ['-p', '127.0.0.1::80', '--expose', '90/udp', '--add-host', 'x:1.2.3.4', '--dns', '9.9.9.9'];
    const confined = ['--cap-add', 'net_admin', '--cap-drop', 'CAP_MKNOD', '--security-opt', 'no-new-privileges'];
    const life = ['--restart', 'on-failure:3', '--log-opt', 'max-size=10m', '--log-opt', 'max-file=2', '-h', 'hh'];
    await store.succeed(['create', '--name', 'asked', ...network, ...confined, ...life, '-e', 'X=1', 'box']);
    const { Config, HostConfig } = await inspect('asked');
    const { LogConfig, PortBindings, RestartPolicy, CapAdd, CapDrop, SecurityOpt, ExtraHosts, Dns } = HostConfig;
    assert.deepEqual(LogConfig, { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '2' } });
    assert.deepEqual(PortBindings, { '80/tcp': [{ HostIp: '127.0.0.1', HostPort: '' }] });
    assert.deepEqual(RestartPolicy, { Name: 'on-failure', MaximumRetryCount: 3 });
    assert.deepEqual([CapAdd, CapDrop], [['CAP_NET_ADMIN'], ['CAP_MKNOD']]);
    assert.deepEqual([SecurityOpt, ExtraHosts, Dns], [['no-new-privileges'], ['x:1.2.3.4'], ['9.9.9.9']]);
    assert.deepEqual(Config['ExposedPorts'], { '80/tcp': {}, '90/udp': {} });
    assert.deepEqual([Config['Volumes'], Config['Labels'], Config['Hostname']], [{ '/data': {} }, { a: 'b' }, 'hh']);
    assert.ok((Config['Env'] as string[]).includes('X=1'));
    assert.ok(!(Config['Env'] as string[]).some((line) => line.startsWith('HOSTNAME=')));
  });

  it('says where a container’s volumes and files are on this machine', async () => {
    await store.succeed(['run', '-d', '--name', 'kept', '-v', 'vol:/vol:ro', '-v', '/tmp:/host', 'box']);
    const { GraphDriver, HostConfig, Mounts } = await inspect('kept');
    const mount = (target: string) => Mounts.find(({ Destination }) => Destination === target) ?? assert.fail(target);
    const mountpoint = await store.succeed(['volume', 'inspect', '-f', '{{.Mountpoint}}', 'vol']);
    assert.equal(mountpoint, join(store.root, 'volumes/vol/_data'));
    const { Type, Name, Source, Driver, RW } = mount('/vol');
    assert.deepEqual([Type, Name, Source, Driver, RW], ['volume', 'vol', mountpoint, 'local', false]);
    assert.deepEqual([mount('/host')['Type'], mount('/host')['Source']], ['bind', '/tmp']);
    assert.match(String(mount('/data')['Name']), /^[0-9a-f]{64}$/);
    assert.deepEqual(HostConfig['Binds'], ['vol:/vol:ro', '/tmp:/host']);
    for (const path of (GraphDriver.Data['LowerDir'] ?? '').split(':')) assert.ok(existsSync(path), path);
    await store.succeed(['exec', 'kept', '/bin/busybox', 'touch', '/made']);
    assert.ok(existsSync(join(GraphDriver.Data['UpperDir'] ?? '', 'made')));
  });

  it('shows the network namespace and the exec sessions of one that runs', async () => {
    await store.succeed(['run', '-d', '--name', 'busy', 'box']);
    await store.succeed(['exec', '-d', 'busy', '/bin/busybox', 'sleep', '1000']);
    const { ExecIDs, NetworkSettings, State } = await inspect('busy');
    assert.equal(ExecIDs?.length, 1);
    assert.equal(NetworkSettings['SandboxKey'], `/proc/${State.Pid}/ns/net`);
    await store.succeed(['rm', '-f', 'busy']);
  });

  it('of what commit made says how the container was run', async () => {
    await store.succeed(['create', '--name', 'source', '-u', 'user', '--entrypoint', 'sh', 'box', '-c', 'id']);
    await store.succeed(['commit', 'source', 'made']);
    const image = JSON.parse(await store.succeed(['inspect', '-f', '{{json .Config}}', 'made'])) as Document['Config'];
    assert.deepEqual([image['Entrypoint'], image['Cmd'], image['User']], [['sh'], ['-c', 'id'], 'user']);
  });

  it('and logs --details show the labels and variables that were asked for', async () => {
    const options = ['--log-opt', 'labels=a,none', '--log-opt', 'env-regex=^G', '-e', 'GREETING=hi there'];
    await store.succeed(['run', '--name', 'told', ...options, '--entrypoint', 'echo', 'box', 'line']);
    assert.equal(await store.succeed(['logs', '--details', 'told']), 'GREETING=hi+there,a=b line');
    assert.equal(await store.succeed(['logs', 'told']), 'line');
    assert.match(
      readFileSync(await store.succeed(['inspect', '-f', '{{.LogPath}}', 'told']), 'utf8'),
      / stdout F line\n/,
    );
  });
});
