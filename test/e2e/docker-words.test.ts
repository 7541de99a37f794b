import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { busyboxRootfs } from '../support/images.ts';
import { TestStore } from '../support/store.ts';

describe('answers that scripts know from Docker', () => {
  let store: TestStore;
  before(async () => {
    store = new TestStore();
    await store.succeed(['import', busyboxRootfs(), 'box']);
    await store.succeed(['create', '--name', '/one', '-p', '127.0.0.1::80', 'box', 'true']);
  });
  after(() => store.dispose());

  const refused = async (args: string[], code: number, words: string): Promise<void> => {
    const result = await store.skiff(args);
    assert.deepEqual([result.code, result.stderr.split('\n')[0]], [code, `skiff: ${words}`], args.join(' '));
  };

  it('are about a name without the slash that inspect puts before it', async () => {
    assert.equal(await store.succeed(['inspect', '-f', '{{.Name}}', 'one']), '/one');
    assert.equal(await store.succeed(['ps', '-a', '--format', '{{.Names}}']), 'one');
  });

  it('have structures without the names of their fields, as templates print them', async () => {
    const one = await store.succeed(['inspect', '-f', '{{.HostConfig.PortBindings}} {{.Config.ExposedPorts}}', 'one']);
    assert.equal(one, 'map[80/tcp:[{127.0.0.1 }]] map[80/tcp:{}]');
  });

  it('name the group that is not there, and not a user', async () => {
    const nobody = 'unable to find group nosuch: no matching entries in group file';
    await refused(['run', '--rm', '-u', '0:nosuch', 'box', 'true'], 125, nobody);
    await refused(['run', '--rm', '--group-add', 'nosuch', 'box', 'true'], 125, nobody);
    const user = 'unable to find user nosuch: no matching entries in passwd file';
    await refused(['run', '--rm', '-u', 'nosuch', 'box', 'true'], 125, user);
  });

  it('repeat a port as it was asked for', async () => {
    await refused(['port', 'one', '81'], 1, "no public port '81' published for one");
    await refused(['port', 'one', '80/udp'], 1, "no public port '80/udp' published for one");
    await refused(['port', 'one', 'web'], 1, 'invalid port (web): strconv.ParseUint: parsing "web": invalid syntax');
  });

  it('are zeros of what does not run, when asked once', async () => {
    const format = '{{.CPUPerc}} {{.MemPerc}} {{.MemUsage}} {{.NetIO}} {{.BlockIO}} {{.PIDs}}';
    const zeros = '0.00% 0.00% 0B / 0B 0B / 0B 0B / 0B 0';
    assert.equal(await store.succeed(['stats', '--no-stream', '--format', format, 'one']), zeros);
  });

  it('refuse a filter’s value that is none', async () => {
    await refused(['volume', 'ls', '-f', 'dangling=perhaps'], 1, "invalid filter 'dangling=[perhaps]'");
    await refused(['network', 'ls', '-f', 'dangling=perhaps'], 1, "invalid filter 'dangling=[perhaps]'");
    await refused(['network', 'ls', '-f', 'type=own'], 1, "invalid filter: 'type'='own'");
    await refused(['network', 'prune', '-f', '--filter', 'nope=x'], 1, "invalid filter 'nope'");
  });

  it('say which part of a network has no subnet', async () => {
    const create = (...options: string[]): string[] => ['network', 'create', ...options, 'lan'];
    const subnet = ['--subnet', '10.199.0.0/24'];
    const [gateway, range] = [
      ['--gateway', '10.198.0.1'],
      ['--ip-range', '10.198.0.0/25'],
    ];
    await refused(create(...subnet, ...gateway), 1, 'no matching subnet for gateway 10.198.0.1');
    await refused(create(...subnet, ...range), 1, 'no matching subnet for range 10.198.0.0/25');
    await refused(create(...gateway), 1, 'every ip-range or gateway must have a corresponding subnet');
    await refused(['network', 'inspect', 'lan'], 1, 'network lan not found');
  });

  it('are none about a network that is not there and was to be removed by force', async () => {
    assert.equal(await store.succeed(['network', 'rm', '-f', 'lan']), '');
    await refused(['network', 'rm', 'lan'], 1, 'network lan not found');
  });

  it('have the address at the top on the default network alone, and no network that was left', async () => {
    await store.succeed(['network', 'create', 'lan']);
    await store.succeed(['run', '-d', '--name', 'member', '--network', 'lan', 'box', 'sleep', '1000']);
    const format = '{{.NetworkSettings.IPAddress}}|{{range $name, $one := .NetworkSettings.Networks}}{{$name}} {{end}}';
    assert.equal(await store.succeed(['inspect', '-f', format, 'member']), '|lan ');
    await store.succeed(['network', 'disconnect', 'lan', 'member']);
    assert.equal(await store.succeed(['inspect', '-f', format, 'member']), '|');
    await store.succeed(['network', 'connect', 'bridge', 'member']);
    assert.match(await store.succeed(['inspect', '-f', format, 'member']), /^\d+\.\d+\.\d+\.\d+\|bridge $/);
    await store.succeed(['rm', '-f', 'member']);
    await store.succeed(['network', 'rm', 'lan']);
  });

  it('leave networks alone that are younger than was said', async () => {
    await store.succeed(['network', 'create', 'young']);
    assert.equal(await store.succeed(['network', 'prune', '-f', '--filter', 'until=1h']), '');
    assert.match(
      await store.succeed(['network', 'prune', '-f', '--filter', 'until=0s']),
      /^Deleted Networks:\nyoung\n/,
    );
  });

  it('tell that a network is attachable, which any is', async () => {
    const words = ['--attachable', '--scope', 'local', '--ipam-driver', 'default'];
    await store.succeed(['network', 'create', ...words, 'open']);
    const format = ['-f', '{{.Attachable}} {{.Scope}} {{.IPAM.Driver}}'];
    assert.equal(await store.succeed(['network', 'inspect', ...format, 'open']), 'true local default');
    assert.equal(await store.succeed(['network', 'inspect', ...format, 'bridge']), 'false local default');
    await store.succeed(['network', 'rm', 'open']);
    const swarm = "a network of the scope swarm is not there: networks are this machine's, local";
    await refused(['network', 'create', '--scope', 'swarm', 'open'], 1, swarm);
  });

  it('have all of a network’s columns', async () => {
    const format = ['--format', '{{.Name}} {{.IPv4}} {{.IPv6}}'];
    assert.equal(await store.succeed(['network', 'ls', '-f', 'name=host', ...format]), 'host false false');
    assert.equal(await store.succeed(['network', 'ls', '-f', 'name=bridge', ...format]), 'bridge true false');
  });

  it('have all of a volume’s columns', async () => {
    await store.succeed(['volume', 'create', 'data']);
    const format = '{{.Name}} {{.Availability}} {{.Group}} {{.Status}} {{.Size}}';
    assert.equal(await store.succeed(['volume', 'ls', '--format', format]), 'data N/A N/A N/A N/A');
    await refused(
      ['volume', 'create', 'x'],
      1,
      'create x: volume name is too short, names should be at least two alphanumeric characters',
    );
  });

  it('are in the container, too: what it is tells /.dockerenv', async () => {
    const script = 'test -f /.dockerenv && test ! -s /.dockerenv';
    await store.succeed(['run', '--name', 'inside', 'box', 'sh', '-c', script]);
    assert.equal(await store.succeed(['diff', 'inside']), '');
  });
});
