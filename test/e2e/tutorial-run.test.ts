import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { busyboxRootfs } from '../support/images.ts';
import { skiffBinary } from '../support/paths.ts';
import { Pty } from '../support/pty.ts';
import { TestStore } from '../support/store.ts';
import { until } from '../support/wait.ts';

/** What the tutorial says of `run`: rows of its checklist, by their behaviour. */
describe('run, as the tutorial has it', () => {
  let store: TestStore;
  before(async () => {
    store = new TestStore();
    await store.succeed(['import', busyboxRootfs(), 'busy:1']);
  });
  after(() => store.dispose());

  const onTerminal = (...args: string[]): Pty =>
    new Pty(skiffBinary, args, { env: { SKIFF_SOCKET: undefined, ...store.env } });
  const run = (...args: string[]): Promise<string> => store.succeed(['run', '--rm', ...args]);

  it('gives a terminal with -t alone: stderr merged, lines ended by CRLF, TERM set', async () => {
    const said = await store.skiff([
      'run',
      '--rm',
      '-t',
      'busy:1',
      'sh',
      '-c',
      'echo out; echo err >&2; echo $TERM; tty',
    ]);
    assert.deepEqual(said, { code: 0, stdout: 'out\r\nerr\r\nxterm\r\n/dev/pts/0\r\n', stderr: '' });
  });

  it('has nothing on stdin without -i, and all of it with -i, ended once', async () => {
    assert.equal((await store.skiff(['run', '--rm', 'busy:1', 'cat'], { input: 'lost' })).stdout, '');
    const said = await store.skiff(['run', '--rm', '-i', 'busy:1', 'wc', '-c'], { input: 'x'.repeat(1_000_000) });
    assert.deepEqual(said, { code: 0, stdout: '1000000\n', stderr: '' });
  });

  it('takes -t -i, -ti, -it alike, and leaves flags after the image to the command', async () => {
    for (const flags of [['-t', '-i'], ['-ti'], ['-it'], ['--tty', '--interactive']]) {
      const terminal = onTerminal('run', '--rm', ...flags, 'busy:1', 'sh', '-c', 'tty; stty -a | grep -c echo');
      await terminal.sees(/\/dev\/pts\/0\r\n/);
      assert.equal((await terminal.end()).code, 0);
    }
    assert.equal(await run('busy:1', 'echo', '-t', '--rm', '-i'), '-t --rm -i');
  });

  it('is root in /, with HOME, PATH and a host name of the first 12 digits of its id', async () => {
    const id = await store.succeed(['run', '-d', 'busy:1', 'sleep', '1000']);
    const said = await store.succeed([
      'exec',
      id,
      'sh',
      '-c',
      'id -u; pwd; echo $HOME; echo $PATH; hostname; cat /etc/hostname',
    ]);
    const host = id.slice(0, 12);
    const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
    assert.equal(said, ['0', '/', '/root', path, host, host].join('\n'));
    await store.succeed(['rm', '-f', id]);
  });

  it('shows references as they were given', async () => {
    await store.succeed(['create', '--name', 'given', 'busy:1', 'true']);
    assert.match(await store.succeed(['ps', '-a']), / busy:1 +"true" .* Created .* given$/m);
    await store.succeed(['rm', 'given']);
  });

  it('is create and start: in between it is Created, and start prints its argument', async () => {
    const id = await store.succeed(['create', '--name', 'two', 'busy:1', 'sh', '-c', 'echo ran']);
    assert.match(id, /^[0-9a-f]{64}$/);
    assert.match(await store.succeed(['ps', '-a']), / Created .* two$/m);
    assert.equal(await store.succeed(['start', 'two']), 'two');
    assert.equal(await store.succeed(['wait', 'two']), '0');
    assert.equal(await store.succeed(['logs', 'two']), 'ran');
    assert.equal(await store.succeed(['start', '-a', 'two']), 'ran');
    await store.succeed(['rm', 'two']);
  });

  it('writes into a layer of its own, which survives stop and start', async () => {
    await store.succeed([
      'run',
      '--name',
      'writer',
      'busy:1',
      'sh',
      '-c',
      'echo mine >> /file; rm /etc/group; wc -l < /file',
    ]);
    assert.equal(await store.succeed(['start', '-a', 'writer']), '2');
    const sibling = await store.skiff(['run', '--rm', 'busy:1', 'ls', '/file', '/etc/group']);
    assert.deepEqual([sibling.code === 0, sibling.stdout], [false, '/etc/group\n']);
    await store.succeed(['rm', 'writer']);
  });

  it('has eth0 on a bridge of the host, with an address of its own that the gateway and its neighbours reach', async () => {
    const ids = await Promise.all([1, 2].map(() => store.succeed(['run', '-d', 'busy:1', 'sleep', '1000'])));
    const address = (id: string): Promise<string> =>
      store.succeed(['inspect', '-f', '{{.NetworkSettings.IPAddress}}', id]);
    const [one = '', two = ''] = await Promise.all(ids.map(address));
    assert.match(one, /^\d+\.\d+\.\d+\.\d+$/);
    assert.notEqual(one, two);
    const routes = await store.succeed(['exec', ids[0] ?? '', 'ip', 'route']);
    const gateway = /^default via (\S+) dev eth0/m.exec(routes)?.[1] ?? '';
    for (const target of [two, gateway])
      await store.succeed(['exec', ids[0] ?? '', 'ping', '-c', '1', '-W', '5', target]);
    // The kernel takes its time with those of containers that have gone.
    const hostEnds = (): string[] => readdirSync(`/sys/class/net/sk${store.id}/brif`);
    await until('there are two host ends', () => hostEnds().length === 2);
    await store.succeed(['rm', '-f', ...ids]);
    assert.deepEqual(readdirSync(join(store.root, 'networks/bridge/leases')), []);
    await until('the host ends are gone', () => hostEnds().length === 0);
  });

  it('is stopped at once when its command ends', async () => {
    const id = await store.succeed(['run', '-d', 'busy:1', 'true']);
    await until('it is exited', async () => / Exited \(0\) /.test(await store.succeed(['ps', '-a'])));
    await store.succeed(['rm', id]);
  });

  it('leaves nothing after many cycles of making and removing', async () => {
    for (let batch = 0; batch < 5; batch += 1)
      await Promise.all(Array.from({ length: 8 }, () => store.succeed(['run', '--rm', 'busy:1', 'true'])));
    assert.equal(await store.succeed(['ps', '-aq']), '');
    // Their files go when nobody waits for it any more.
    for (const folder of ['containers', 'names', 'networks/bridge/leases'])
      await until(`${folder} is empty`, () => readdirSync(join(store.root, folder)).length === 0);
    const runFolder = join(store.runRoot, store.id ?? '');
    for (const folder of ['containers', 'state'])
      await until(`${folder} is empty`, () => readdirSync(join(runFolder, folder)).length === 0);
    assert.ok(existsSync(`/sys/class/net/sk${store.id}`));
  });

  it('passes its arguments verbatim', async () => {
    const odd = ['a b', '', '"quoted"', "it's", '$HOME', '*', 'new\nline', 'ünïcödé', '--'];
    const said = await run('busy:1', 'sh', '-c', 'for x in "$@"; do printf "[%s]" "$x"; done', 'sh', ...odd);
    assert.equal(said, odd.map((one) => `[${one}]`).join(''));
  });
});
