import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { maxBodyLength, readFrames } from '../../runtime-helper/server/rpc/message-frames.ts';

async function* chunksOf(...chunks: (string | Buffer)[]): AsyncGenerator<Buffer> {
  for (const chunk of chunks) yield Buffer.from(chunk);
}

async function read(...chunks: (string | Buffer)[]): Promise<string[]> {
  const bodies: string[] = [];
  for await (const body of readFrames(chunksOf(...chunks))) bodies.push(body.toString());
  return bodies;
}

describe('the framing of JSON-RPC', () => {
  it('takes several messages of one chunk', async () => {
    assert.deepEqual(await read('Content-Length: 2\r\n\r\n{}Content-Length: 4\r\n\r\nnull'), ['{}', 'null']);
  });

  it('takes a message that comes byte by byte', async () => {
    const bytes = [...Buffer.from('Content-Length: 4\r\nContent-Type: application/json\r\n\r\n"ä"')];
    assert.deepEqual(await read(...bytes.map((byte) => Buffer.of(byte))), ['"ä"']);
  });

  it('minds neither the case of a header nor the number of its spaces', async () => {
    assert.deepEqual(await read('content-length:2\r\n\r\n{}', 'CONTENT-LENGTH:   2  \r\n\r\n[]'), ['{}', '[]']);
  });

  it('takes an empty body, and nothing at all', async () => {
    assert.deepEqual(await read('Content-Length: 0\r\n\r\n'), ['']);
    assert.deepEqual(await read(), []);
  });

  for (const [what, bytes, message] of [
    ['noise', 'what is this?\r\n\r\n', /header line "what is this\?"/],
    ['a header without length', 'Content-Type: text\r\n\r\n', /without Content-Length/],
    ['no header', '\r\n\r\n{}', /header line ""/],
    ['a negative length', 'Content-Length: -1\r\n\r\n', /length "-1"/],
    ['a length that is no number', 'Content-Length: 0x10\r\n\r\n', /length "0x10"/],
    ['a length with more digits than a number has', `Content-Length: ${'9'.repeat(40)}\r\n\r\n`, /length "9+"/],
    ['a length above the limit', `Content-Length: ${maxBodyLength + 1}\r\n\r\n`, /message of 8388609 bytes/],
    ['two lengths', 'Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}', /two lengths/],
    ['a header without end', 'X: '.padEnd(2000, 'x'), /header without end/],
    ['an end within a header', 'Content-Le', /ended within a message/],
    ['an end within a body', 'Content-Length: 10\r\n\r\n{}', /ended within a message/],
    ['an end where a body should begin', 'Content-Length: 10\r\n\r\n', /ended within a message/],
  ] as const) {
    it(`refuses ${what}`, async () => {
      await assert.rejects(read(bytes), { code: 'invalid-argument', message });
    });
  }

  it('gives up an endless header without reading on', async () => {
    let taken = 0;
    async function* endless(): AsyncGenerator<Buffer> {
      for (;;) {
        taken += 1;
        yield Buffer.from('x'.repeat(256));
      }
    }
    await assert.rejects(readFrames(endless()).next(), { message: /header without end/ });
    assert.ok(taken <= 6, `it read ${taken} chunks`);
  });
});
