import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { UsageLine } from '../../runtime-helper/protocol/types.ts';
import type { StreamSink } from '../../src/streams/streams.ts';
import { UsageFeed } from '../../src/streams/usage-feed.ts';

/** A feed, and what it has asked of the helper. */
function feed(ids?: string[]) {
  const asked: string[] = [];
  const sinks = new Map<string, StreamSink>();
  const lines: UsageLine[] = [];
  const made = new UsageFeed({
    client: {
      containerUsage: (params) => {
        const stream = `s${asked.length}`;
        asked.push(`usage ${JSON.stringify(params)}`);
        return Promise.resolve({ stream });
      },
      closeStream: ({ stream }) => {
        asked.push(`close ${stream}`);
        return Promise.resolve({});
      },
    },
    streams: { claim: (stream, sink) => void sinks.set(stream, sink), release: (stream) => void sinks.delete(stream) },
    ...(ids ? { ids } : {}),
    measured: (line) => void lines.push(line),
    failed: (error) => assert.fail(String(error)),
  });
  return { made, asked, sinks, lines };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('nothing is measured before somebody looks, nor after', async () => {
  const { made, asked, sinks } = feed(['a']);
  await turn();
  assert.deepEqual(asked, []);
  made.want(true);
  made.want(true);
  await turn();
  made.want(false);
  assert.deepEqual(asked, ['usage {"ids":["a"]}', 'close s0']);
  assert.equal(sinks.size, 0);
});

test('who looks away before the stream is there has it closed when it comes', async () => {
  const { made, asked, sinks } = feed();
  made.want(true);
  made.want(false);
  await turn();
  assert.deepEqual(asked, ['usage {}', 'close s0']);
  assert.equal(sinks.size, 0);
});

test('lines are whole, however their bytes come', async () => {
  const { made, sinks, lines } = feed();
  made.want(true);
  await turn();
  const bytes = Buffer.from('{"takenAt":1,"usages":[]}\n{"takenAt":2,"usages":[]}\n{"tak');
  sinks.get('s0')?.wrote('stdout', bytes.subarray(0, 7));
  sinks.get('s0')?.wrote('stdout', bytes.subarray(7));
  assert.deepEqual(
    lines.map(({ takenAt }) => takenAt),
    [1, 2],
  );
});

test('a stream that was lost with the helper is opened again with the next one, if it is still wanted', async () => {
  const { made, asked, sinks } = feed();
  made.want(true);
  await turn();
  sinks.get('s0')?.lost();
  made.helperReturned();
  await turn();
  sinks.get('s1')?.lost();
  made.want(false);
  made.helperReturned();
  await turn();
  assert.deepEqual(asked, ['usage {}', 'usage {}']);
});
