import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { skiffBinary } from '../support/paths.ts';
import { Pty } from '../support/pty.ts';
import { TestStore } from '../support/store.ts';
import { until } from '../support/wait.ts';

/** Attach and exec as people use them, from real terminals. */
describe('a terminal', () => {
  let store: TestStore;
  before(() => {
    store = new TestStore();
  });
  after(() => store.dispose());

  const onTerminal = (args: string[], size: { columns?: number; rows?: number } = {}): Pty =>
    new Pty(skiffBinary, args, { env: { SKIFF_SOCKET: undefined, ...store.env }, ...size });
  const started = (name: string, ...command: string[]): Promise<string> =>
    store.succeed(['run', '-dit', '--name', name, '@host', ...command]);

  it('is told at once when a stop waits in vain, and what would not', async () => {
    await store.succeed(['run', '-d', '--name', 'deaf', '@host', 'sh', '-c', 'sleep 1000; :']);
    const terminal = onTerminal(['stop', '-t', '1000', 'deaf'], { columns: 200 });
    await terminal.sees(/PID 1 of deaf has no handler for the stop signal.*it will be killed in 1000 s\r\n/);
    await terminal.sees(/'skiff kill deaf' ends it now/);
    assert.equal(await store.succeed(['inspect', '-f', '{{.State.Status}}', 'deaf']), 'running');
    await store.succeed(['kill', 'deaf']);
    assert.deepEqual(await terminal.end(), { code: 0, restored: true });
    // A pipe is no terminal: what reads it is a script.
    await store.succeed(['start', 'deaf']);
    assert.equal((await store.skiff(['stop', '-t', '0', 'deaf'])).stderr, '');
    await store.succeed(['rm', 'deaf']);
  });

  it('that is attached late shows what was written, and leaves by its keys', async () => {
    await started('late', 'bash', '--norc');
    await store.succeed(['exec', 'late', 'true']);
    const first = onTerminal(['attach', 'late']);
    let seen = await first.sees(/# $/);
    first.type('echo early""-words\r');
    seen = await first.sees(/early-words\r\n/, seen);
    const second = onTerminal(['attach', 'late']);
    await second.sees(/early-words\r\n/);
    second.type('echo from""-second\r');
    await first.sees(/from-second\r\n/, seen);
    second.type('\x10\x11');
    assert.deepEqual(await second.end(), { code: 0, restored: true });
    first.type('exit 7\r');
    assert.deepEqual(await first.end(), { code: 7, restored: true });
  });

  it('leaves by keys of one’s own choice, and those of the usual choice reach the program then', async () => {
    await started('keys', 'cat');
    const terminal = onTerminal(['attach', '--detach-keys', 'ctrl-x,q', 'keys']);
    terminal.type('a\x10\x11b\r');
    await terminal.sees(/a.*b\r\n/);
    terminal.type('\x18q');
    assert.deepEqual(await terminal.end(), { code: 0, restored: true });
    assert.match(await store.succeed(['ps']), / Up .* keys$/m);
    await store.succeed(['rm', '-f', 'keys']);
  });

  it('of several decides the size when it is used', async () => {
    await started('sized', 'bash', '--norc');
    const small = onTerminal(['attach', 'sized'], { columns: 60, rows: 20 });
    await small.sees(/# $/);
    const large = onTerminal(['attach', 'sized'], { columns: 132, rows: 50 });
    await large.sees(/# $/);
    const until_ = (size: string, mark: string): string =>
      `until [ "$(stty size)" = "${size}" ]; do :; done; echo ${mark}""!\r`;
    large.type(until_('50 132', 'wide'));
    // The shell has prompted: before that it may put back the size that it read a moment ago.
    await small.sees(/# $/, await small.sees(/wide!/));
    small.type(until_('20 60', 'narrow'));
    await small.sees(/# $/, await small.sees(/narrow!/));
    small.resize(70, 25);
    small.type(until_('25 70', 'resized'));
    await small.sees(/resized!/);
    await store.succeed(['rm', '-f', 'sized']);
    await Promise.all([small.end(), large.end()]);
  });

  it('gets a full-screen program’s screen drawn anew', async () => {
    await started('screen', 'bash', '--norc');
    const terminal = onTerminal(['attach', 'screen']);
    let seen = await terminal.sees(/# $/);
    terminal.type('less /etc/passwd\r');
    seen = await terminal.sees(/root:x:0:0/, seen);
    // As long as it draws it does not see that its window has changed.
    const rests = async (size: string): Promise<void> => {
      const ask = 'ps -C less -o stat=; stty -F /dev/pts/0 size';
      const told = async (): Promise<string> => store.succeed(['exec', 'screen', 'sh', '-c', ask]);
      await until('less waits for a key', async () => new RegExp(`^S.*\n${size}$`).test(await told()));
    };
    await rests('24 80');
    terminal.resize(100, 10);
    seen = await terminal.sees(/root:x:0:0/, seen);
    // What was seen may have been drawn for the window that was new.
    await rests('10 100');
    const late = onTerminal(['attach', 'screen']);
    await late.sees(/root:x:0:0/);
    await rests('24 80');
    late.type('q');
    await terminal.sees(/# $/, seen);
    terminal.type('exit\r');
    const ends = await Promise.all([terminal.end(), late.end()]);
    assert.deepEqual(
      ends.map(({ code }) => code),
      [0, 0],
    );
  });

  it('refuses what is stopped or paused, each in its words', async () => {
    await store.succeed(['run', '--name', 'over', '@host', 'true']);
    const stopped = await store.skiff(['attach', 'over']);
    assert.deepEqual(
      [stopped.code, stopped.stderr],
      [1, 'skiff: you cannot attach to a stopped container, start it first\n'],
    );
    assert.match((await store.skiff(['exec', 'over', 'true'])).stderr, /container .* is not running/);
    await store.succeed(['run', '-d', '--name', 'held', '@host', 'sleep', '1000']);
    await store.succeed(['pause', 'held']);
    assert.match(
      (await store.skiff(['attach', 'held'])).stderr,
      /you cannot attach to a paused container, unpause it first/,
    );
    for (const verb of ['exec', 'enter'])
      assert.match((await store.skiff([verb, 'held', 'true'])).stderr, /is paused, unpause the container before/);
    await store.succeed(['rm', '-f', 'held']);
  });

  it('closed, or a client killed, only detaches: from a container without a terminal, too', async () => {
    await store.succeed([
      'run',
      '-d',
      '--name',
      'loop',
      '@host',
      'sh',
      '-c',
      'while :; do echo out; echo err >&2; sleep 0.1; done',
    ]);
    const terminal = onTerminal(['attach', '--sig-proxy=false', 'loop']);
    await terminal.sees(/out\r\n/);
    await terminal.sees(/err\r\n/);
    terminal.type('\x03');
    assert.equal((await terminal.end()).code, 130);
    const killed = onTerminal(['attach', 'loop']);
    await killed.sees(/out\r\n/);
    killed.kill();
    await killed.end().catch(() => undefined);
    assert.match(await store.succeed(['ps']), / Up .* loop$/m);
    const proxied = onTerminal(['attach', 'loop']);
    await proxied.sees(/out\r\n/);
    await store.succeed(['kill', 'loop']);
    assert.equal((await proxied.end()).code, 137);
  });

  it('has /dev/pts/N of the container in exec, and job control, and its size from the first byte', async () => {
    await store.succeed(['run', '-d', '--name', 'base', '@host', 'sleep', '1000']);
    const terminal = onTerminal(
      ['exec', '-it', 'base', 'bash', '--norc', '-c', 'stty size; tty; ps -o tty= -p $$; exec bash --norc'],
      {
        columns: 91,
        rows: 33,
      },
    );
    let seen = await terminal.sees(/^33 91\r\n\/dev\/pts\/0\r\npts\/0\r\n/);
    seen = await terminal.sees(/# $/, seen);
    terminal.type(`sh -c 'echo slee""ping; exec sleep 1000'\r`);
    seen = await terminal.sees(/sleeping\r\n/, seen);
    terminal.type('\x1a');
    seen = await terminal.sees(/Stopped/, seen);
    // bash refuses the first `exit` when it has not yet heard of the job's end, and no second one.
    terminal.type('kill -9 %1; exit 5; exit 5\r');
    assert.deepEqual(await terminal.end(), { code: 5, restored: true });
  });

  it('gives exec its user, folder, variables and exit codes', async () => {
    const script = 'id -u; pwd; echo $A $B';
    const options = ['-u', '65534', '-w', '/usr', '-e', 'A=1', '-e', 'B'];
    const told = await store.skiff(['exec', ...options, 'base', 'sh', '-c', script], { env: { B: '2' } });
    assert.deepEqual(told, { code: 0, stdout: '65534\n/usr\n1 2\n', stderr: '' });
    for (const [command, code] of [
      [['sh', '-c', 'exit 9'], 9],
      [['nosuch'], 127],
      [['/etc'], 126],
      [['sh', '-c', 'kill -9 $$'], 137],
    ] as const)
      assert.equal((await store.skiff(['exec', 'base', ...command])).code, code, command.join(' '));
    assert.deepEqual(await store.skiff(['exec', '-i', 'base', 'cat'], { input: 'piped' }), {
      code: 0,
      stdout: 'piped',
      stderr: '',
    });
    assert.deepEqual(await store.skiff(['exec', '-d', 'base', 'sleep', '0']), { code: 0, stdout: '', stderr: '' });
  });

  it('gives exec the variables of files, and what is given by hand comes before them', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'skiff-env-'));
    writeFileSync(join(folder, 'env'), '# comment\nA=file\nB=of file\n');
    const options = ['--env-file', join(folder, 'env'), '-e', 'A=hand'];
    assert.equal(await store.succeed(['exec', ...options, 'base', 'sh', '-c', 'echo "$A $B"']), 'hand of file');
    rmSync(folder, { recursive: true });
  });

  it('attached without its input keeps it from the program', async () => {
    await store.succeed(['run', '-di', '--name', 'reads', '@host', 'sh', '-c', 'echo ready; read x; echo "got $x"']);
    const watching = onTerminal(['attach', '--no-stdin', 'reads']);
    await watching.sees(/ready/);
    watching.type('unheard\r');
    const input = 'heard\n';
    assert.match((await store.skiff(['attach', 'reads'], { input })).stdout, /^got heard$/m);
    await watching.sees(/got heard/);
    assert.equal((await watching.end()).code, 0);
  });

  it('enters the namespaces that are chosen, with this machine’s programs and files', async () => {
    const address = await store.succeed(['inspect', '-f', '{{.NetworkSettings.IPAddress}}', 'base']);
    const namespaces = (...options: string[]): Promise<string> =>
      store.succeed([
        'enter',
        ...options,
        'base',
        'sh',
        '-c',
        'readlink /proc/self/ns/net; readlink /proc/self/ns/uts',
      ]);
    const own = ['net', 'uts'].map((kind) => readlinkSync(`/proc/self/ns/${kind}`));
    const [net, uts] = (await namespaces('--net')).split('\n');
    assert.notEqual(net, own[0]);
    assert.equal(uts, own[1]);
    assert.ok((await store.succeed(['enter', '--net', 'base', 'cat', '/proc/net/fib_trie'])).includes(address));
    const terminal = onTerminal(['enter', '--net', '--uts', 'base', 'bash', '--norc'], { columns: 77, rows: 22 });
    const seen = await terminal.sees(/# $/);
    terminal.type('hostname; stty size; exit 6\r');
    await terminal.sees(/[0-9a-f]{12}\r\n22 77\r\n/, seen);
    assert.deepEqual(await terminal.end(), { code: 6, restored: true });
    assert.equal((await store.skiff(['enter', '--net', 'base', 'nosuch'])).code, 127);
  });

  it('confines exec as PID 1 is confined, and with --privileged not', async () => {
    const status = async (...options: string[]): Promise<string> =>
      store.succeed([
        'exec',
        ...options,
        'base',
        'grep',
        '-E',
        '^(CapEff|CapBnd|Seccomp|NoNewPrivs):',
        '/proc/self/status',
      ]);
    const pid = await store.succeed(['inspect', '-f', '{{.State.Pid}}', 'base']);
    const own = readFileSync(`/proc/${pid}/status`, 'utf8').match(/^(?:CapEff|CapBnd|Seccomp|NoNewPrivs):.*$/gm) ?? [];
    assert.deepEqual((await status()).split('\n').toSorted(), own.toSorted());
    assert.match(await status('--privileged'), /Seccomp:\t0/);
    assert.doesNotMatch(await status('--privileged'), /CapEff:\t00000000a80425fb/);
  });

  it('may be fifty at once, and hundreds after each other, and nothing of them stays', async () => {
    const shells = Array.from({ length: 50 }, () => onTerminal(['exec', '-it', 'base', 'sh']));
    await Promise.all(shells.map((shell) => shell.sees(/# $/)));
    for (const [index, shell] of shells.entries()) shell.type(`echo shell""-${index}; exit ${index}\r`);
    const ends = await Promise.all(shells.map((shell) => shell.end()));
    assert.deepEqual(
      ends.map(({ code }) => code),
      shells.map((_, index) => index),
    );
    for (const [index, shell] of shells.entries()) assert.match(shell.text, new RegExp(`shell-${index}\r\n`));
    for (let round = 0; round < 20; round += 1)
      await Promise.all(Array.from({ length: 10 }, () => store.succeed(['exec', 'base', 'true'])));
    await until(
      'only PID 1 is left',
      async () => (await store.succeed(['top', 'base'])).trim().split('\n').length === 2,
    );
    const id = await store.succeed(['inspect', '-f', '{{.Id}}', 'base']);
    const run = `${store.runRoot}/${store.id}/containers/${id}`;
    await until('their sockets are gone', () => !readdirSync(run).some((name) => name.startsWith('exec-')));
    await until(
      'their terminals, too',
      async () => (await store.succeed(['exec', 'base', 'ls', '/dev/pts'])) === 'ptmx',
    );
    await store.succeed(['rm', '-f', 'base']);
  });

  it('outlives the helper, and what was written is there for the next one', async () => {
    await started('kept', 'bash', '--norc');
    const terminal = onTerminal(['attach', 'kept']);
    let seen = await terminal.sees(/# $/);
    terminal.type('echo before""-kill\r');
    seen = await terminal.sees(/before-kill\r\n/, seen);
    for (const { pid, command } of store.processes()) if (/helper\.js/.test(command)) process.kill(pid, 'SIGKILL');
    terminal.type('echo after""-kill\r');
    await terminal.sees(/after-kill\r\n/, seen);
    const next = onTerminal(['attach', 'kept']);
    await next.sees(/before-kill\r\n[^]*after-kill\r\n/);
    next.type('exit\r');
    await Promise.all([next.end(), terminal.end()]);
  });
});
