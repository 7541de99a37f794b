import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { frameType } from '../../runtime-helper/lib/stream-frames.ts';
import { attachToEnd, Client, NativeStore } from '../support/native-store.ts';
import { until } from '../support/wait.ts';

const mebibyte = 1024 * 1024;

describe('attach, seen from the monitor', () => {
  let store: NativeStore;
  before(async () => {
    store = await NativeStore.open();
  });
  after(() => store.dispose());

  const shell = (script: string): string[] => ['/bin/sh', '-c', script];
  const terminal = { plan: { tty: true }, start: { columns: 80, rows: 24 } } as const;

  it('shows every one of a hundred windows the same, whoever types', async () => {
    const { socket } = await store.runDetached({ args: ['/bin/cat'], ...terminal, start: { stdin: 'open' } });
    const attach = (): Promise<Client> => Client.attach(socket, { input: true, replay: mebibyte });
    const windows = await Promise.all(Array.from({ length: 100 }, attach));
    for (const [index, window] of [...windows.entries()].slice(0, 10)) {
      window.type(`line ${index}\r`);
      await window.sees(new RegExp(`line ${index}\r\nline ${index}\r\n`));
    }
    await Promise.all(windows.map((window) => window.sees(/line 9\r\nline 9\r\n$/)));
    assert.equal(new Set(windows.map(({ stdout }) => stdout)).size, 1);
    for (const { socket: one } of windows) one.destroy();
  });

  it('shows a late window what was written before, and goes on without losing or doubling a byte', async () => {
    const { socket } = await store.runDetached({ args: shell('seq 1000000') });
    const window = await Client.attach(socket, { replay: 4 * mebibyte });
    await window.end;
    const numbers = window.stdout.trimEnd().split('\n').map(Number);
    assert.equal(numbers.at(-1), 1_000_000);
    const [first = 0] = numbers;
    assert.deepEqual(
      numbers,
      Array.from({ length: numbers.length }, (_, index) => first + index),
    );
  });

  it('replays what comes from any bytes, of both streams, to who comes late', async () => {
    const script = "echo out; echo err >&2; printf 'no end'; read x";
    const { socket, id } = await store.runDetached({ args: shell(script), start: { stdin: 'open' } });
    await until('all is in the log', () => store.log(id).includes('no end'));
    const late = await Client.attach(socket, { replay: mebibyte });
    await late.sees(/no end$/);
    await until('the other stream came, too', () => late.stderr !== '');
    assert.deepEqual([late.stdout, late.stderr], ['out\nno end', 'err\n']);
  });

  it('replays nothing to who did not ask, and nothing of a life before', async () => {
    const first = await store.runToEnd({ args: shell('echo first life') });
    const again = store.start(first.id, { args: shell('echo second life; read x'), start: { stdin: 'open' } });
    await again.listening;
    const gate = await Client.attach(again.socket, { replay: mebibyte });
    await gate.sees(/second life/);
    assert.equal(gate.stdout, 'second life\n');
    const late = await Client.attach(again.socket, { input: true });
    late.type('\n');
    await late.end;
    assert.deepEqual([late.stdout, late.exitCode], ['', 0]);
  });

  it('lets a stopped window hold up neither the process, nor the log, nor another window', async () => {
    const script = 'read x; yes 0123456789012345678901234567890123456789 | head -n 2560000; echo done; read x';
    const total = 2_560_000 * 41 + 5;
    const started = await store.runDetached({ args: shell(script), start: { stdin: 'open' } });
    const options = { keep: false, replay: mebibyte };
    const [stopped, other] = await Promise.all([
      Client.attach(started.socket, { ...options, lossless: false }),
      Client.attach(started.socket, { ...options, input: true }),
    ]);
    stopped.socket.pause();
    const paused = performance.now();
    other.type('\n');
    await other.sees(/done\n$/);
    assert.deepEqual([other.received, other.stdout.slice(-5)], [total, 'done\n']);
    const log = join(store.root, 'containers', started.id, 'log/0.log');
    assert.equal(execFileSync('grep', ['-c', '^.\\{31\\}stdout F ', log], { encoding: 'utf8' }), '2560001\n');
    // Who reads on within a second is taken for one who is slow, and is spared less (clients.c: STILL_MS).
    await until('it has stood still', () => performance.now() - paused > 1500);
    stopped.socket.resume();
    await stopped.sees(/done\n$/);
    other.type('\n');
    await stopped.end;
    assert.ok(stopped.missed > 90 * mebibyte, `${stopped.missed} bytes were left out`);
    assert.equal(stopped.received + stopped.missed, total);
    assert.deepEqual([stopped.stdout.slice(-5), stopped.exitCode], ['done\n', 0]);
  });

  it('gives a window that was only briefly behind everything', async () => {
    const script = 'read x; seq 100000; read x';
    const { socket } = await store.runDetached({ args: shell(script), start: { stdin: 'open' } });
    const slow = await Client.attach(socket, { lossless: false });
    const typing = await Client.attach(socket, { input: true });
    slow.socket.pause();
    typing.type('\n');
    await typing.sees(/\n100000\n$/);
    slow.socket.resume();
    await slow.sees(/\n100000\n$/);
    assert.deepEqual([slow.missed, slow.stdout === typing.stdout], [0, true]);
  });

  it('makes a program draw its screen anew for a window that has not seen all', async () => {
    const script = "trap 'stty size' WINCH; seq 200000; echo ready; while :; do read -r x; done";
    const { socket, id } = await store.runDetached({
      args: shell(script),
      plan: { tty: true },
      start: { stdin: 'open', columns: 80, rows: 24 },
    });
    await until('it is ready', () => store.log(id).includes('ready'));
    const late = await Client.attach(socket, { replay: 4096, columns: 80, rows: 24 });
    // A busy machine may run what the trap starts only when the size is right again.
    await late.sees(/ready\r\n(2[34] 80\r\n)*24 80\r\n$/);
    const all = await Client.attach(socket, { replay: 16 * mebibyte, columns: 80, rows: 24 });
    await all.sees(/^1\r\n2\r\n/);
    await all.sees(/ready\r\n/);
  });

  it('gives the terminal the size of the window that was used last, and tells the others', async () => {
    const { socket } = await store.runDetached({
      args: shell("trap 'stty size' WINCH; stty -echo; echo ready; while :; do read -r x && stty size; done"),
      plan: { tty: true },
      start: { stdin: 'open', columns: 80, rows: 24 },
    });
    const small = await Client.attach(socket, { input: true, columns: 60, rows: 20, replay: mebibyte });
    await small.sees(/ready/);
    const large = await Client.attach(socket, { input: true, columns: 120, rows: 40 });
    await large.sees(/40 120/);
    await until('the small one is told', () => small.sizes.includes('120x40'));
    small.type('\n');
    await small.sees(/20 60\r\n$/);
    await until('the large one is told', () => large.sizes.at(-1) === '60x20');
    small.socket.destroy();
    await large.sees(/40 120\r\n$/);
  });

  it('brings any bytes through, whole, in both directions', async () => {
    const sent = Buffer.concat([randomBytes(mebibyte), Buffer.from('ä€😀'.repeat(1000))]);
    const started = store.create({ args: ['/bin/cat'], start: { stdin: 'once' } });
    await started.listening;
    const client = await Client.attach(started.socket, { input: true });
    for (let at = 0; at < sent.length; at += 1000) client.send(frameType.input, sent.subarray(at, at + 1000));
    client.send(frameType.inputEnd);
    await client.end;
    assert.ok(Buffer.from(client.stdout, 'latin1').equals(sent));
  });

  it('gives a paste of a megabyte to a program on a terminal, whole', async () => {
    const lines = `${'x'.repeat(99)}\r`.repeat(10_486);
    const { socket } = await store.runDetached({
      args: shell('stty -echo; echo ready; head -n 10486 | wc -c'),
      plan: { tty: true },
      start: { stdin: 'open' },
    });
    const client = await Client.attach(socket, { input: true, replay: mebibyte });
    await client.sees(/ready/);
    for (let at = 0; at < lines.length; at += 32_768) client.type(lines.slice(at, at + 32_768));
    await client.end;
    assert.match(client.stdout, /1048600\r\n$/);
  });

  it('ends the input of a process whose only typist is gone', async () => {
    const started = store.create({ args: ['/bin/cat'], start: { stdin: 'once' } });
    await started.listening;
    const typing = await Client.attach(started.socket, { input: true });
    const watching = await Client.attach(started.socket);
    typing.type('last words');
    await watching.sees(/last words/);
    typing.socket.destroy();
    await watching.end;
    assert.equal(watching.exitCode, 0);
  });

  it('takes leave of a client that speaks no protocol of ours', async () => {
    const { socket } = await store.runDetached({ args: ['/bin/cat'], start: { stdin: 'open' } });
    const noise = await Client.attach(socket);
    noise.socket.write(Buffer.alloc(100_000, 0xff));
    await noise.end.catch(() => undefined);
    const fine = await Client.attach(socket, { input: true });
    fine.type('hello\n');
    await fine.sees(/hello/);
  });

  it('keeps an exec session’s output for who comes late, too', async () => {
    const { id } = await store.runDetached({ args: ['/bin/cat'], start: { stdin: 'open' } });
    const session = store.exec(id, { args: shell('seq 100; read x'), plan: { tty: true }, start: { stdin: 'once' } });
    await session.listening;
    const first = await Client.attach(session.socket, { input: true });
    await first.sees(/100\r\n$/);
    const second = await Client.attach(session.socket, { input: true, replay: mebibyte });
    await second.sees(/100\r\n$/);
    assert.equal(second.stdout, first.stdout);
    first.socket.destroy();
    second.type('\r');
    await second.end;
    assert.equal(second.exitCode, 0);
  });

  it('ends without a client ever having come', async () => {
    const outcome = await attachToEnd(store.create({ args: ['/bin/true'] }));
    assert.equal(outcome.exitCode, 0);
  });
});
