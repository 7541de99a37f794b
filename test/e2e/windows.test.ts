import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { skiffBinary } from '../support/paths.ts';
import { Pty } from '../support/pty.ts';
import { TestStore } from '../support/store.ts';
import { until } from '../support/wait.ts';

/** What people do in many windows at once, and with programs that draw on the whole screen. */
describe('windows onto a container', () => {
  let store: TestStore;
  before(() => {
    store = new TestStore();
  });
  after(() => store.dispose());

  const environment = (): Record<string, string | undefined> => ({ SKIFF_SOCKET: undefined, ...store.env });
  const onTerminal = (args: string[], size: { columns?: number; rows?: number } = {}): Pty =>
    new Pty(skiffBinary, args, { env: environment(), ...size });
  const started = (name: string, ...command: string[]): Promise<string> =>
    store.succeed(['run', '-dit', '-e', 'TERM=xterm', '--name', name, '@host', ...command]);

  for (const count of [2, 10, 100])
    it(`show the same in all ${count}, whichever is typed in`, async () => {
      await started('same', 'sh', '-c', 'echo ready; exec cat');
      const windows = Array.from({ length: count }, () => onTerminal(['attach', 'same']));
      await Promise.all(windows.map((window) => window.sees(/ready\r\n/)));
      const seen = windows.map((window) => window.text.length);
      for (const [index, window] of windows.slice(0, 10).entries()) {
        window.type(`from ${index}\r`);
        await Promise.all(
          windows.map((one, at) => one.sees(new RegExp(`from ${index}\r\nfrom ${index}\r\n`), seen[at])),
        );
      }
      await store.succeed(['rm', '-f', 'same']);
      await Promise.all(windows.map((window) => window.end()));
    });

  const screens: [string, string[], RegExp, string][] = [
    ['vim', ['vim.tiny', '-u', 'NONE', '-R', '/etc/passwd'], /root:x:0:0/, ':q!\r'],
    ['less', ['less', '/etc/passwd'], /root:x:0:0/, 'q'],
    ['top', ['top', '-d', '1000'], /load average/, 'q'],
  ];
  for (const [name, command, mark, leave] of screens)
    it(`have ${name} draw its screen in the new size, and for a window that comes late`, async () => {
      await started(name, ...command);
      const first = onTerminal(['attach', name], { columns: 80, rows: 24 });
      await first.sees(mark);
      // As long as it draws it does not see that its window has changed.
      const rests = async (): Promise<void> => {
        const ask = ['exec', name, 'ps', '-C', command[0] ?? '', '-o', 'stat='];
        await until(`${name} waits for a key`, async () => (await store.succeed(ask)).startsWith('S'));
      };
      // For a window that is new it may draw twice.
      await until('its screen is still', async () => {
        const earlier = first.text.length;
        await rests();
        return first.text.length === earlier;
      });
      const drawn = first.text.length;
      first.resize(61, 13);
      await first.sees(mark, drawn);
      const size = ['exec', name, 'stty', '-F', '/dev/pts/0', 'size'];
      await until('its terminal has the new size', async () => (await store.succeed(size)) === '13 61');
      const late = onTerminal(['attach', name], { columns: 100, rows: 30 });
      await late.sees(mark);
      await rests();
      late.type(leave);
      for (const { code } of await Promise.all([first.end(), late.end()])) assert.equal(code, 0);
    });

  it('take a paste of a megabyte whole', async () => {
    const pasted = randomBytes(512 * 1024).toString('hex');
    const script = `stty raw -echo; echo ready; head -c ${pasted.length} | md5sum`;
    await started('paste', 'sh', '-c', `read x; ${script}`);
    const terminal = onTerminal(['attach', 'paste']);
    terminal.type('\r');
    await terminal.sees(/ready/);
    terminal.type(pasted);
    await terminal.sees(new RegExp(createHash('md5').update(pasted).digest('hex')));
    await terminal.end();
  });

  it('lose nothing of 100 MB while a third one is stopped, nor does the log', async () => {
    const total = 102_500_005;
    const write = 'yes 0123456789012345678901234567890123456789 | head -n 2500000';
    const options = ['run', '-di', '--log-opt', 'max-size=-1', '--name', 'busy', '@host'];
    // Not read -t: what has come of a line when the time is over is lost to the next try.
    const script = `(while :; do echo ready >&2; sleep 0.1; done) & read go; kill $!; wait $!; ${write}; echo done; read x`;
    await store.succeed([...options, 'bash', '-c', script]);
    const stopped = onTerminal(['attach', 'busy']);
    await stopped.sees(/ready/);
    const others = [piped(), piped()];
    await Promise.all(others.map(({ attached }) => attached));
    const [front = 0] = childrenOf(stopped.pid);
    process.kill(front, 'SIGSTOP');
    others[0]?.child.stdin?.write('go\n');
    await Promise.all(others.map(({ received }) => until('all has come', () => received() >= total, 100_000)));
    assert.deepEqual(
      others.map(({ received }) => received()),
      [total, total],
    );
    const logged = spawn(skiffBinary, ['logs', 'busy'], {
      env: { ...process.env, ...environment() },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const lengthOfLog = countOf(logged);
    await once(logged, 'close');
    assert.equal(lengthOfLog(), total);
    process.kill(front, 'SIGCONT');
    await until('the stopped one is up to date', () =>
      /bytes left out[^]*done\r\n$/.test(stopped.text.slice(-100_000)),
    );
    others[0]?.child.stdin?.write('\n');
    assert.equal((await stopped.end()).code, 0);
    await store.succeed(['rm', '-f', 'busy']);
  });

  it('leave nothing behind in the monitor and the helper after a hundred execs', async () => {
    await started('execs', 'cat');
    const round = (): Promise<unknown> =>
      Promise.all(Array.from({ length: 10 }, () => store.succeed(['exec', 'execs', 'true'])));
    await round();
    // What has just ended may still hold something.
    let [before_, times] = ['', 0];
    await until('it has come to rest', () => {
      const now = JSON.stringify(held());
      times = now === before_ ? times + 1 : 0;
      before_ = now;
      return times === 10;
    });
    for (let count = 0; count < 10; count += 1) await round();
    await until('as much is held as before', () => JSON.stringify(held()) === before_);
    await store.succeed(['rm', '-f', 'execs']);
  });

  it('are the only place that a container’s escape sequences reach', async () => {
    const evil = '\x1b]0;title\x07\x1b[31m';
    const options = ['--name', 'evil', '--label', `note=${evil}`, '--label', `${evil}=1`];
    await store.succeed(['run', '-d', ...options, '@host', 'sh', '-c', `exec sleep 1000; : ${evil}`]);
    // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
    const control = /[\u0000-\u0009\u000b-\u001f\u007f]/;
    const shown = await Promise.all([
      store.succeed(['ps', '--no-trunc']),
      store.succeed(['ps', '--format', '{{.Names}} {{.Command}} {{.Labels}} {{.Label "note"}}']),
      store.succeed(['top', 'evil']),
      store.succeed(['inspect', 'evil']),
      store.skiff(['logs', evil]).then(({ stderr }) => stderr),
    ]);
    for (const text of shown) assert.doesNotMatch(text, control);
    const titles = store.processes().map(({ command }) => command);
    for (const title of titles.filter((one) => one.startsWith('skiff'))) assert.doesNotMatch(title, control);
    await store.succeed(['rm', '-f', 'evil']);
  });

  /** An attached client whose output is a pipe; it has seen something when it is attached. */
  function piped(): { child: ChildProcess; attached: Promise<unknown>; received: () => number } {
    const child = spawn(skiffBinary, ['attach', 'busy'], {
      env: { ...process.env, ...environment() },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    return { child, attached: once(child.stderr, 'data'), received: countOf(child) };
  }

  /** The store's processes that stay, the monitor among them, and how many descriptors each has open. */
  const held = (): [number, number][] => {
    const folder = `${store.runRoot}/${store.id}/state`;
    const monitors = readdirSync(folder).map((id) => Number(readFileSync(`${folder}/${id}`, 'utf8').split(' ')[2]));
    const pids = [...store.processes().map(({ pid }) => pid), ...monitors.filter((pid) => pid > 0)];
    // The spawner's child waits for the next request, and is another one after it.
    const nameOf = (pid: number): number => (pids.includes(parentOf(pid)) ? 0 : pid);
    const counts = pids.map((pid): [number, number] => [nameOf(pid), readdirSync(`/proc/${pid}/fd`).length]);
    return counts.toSorted(([a, m], [b, n]) => a - b || m - n);
  };
});

const parentOf = (pid: number): number =>
  Number(/^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);

const childrenOf = (pid: number): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number);

function countOf(child: ChildProcess): () => number {
  let total = 0;
  child.stdout?.on('data', (chunk: Buffer) => (total += chunk.length));
  return () => total;
}
