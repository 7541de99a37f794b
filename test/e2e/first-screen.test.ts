import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { skiffBinary } from '../support/paths.ts';
import { Pty } from '../support/pty.ts';
import { TestStore } from '../support/store.ts';
import { until } from '../support/wait.ts';

/** What a reader of the tutorial types first, and what he sees. */
describe("the tutorial's first screen, on the command line", () => {
  let store: TestStore;
  before(() => {
    store = new TestStore();
  });
  after(() => store.dispose());

  const onTerminal = (...args: string[]): Pty =>
    new Pty(skiffBinary, args, { env: { SKIFF_SOCKET: undefined, ...store.env } });
  const bash = (...options: string[]): Pty => onTerminal('run', ...options, '@host', 'bash', '--norc', '-i');

  it('prints what /bin/echo prints, and nothing else', async () => {
    const result = await store.skiff(['run', '@host', '/bin/echo', 'Hello World']);
    assert.deepEqual(result, { code: 0, stdout: 'Hello World\n', stderr: '' });
    assert.match(await store.succeed(['ps', '-a']), /"\/bin\/echo 'Hello Wo…" .* Exited \(0\) /);
    assert.equal(await store.succeed(['ps', '-q']), '');
  });

  it('keeps stdout and stderr apart, and gives the exit code of the command', async () => {
    const result = await store.skiff(['run', '--rm', '@host', 'sh', '-c', 'echo out; echo err >&2; exit 3']);
    assert.deepEqual(result, { code: 3, stdout: 'out\n', stderr: 'err\n' });
  });

  it('shows a prompt as root of a container, where bash is PID 1 and alone with ps', async () => {
    const terminal = onTerminal('run', '-t', '-i', '--name', 'screen', '@host', 'bash');
    await terminal.sees(/root@[0-9a-f]{12}:\/# /);
    const [host] = /[0-9a-f]{12}/.exec(terminal.text) ?? [];
    assert.equal(await store.succeed(['ps', '-q']), host);
    const typed = terminal.text.length;
    terminal.type('ps\r');
    const seen = await terminal.sees(/CMD\r\n[^]*\/# /, typed);
    const lines = withoutControls(terminal.text.slice(typed, seen)).split('\r\n').slice(1, -1);
    assert.match(lines[0] ?? '', /^ +PID TTY +TIME CMD$/);
    assert.match(lines[1] ?? '', /^ +1 pts\/0 +\d\d:\d\d:\d\d bash$/);
    assert.match(lines[2] ?? '', /^ +\d+ pts\/0 +\d\d:\d\d:\d\d ps$/);
    assert.equal(lines.length, 3);
    terminal.type('exit\r');
    assert.deepEqual(await terminal.end(), { code: 0, restored: true });
    assert.equal(withoutControls(terminal.text.slice(seen)), 'exit\r\nexit\r\n');
    assert.match(await store.succeed(['ps', '-a']), /Exited \(0\) .* screen$/m);
  });

  it('ends at Ctrl-D too, with the status of the last command', async () => {
    const terminal = bash('--rm', '-ti');
    const seen = await terminal.sees(/# $/);
    terminal.type('(exit 42)\r');
    await terminal.sees(/# $/, seen + 1);
    terminal.type('\x04');
    assert.deepEqual(await terminal.end(), { code: 42, restored: true });
  });

  it('has the size of the terminal, follows it, and hands Ctrl-C to what runs inside', async () => {
    const terminal = new Pty(skiffBinary, ['run', '--rm', '-it', '@host', 'bash', '--norc'], {
      env: { SKIFF_SOCKET: undefined, ...store.env },
      columns: 91,
      rows: 33,
    });
    let seen = await terminal.sees(/# $/);
    terminal.type('stty size; echo $TERM\r');
    seen = await terminal.sees(/33 91\r\nxterm\r\n/, seen);
    terminal.resize(120, 40);
    terminal.type('until [ "$(stty size)" = "40 120" ]; do :; done; echo siz""ed\r');
    seen = await terminal.sees(/sized\r\n/, seen);
    terminal.type(`sh -c 'echo slee""ping; exec sleep 1000'\r`);
    seen = await terminal.sees(/sleeping\r\n/, seen);
    terminal.type('\x03');
    terminal.type('echo after""-ctrl-c\r');
    await terminal.sees(/after-ctrl-c\r\n/, seen);
    terminal.type('exit 0\r');
    assert.deepEqual(await terminal.end(), { code: 0, restored: true });
  });

  it('gives a detached container back as its id alone; ps shows it Up and logs shows its lines', async () => {
    const script = 'while true; do echo hello world; sleep 1; done';
    const { code, stdout, stderr } = await store.skiff([
      'run',
      '-d',
      '--name',
      'loop',
      '@host',
      '/bin/sh',
      '-c',
      script,
    ]);
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, /^[0-9a-f]{64}\n$/);
    const listed = await store.succeed(['ps']);
    assert.match(listed, /^CONTAINER ID +IMAGE +COMMAND +CREATED +STATUS +PORTS +NAMES\n/);
    assert.match(listed, new RegExp(`^${stdout.slice(0, 12)} +@host +"/bin/sh -c 'while t…" .* Up .* loop$`, 'm'));
    assert.match(
      await store.succeed(['ps', '--no-trunc']),
      new RegExp(`^${stdout.trim()} +@host +"/bin/sh -c 'while true; do echo hello world; sleep 1; done'"`, 'm'),
    );
    await until('its log has a line', async () => (await store.succeed(['logs', 'loop'])).startsWith('hello world'));
    const logged = await store.skiff(['logs', stdout.slice(0, 12)]);
    assert.deepEqual([logged.stdout.replaceAll('hello world\n', ''), logged.stderr], ['', '']);
    assert.equal(await store.succeed(['rm', '-f', 'loop']), 'loop');
  });

  it('leaves the terminal as it was when the window of it is closed, and the container goes on', async () => {
    const terminal = onTerminal('run', '-it', '--name', 'left', '@host', 'bash', '--norc');
    await terminal.sees(/# $/);
    const inspected = await store.succeed(['inspect', '-f', '{{.State.Pid}}', 'left']);
    terminal.kill();
    await terminal.end().catch(() => undefined);
    assert.match(readFileSync(`/proc/${inspected}/comm`, 'utf8'), /^bash\n$/);
    assert.match(await store.succeed(['ps']), / Up .* left$/m);
    await store.succeed(['rm', '-f', 'left']);
  });

  it('refuses a terminal without one on its input, as Docker does', async () => {
    const result = await store.skiff(['run', '--rm', '-it', '@host', 'bash']);
    assert.deepEqual([result.code, result.stderr], [1, 'skiff: the input device is not a TTY\n']);
  });
});

/** Bash brackets what is pasted with control sequences. */
const withoutControls = (text: string): string =>
  text.replaceAll('\u001B[?2004h', '').replaceAll('\u001B[?2004l\r', '');
