import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LineDiscipline, withCarriageReturns } from '../../src/terminals/line-discipline.ts';
import { StreamInput } from '../../src/streams/stream-input.ts';
import { Streams, type StreamSink } from '../../src/streams/streams.ts';
import { RestartPolicy } from '../../src/helper/restart-policy.ts';

type Wrote = { stream: string; channel: 'stdout' | 'stderr'; data: string };
type Ended = { stream: string; exitCode?: number };

/** The connection's end that speaks to `Streams`. */
function connection(): {
  streams: Streams;
  wrote: (stream: string, text: string) => void;
  ended: (stream: string) => void;
} {
  let onWrote: (event: Wrote) => void = () => undefined;
  let onEnded: (event: Ended) => void = () => undefined;
  const nothing = { dispose: () => undefined };
  const streams = new Streams({
    onStreamWrote: (handler) => ((onWrote = handler), nothing),
    onStreamResized: () => ({ dispose: () => undefined }),
    onStreamEnded: (handler) => ((onEnded = handler), nothing),
  });
  return {
    streams,
    wrote: (stream, text) => onWrote({ stream, channel: 'stdout', data: Buffer.from(text).toString('base64') }),
    ended: (stream) => onEnded({ stream, exitCode: 0 }),
  };
}

function recorder(): { heard: string[]; sink: StreamSink } {
  const heard: string[] = [];
  return {
    heard,
    sink: {
      wrote: (channel, bytes) => heard.push(`${channel} ${Buffer.from(bytes).toString()}`),
      ended: ({ exitCode }) => heard.push(`ended ${exitCode}`),
      lost: () => heard.push('lost'),
    },
  };
}

test('what a stream brings before it is claimed is not lost, and comes in order', () => {
  const { streams, wrote, ended } = connection();
  const { heard, sink } = recorder();
  wrote('1', 'a');
  wrote('2', 'not mine');
  wrote('1', 'b');
  streams.claim('1', sink);
  wrote('1', 'c');
  ended('1');
  wrote('1', 'late');
  assert.deepEqual(heard, ['stdout a', 'stdout b', 'stdout c', 'ended 0']);
});

test('a stream that ended before it was claimed says so once', () => {
  const { streams, wrote, ended } = connection();
  const { heard, sink } = recorder();
  wrote('1', 'all');
  ended('1');
  streams.claim('1', sink);
  streams.loseAll();
  assert.deepEqual(heard, ['stdout all', 'ended 0']);
});

test('streams are told once that their helper is gone, and a released one is not told', () => {
  const { streams } = connection();
  const [one, two] = [recorder(), recorder()];
  streams.claim('1', one.sink);
  streams.claim('2', two.sink);
  streams.release('2');
  streams.loseAll();
  streams.loseAll();
  assert.deepEqual([one.heard, two.heard], [['lost'], []]);
});

test('typed bytes travel in order, one message at a time, and a paste in pieces', async () => {
  const sent: string[] = [];
  let answers: (() => void)[] = [];
  const input = new StreamInput(
    {
      writeStream: ({ data }) => {
        sent.push(Buffer.from(data, 'base64').toString());
        return new Promise((resolve) => answers.push(() => resolve({})));
      },
    },
    '1',
    (error) => assert.fail(String(error)),
  );
  const answer = async (): Promise<void> => {
    const [first, ...others] = answers;
    answers = others;
    first?.();
    await new Promise(setImmediate);
  };
  input.push('l');
  input.push('s');
  input.push('\r');
  assert.deepEqual(sent, ['l']);
  await answer();
  assert.deepEqual(sent, ['l', 's\r']);
  await answer();
  const paste = '世'.repeat(40_000);
  input.push(paste);
  sent.length = 0;
  const bytes: number[] = [];
  const lengths = new StreamInput(
    { writeStream: ({ data }) => (bytes.push(Buffer.from(data, 'base64').length), Promise.resolve({})) },
    '2',
    (error) => assert.fail(String(error)),
  );
  lengths.push(paste);
  await new Promise(setImmediate);
  assert.deepEqual(bytes, [49152, 49152, 21696]);
});

test('the end of input follows all of it', async () => {
  const sent: [string, boolean][] = [];
  const input = new StreamInput(
    {
      writeStream: ({ data, last = false }) => (
        sent.push([Buffer.from(data, 'base64').toString(), last]),
        Promise.resolve({})
      ),
    },
    '1',
    (error) => assert.fail(String(error)),
  );
  input.push('all');
  input.end();
  input.push('late');
  await new Promise(setImmediate);
  assert.deepEqual(sent, [
    ['all', false],
    ['', true],
  ]);
});

test('input that can not be delivered is told, unless the terminal was closed', async () => {
  const failures: unknown[] = [];
  const failing = { writeStream: () => Promise.reject(new Error('gone')) };
  const open = new StreamInput(failing, '1', (error) => failures.push(error));
  open.push('x');
  const closed = new StreamInput(failing, '1', (error) => assert.fail(String(error)));
  closed.push('x');
  closed.close();
  await new Promise(setImmediate);
  assert.equal(failures.length, 1);
});

test('a process without a terminal gets whole lines, and the typist sees what he types', () => {
  const lines = new LineDiscipline();
  assert.deepEqual(lines.type('hex\x7fl'), { echo: 'hex\b \bl', send: '', ended: false });
  assert.deepEqual(lines.type('lo\r'), { echo: 'lo\r\n', send: 'hello\n', ended: false });
  assert.deepEqual(lines.type('\x7f\x1b\x03'), { echo: '', send: '', ended: false });
  assert.deepEqual(lines.type('世\x7fx\x15ok\r'), { echo: '世\b \bx\b \bok\r\n', send: 'ok\n', ended: false });
  assert.deepEqual(lines.type('no end\x04'), { echo: 'no end', send: 'no end', ended: false });
  assert.deepEqual(lines.type('\x04lost'), { echo: '', send: '', ended: true });
  assert.equal(withCarriageReturns('a\nb\r\nc'), 'a\r\nb\r\nc');
});

test('a helper that dies is started at once, then later and later, then not at all', () => {
  const policy = new RestartPolicy();
  assert.deepEqual(
    [1, 2, 3, 4, 5].map(() => policy.died(100)),
    [0, 200, 1000, 4000, undefined],
  );
  assert.equal(policy.died(60_000), 0, 'after a long life the count begins anew');
  policy.reset();
  assert.equal(policy.died(0), 0);
});
