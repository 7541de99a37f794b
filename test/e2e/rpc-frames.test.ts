import assert from 'node:assert/strict';
import { existsSync, statSync } from 'node:fs';
import { createConnection } from 'node:net';
import { after, afterEach, before, describe, it } from 'node:test';
import { protocolVersion } from '../../runtime-helper/protocol/index.ts';
import { HelperWindow, RawHelper } from '../support/helper-window.ts';
import { TestStore } from '../support/store.ts';
import { until } from '../support/wait.ts';

const frame = (body: string): string => `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

describe('a helper that hears what is not JSON-RPC', () => {
  let helper: RawHelper;
  afterEach(() => helper.child.kill('SIGKILL'));

  for (const [what, bytes] of [
    ['noise', 'GET / HTTP/1.1\r\n\r\n'],
    ['binary noise', Buffer.from(Array.from({ length: 4096 }, (_, index) => (index * 7) % 256))],
    ['a header without length', 'Content-Type: x\r\n\r\n{}'],
    ['a negative length', 'Content-Length: -5\r\n\r\n{}'],
    ['two lengths', 'Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}'],
    ['a huge length', 'Content-Length: 99999999999\r\n\r\n'],
    ['an endless header', 'x'.repeat(100_000)],
    ['a body that is not JSON', frame('{"jsonrpc":')],
    ['a body that is not an object', frame('[]')],
    ['null', frame('null')],
  ] as const) {
    it(`ends with one line about ${what}`, async () => {
      helper = new RawHelper();
      helper.child.stdin.write(bytes);
      assert.equal(await helper.exited, 1);
      assert.match(helper.log, /^error the connection is broken: [^\n]+\n$/);
    });
  }

  it('ends with its input, and without a word', async () => {
    helper = new RawHelper();
    helper.child.stdin.end();
    assert.equal(await helper.exited, 0);
    assert.equal(helper.log, '');
  });

  it('ends with `exit`, which only after `shutdown` is in order', async () => {
    helper = new RawHelper();
    helper.child.stdin.write(frame('{"jsonrpc":"2.0","method":"exit"}'));
    assert.equal(await helper.exited, 1);
  });
});

describe('a helper that hears wrong requests', () => {
  const store = new TestStore();
  let window: HelperWindow;
  before(async () => {
    window = await HelperWindow.open(store);
  });
  after(async () => {
    await window.close();
    await store.dispose();
  });

  const ask = (method: string, params?: object) => window.connection.sendRequest(method, params);
  const id = '0'.repeat(64);

  for (const [method, params, number, code, message] of [
    ['no/such', {}, -32601, 'not-implemented', 'unknown method no/such'],
    ['initialize', {}, -32600, 'failed-precondition', 'initialize was sent twice'],
    ['container/list', {}, -32602, 'invalid-argument', /container\/list: all: /],
    ['container/list', { all: 'yes' }, -32602, 'invalid-argument', /all: .* boolean/],
    ['container/run', { image: '' }, -32602, 'invalid-argument', 'container/run: image: empty'],
    ['container/run', { image: '@host', command: ['a', 5] }, -32602, 'invalid-argument', /command\.1: /],
    ['container/run', { image: '@host', command: ['a\0b'] }, -32602, 'invalid-argument', /command\.0: a NUL byte/],
    ['container/run', { image: '@host', env: ['A'] }, -32602, 'invalid-argument', /env\.0: not KEY=VALUE/],
    [
      'container/run',
      { image: '@host', command: ['true'], name: '../x' },
      -32010,
      'invalid-argument',
      /invalid container name/,
    ],
    ['container/run', { image: '127.0.0.1:1/such:1' }, -32010, 'unavailable', /127\.0\.0\.1:1.*connection refused/],
    ['container/start', { id: '../../etc' }, -32602, 'invalid-argument', /id: not a container's id/],
    ['container/start', { id }, -32010, 'not-found', `no such container: ${id}`],
    ['container/stop', { id, timeoutSeconds: -1 }, -32602, 'invalid-argument', /timeoutSeconds/],
    ['container/remove', { id }, -32010, 'not-found', `no such container: ${id}`],
    ['container/logs', { id, tail: 1.5 }, -32602, 'invalid-argument', /tail/],
    ['container/logs', { id }, -32010, 'not-found', `no such container: ${id}`],
    ['container/attach', { id, columns: 70000, rows: 1 }, -32602, 'invalid-argument', /columns/],
    ['container/attach', { id, columns: 80, rows: 24 }, -32010, 'not-found', `no such container: ${id}`],
    ['image/load', { path: 'relative.tar' }, -32602, 'invalid-argument', /path: not an absolute path/],
    ['image/load', { path: '/no/such.tar' }, -32010, 'not-found', /\/no\/such\.tar/],
    ['image/import', { path: '/no/such.tar' }, -32010, 'not-found', /\/no\/such\.tar/],
    ['stream/input', { stream: 's99', data: 'AA==' }, -32010, 'not-found', 'stream s99 has ended'],
    ['stream/input', { stream: 's99', data: '%' }, -32602, 'invalid-argument', /data: not base64/],
  ] as const) {
    it(`answers ${method} ${JSON.stringify(params)} with ${code}`, async () => {
      await assert.rejects(ask(method, params), (error: { code: number; message: string; data: { code: string } }) => {
        assert.deepEqual([error.code, error.data.code], [number, code]);
        assert.match(error.message, typeof message === 'string' ? new RegExp(`^${message}$`) : message);
        return true;
      });
    });
  }

  it('tells of a request that is none, and goes on', async () => {
    const answers: unknown[] = [];
    window.helper.child.stdout.on('data', (chunk: Buffer) => answers.push(chunk.toString()));
    for (const body of [
      '{"jsonrpc":"2.0","id":"a","method":7}',
      '{"jsonrpc":"2.0","id":"b","method":"engine/info","params":5}',
      '{"jsonrpc":"2.0","id":"c"}',
      '{"id":"d","method":"engine/info"}',
      '{"jsonrpc":"2.0","id":{},"method":"engine/info"}',
      '{"jsonrpc":"2.0","method":"$/cancelRequest"}',
      '{"jsonrpc":"2.0","id":"never-asked","result":1}',
    ])
      window.helper.child.stdin.write(frame(body));
    assert.equal((await window.client.engineInfo()).root, store.root);
    for (const asked of ['"a"', '"b"', '"c"', '"d"', 'null'])
      assert.match(answers.join(''), new RegExp(`"id":${asked},"error":\\{"code":-32600`));
  });

  it('goes on after all that', async () => {
    assert.deepEqual(await window.client.listContainers({ all: true }), { containers: [] });
    assert.equal(window.helper.child.exitCode, null);
  });
});

describe('the life of a helper', () => {
  const store = new TestStore();
  after(() => store.dispose());

  const initialize = (helper: RawHelper, options: object): void => {
    const params = { initializationOptions: { root: store.root, runRoot: store.runRoot, ...options } };
    helper.child.stdin.write(frame(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params })));
  };
  const answer = async (helper: RawHelper): Promise<string> => {
    let text = '';
    for await (const chunk of helper.child.stdout) {
      text += String(chunk);
      if (text.includes('}}')) return text;
    }
    return text;
  };

  it('asks for initialize first', async () => {
    const helper = new RawHelper(store.env);
    helper.child.stdin.write(frame('{"jsonrpc":"2.0","id":1,"method":"engine/info"}'));
    assert.match(await answer(helper), /"code":-32002,"message":"engine\/info before initialize"/);
    helper.child.stdin.end();
    await helper.exited;
  });

  it('refuses a window of another version, and says what to do', async () => {
    const helper = new RawHelper(store.env);
    initialize(helper, { protocolVersion: protocolVersion + 1 });
    assert.match(await answer(helper), /"code":"failed-precondition","hint":\{"message":"Reload the window/);
    helper.child.stdin.end();
    await helper.exited;
  });

  it('refuses a store that is not the user’s alone', async () => {
    const helper = new RawHelper(store.env);
    initialize(helper, { protocolVersion, root: '/etc/passwd' });
    assert.match(await answer(helper), /"error":\{"code":-32010,"message":"[^"]*\/etc\/passwd/);
    helper.child.stdin.end();
    await helper.exited;
  });

  it('has a socket for the command line that only its user can write, and takes it away', async () => {
    const window = await HelperWindow.open(store);
    const { cliSocket } = window.hello;
    const { mode } = statSync(cliSocket);
    assert.equal(mode & 0o777, 0o600);
    const { stdout, code } = await store.skiff(['version'], { env: { SKIFF_SOCKET: cliSocket } });
    assert.deepEqual([code, stdout.includes('Skiff')], [0, true]);
    assert.equal(await window.close(), 0);
    assert.equal(existsSync(cliSocket), false);
  });

  it('cleans up after one that was killed', async () => {
    const first = await HelperWindow.open(store);
    first.helper.child.kill('SIGKILL');
    await first.helper.exited;
    assert.ok(existsSync(first.hello.cliSocket));
    const second = await HelperWindow.open(store);
    assert.equal(existsSync(first.hello.cliSocket), false);
    await second.close();
  });

  it('ends when its window is gone, also in the middle of a request', async () => {
    const window = await HelperWindow.open(store);
    const run = window.client.runContainer({ image: '@host', command: ['true'] });
    run.catch(() => undefined);
    window.helper.child.stdin.end();
    assert.equal(await window.helper.exited, 0);
    await until('the socket is closed', () => {
      const probe = createConnection(window.hello.cliSocket);
      return new Promise<boolean>((resolve) =>
        probe.on('error', () => resolve(true)).on('connect', () => resolve(false)),
      );
    });
  });
});
