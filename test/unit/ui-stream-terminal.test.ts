import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StreamTerminal, type Opened, type Source } from '../../src/terminals/stream-terminal.ts';
import { Streams } from '../../src/streams/streams.ts';

/** A terminal between VS Code's calls on one side and the helper's messages on the other, both written down. */
function scene(source: Partial<Source> & { opened?: Partial<Opened> } = {}) {
  const sent: string[] = [];
  const shown: string[] = [];
  const events: string[] = [];
  const record = (what: string): Promise<Record<string, never>> => (sent.push(what), Promise.resolve({}));
  const client = {
    writeStream: ({ stream, data }: { stream: string; data: string }) =>
      record(`${stream} < ${Buffer.from(data, 'base64').toString()}`),
    resizeStream: ({ stream, columns, rows }: { stream: string; columns: number; rows: number }) =>
      record(`${stream} ${columns}x${rows}`),
    closeStream: ({ stream, hangUp = false }: { stream: string; hangUp?: boolean }) =>
      record(`${stream} closed${hangUp ? ', hung up' : ''}`),
  };
  const helper = {
    wrote: (_event: { stream: string; channel: 'stdout' | 'stderr'; data: string }): void => undefined,
    ended: (_event: { stream: string; exitCode?: number; error?: string }): void => undefined,
    resized: (_event: { stream: string; columns: number; rows: number }): void => undefined,
  };
  const streams = new Streams({
    onStreamWrote: (handler) => ((helper.wrote = handler), { dispose: () => undefined }),
    onStreamResized: (handler) => ((helper.resized = handler), { dispose: () => undefined }),
    onStreamEnded: (handler) => ((helper.ended = handler), { dispose: () => undefined }),
  });
  const opened = { stream: 's', tty: true, input: true, ...source.opened };
  const terminal = new StreamTerminal(client, streams, {
    open: (size) => (events.push(`open ${size.columns}x${size.rows}`), Promise.resolve(opened)),
    failed: (error) => events.push(`failed ${String(error)}`),
    ...source,
  });
  terminal.onDidWrite((text) => shown.push(text));
  terminal.onDidClose((code) => events.push(`close ${code}`));
  terminal.onDidChangeName((name) => events.push(`name ${name}`));
  terminal.onDidOverrideDimensions((size) => events.push(size ? `shown as ${size.columns}x${size.rows}` : 'own size'));
  const wrote = (bytes: Uint8Array | string, channel: 'stdout' | 'stderr' = 'stdout'): void =>
    helper.wrote({ stream: 's', channel, data: Buffer.from(bytes).toString('base64') });
  const ended = (end: { exitCode?: number; error?: string }): void => helper.ended({ stream: 's', ...end });
  const resized = (columns: number, rows: number): void => helper.resized({ stream: 's', columns, rows });
  return { terminal, streams, sent, shown, events, wrote, ended, resized };
}

/** Lets promises that are settled run on. */
const settled = (): Promise<void> => new Promise(setImmediate);

test('the process is opened with the size of the terminal, and told of changes only', async () => {
  const { terminal, sent, events } = scene({ opened: { name: 'web' } });
  terminal.open({ columns: 100, rows: 30 });
  terminal.setDimensions({ columns: 100, rows: 30 });
  terminal.setDimensions({ columns: 100, rows: 30 });
  await settled();
  assert.deepEqual(events, ['open 100x30', 'name web']);
  terminal.setDimensions({ columns: 90, rows: 30 });
  await settled();
  assert.deepEqual(sent, ['s 90x30']);
});

test('a size that changed while the process was opened is sent once it is', async () => {
  const { terminal, sent } = scene();
  terminal.open(undefined);
  terminal.setDimensions({ columns: 120, rows: 40 });
  await settled();
  assert.deepEqual(sent, ['s 120x40']);
});

test('what is typed before the process is there is its first input', async () => {
  const { terminal, sent } = scene();
  terminal.open(undefined);
  terminal.handleInput('echo ');
  terminal.handleInput('hi\r');
  await settled();
  terminal.handleInput('exit\r');
  await settled();
  assert.equal(sent.join('').replaceAll('s < ', ''), 'echo hi\rexit\r');
});

test('a character that is cut between two messages, and between two sources, is shown whole', async () => {
  const { terminal, shown, wrote } = scene();
  terminal.open(undefined);
  await settled();
  const bytes = Buffer.from('世');
  wrote(bytes.subarray(0, 1));
  wrote(bytes.subarray(0, 2), 'stderr');
  wrote(bytes.subarray(1));
  wrote(bytes.subarray(2), 'stderr');
  assert.deepEqual(shown, ['世', '世']);
});

test('closing the tab detaches, also while the process is still being opened', async () => {
  const early = scene();
  early.terminal.open(undefined);
  early.terminal.close();
  await settled();
  assert.deepEqual(early.sent, ['s closed']);
  const late = scene();
  late.terminal.open(undefined);
  await settled();
  late.terminal.close();
  late.wrote('more');
  late.ended({ exitCode: 0 });
  assert.deepEqual([late.sent, late.shown], [['s closed'], []]);
});

test('a session that was ended by hand closes its tab', async () => {
  const { terminal, events, ended } = scene();
  terminal.open(undefined);
  await settled();
  terminal.handleInput('exit\r');
  ended({ exitCode: 0 });
  assert.deepEqual(events, ['open 80x24', 'close 0']);
});

test('output that nobody has answered, and a failure, stay on screen until a key is pressed', async () => {
  for (const [typed, exitCode] of [
    ['', 0],
    ['exit 3\r', 3],
  ] as const) {
    const { terminal, events, shown, ended } = scene();
    terminal.open(undefined);
    await settled();
    if (typed) terminal.handleInput(typed);
    ended({ exitCode });
    assert.match(shown.join(''), new RegExp(`\\[Exited with code ${exitCode}\\. Press any key to close\\.\\]`));
    assert.deepEqual(events, ['open 80x24']);
    terminal.handleInput(' ');
    assert.deepEqual(events, ['open 80x24', 'close undefined']);
  }
});

test('a process that could not be opened closes the tab and is told', async () => {
  const { terminal, events } = scene({ open: () => Promise.reject(new Error('no such image')) });
  terminal.open(undefined);
  await settled();
  assert.deepEqual(events, ['close undefined', 'failed Error: no such image']);
});

test('after the helper came back the terminal is attached again, with the size it has now', async () => {
  const sizes: string[] = [];
  const { terminal, streams, shown, sent, wrote } = scene({
    reopen: ({ columns, rows }) => (
      sizes.push(`${columns}x${rows}`),
      Promise.resolve({ stream: 's', tty: true, input: true })
    ),
  });
  terminal.open({ columns: 80, rows: 24 });
  await settled();
  streams.loseAll();
  terminal.handleInput('lost');
  terminal.setDimensions({ columns: 70, rows: 20 });
  terminal.helperReturned();
  terminal.helperReturned();
  await settled();
  wrote('again');
  terminal.handleInput('x');
  assert.deepEqual(sizes, ['70x20']);
  assert.match(shown.join(''), /connection to Skiff’s helper was lost[^]*Attached again\.[^]*again$/);
  assert.deepEqual(sent, ['s < x']);
});

test('a session that can not be taken up again says so', async () => {
  const { terminal, streams, shown, events } = scene();
  terminal.open(undefined);
  await settled();
  streams.loseAll();
  terminal.helperReturned();
  assert.match(shown.join(''), /lost, and with it this session\. Press any key/);
  terminal.handleInput(' ');
  assert.deepEqual(events, ['open 80x24', 'close undefined']);
});

test('a container that is gone when the helper is back ends the terminal with the reason', async () => {
  const { terminal, streams, shown } = scene({ reopen: () => Promise.reject(new Error('web is not running')) });
  terminal.open(undefined);
  await settled();
  streams.loseAll();
  terminal.helperReturned();
  await settled();
  assert.match(shown.join(''), /Could not attach again: web is not running\. Press any key/);
});

test('a process without a terminal gets lines, and shows them where they belong', async () => {
  const { terminal, sent, shown, wrote } = scene({ opened: { tty: false } });
  terminal.open(undefined);
  await settled();
  wrote('one\ntwo\n');
  terminal.handleInput('hi\r');
  assert.deepEqual([shown.join(''), sent], ['one\r\ntwo\r\nhi\r\n', ['s < hi\n']]);
});

test('a process that reads nothing answers typing with the bell', async () => {
  const { terminal, sent, shown } = scene({ opened: { input: false } });
  terminal.open(undefined);
  await settled();
  terminal.handleInput('x');
  assert.deepEqual([shown, sent], [['\x07'], []]);
});

test('what the helper says about an end can not write into the terminal', async () => {
  const { terminal, shown, ended } = scene();
  terminal.open(undefined);
  await settled();
  ended({ error: 'lost \x1b]0;owned\x07\x1b[2Jcontact' });
  assert.match(shown.join(''), /\[lost contact\. Press any key to close\.\]/);
});

test('while another window is used it is shown in that one’s size, and in its own again after that', async () => {
  const { terminal, events, resized } = scene();
  terminal.open({ columns: 100, rows: 30 });
  await settled();
  resized(80, 24);
  resized(100, 30);
  assert.deepEqual(events.slice(1), ['shown as 80x24', 'own size']);
});

test('a shell hangs up with its tab, and goes on when it is detached', async () => {
  for (const [how, expected] of [
    ['close', 's closed, hung up'],
    ['detach', 's closed'],
  ] as const) {
    const { terminal, sent, events } = scene({ hangUp: true });
    terminal.open(undefined);
    await settled();
    terminal[how]();
    assert.deepEqual(sent, [expected]);
    assert.equal(events.includes('close undefined'), how === 'detach');
  }
});

test('characters are whole wherever their bytes were cut', async () => {
  const text = 'aä€😀\u0301 ñ漢字🏴‍☠️z';
  const bytes = Buffer.from(text);
  for (let cut = 0; cut <= bytes.length; cut += 1) {
    const { terminal, shown, wrote } = scene();
    terminal.open(undefined);
    await settled();
    wrote(bytes.subarray(0, cut));
    // The other channel's bytes in between are another text.
    wrote('!', 'stderr');
    wrote(bytes.subarray(cut));
    assert.equal(shown.join('').replace('!', ''), text, `cut at ${cut}`);
  }
  const { terminal, shown, wrote } = scene();
  terminal.open(undefined);
  await settled();
  for (const byte of bytes) wrote(Uint8Array.of(byte));
  assert.equal(shown.join(''), text);
});
