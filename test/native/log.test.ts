import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { readLog } from '../../runtime-helper/container/log-reader.ts';
import { attachToEnd, Client, NativeStore } from '../support/native-store.ts';

describe('a log, as its monitor writes it', () => {
  let store: NativeStore;
  before(async () => {
    store = await NativeStore.open();
  });
  after(() => store.dispose());

  const shell = (script: string): string[] => ['/bin/sh', '-c', script];
  const folder = (id: string): string => join(store.root, 'containers', id, 'log');
  const textOf = async (id: string): Promise<string> => {
    let text = '';
    for await (const { bytes } of readLog(folder(id), { signal: new AbortController().signal }))
      text += bytes.toString();
    return text;
  };

  it('goes on in another file when one is full, and keeps no more of them than it may', async () => {
    const limits = ['log', 'file', '10000', '3'];
    const { id } = await store.runToEnd({ args: shell('seq 100000'), extra: limits });
    assert.deepEqual(readdirSync(folder(id)).toSorted(), ['0.log', '0.log.1', '0.log.2']);
    for (const name of readdirSync(folder(id))) assert.ok(statSync(join(folder(id), name)).size <= 10_000);
    const numbers = (await textOf(id)).trimEnd().split('\n').map(Number);
    assert.equal(numbers.at(-1), 100_000);
    assert.ok(numbers.length > 400 && numbers.every((number, index) => number === (numbers[0] ?? 0) + index));
  });

  it('costs as much as there are files, and not as there may be', async () => {
    const limits = ['log', 'file', '2000', '4294967295'];
    const { id } = await store.runToEnd({ args: shell('seq 5000'), extra: limits });
    const names = readdirSync(folder(id));
    assert.ok(names.length > 50, `${names.length} files`);
    assert.deepEqual(names.toSorted(), ['0.log', ...names.slice(1).map((_, index) => `0.log.${index + 1}`)].toSorted());
    const numbers = (await textOf(id)).trimEnd().split('\n').map(Number);
    assert.deepEqual(
      numbers,
      Array.from({ length: 5000 }, (_, index) => index + 1),
    );
  });

  it('begins anew when it may have only one file', async () => {
    const { id } = await store.runToEnd({ args: shell('seq 1000'), extra: ['log', 'file', '1000', '1'] });
    assert.deepEqual(readdirSync(folder(id)), ['0.log']);
    assert.match(await textOf(id), /\n1000\n$/);
  });

  it('goes on in its last file when the container starts again', async () => {
    const extra = ['log', 'file', '10000', '2'];
    const { id } = await store.runToEnd({ args: shell('echo one'), extra });
    await attachToEnd(store.start(id, { args: shell('echo two; seq 500'), extra }));
    assert.match(await textOf(id), /^one\ntwo\n1\n[^]*\n500\n$|\n500\n$/);
    assert.deepEqual(readdirSync(folder(id)).toSorted(), ['0.log', '0.log.1']);
  });

  it('is not there when none is wanted, and late windows are still shown what was written', async () => {
    const started = await store.runDetached({
      args: shell('seq 100; read x'),
      start: { stdin: 'open' },
      extra: ['log', 'none', '0', '0'],
    });
    const first = await Client.attach(started.socket, { replay: 100_000 });
    await first.sees(/\n100\n$/);
    assert.throws(() => readdirSync(folder(started.id)), { code: 'ENOENT' });
  });

  it('keeps bytes that are no text, and lines that never end', async () => {
    const { id } = await store.runToEnd({ args: shell("printf '\\000\\377\\n'; head -c 50000 /dev/zero; printf end") });
    const bytes: Buffer[] = [];
    for await (const chunk of readLog(folder(id), { signal: new AbortController().signal })) bytes.push(chunk.bytes);
    const expected = Buffer.concat([Buffer.from([0, 255, 10]), Buffer.alloc(50_000), Buffer.from('end')]);
    assert.ok(Buffer.concat(bytes).equals(expected));
  });

  it('costs few calls for many lines', async () => {
    const { id } = await store.runToEnd({ args: shell('seq 200000') });
    // Who writes for each line asks for the time again.
    const times = new Set(
      readFileSync(join(folder(id), '0.log'), 'latin1')
        .split('\n')
        .map((line) => line.slice(0, 30)),
    );
    assert.ok(times.size < 2000, `${times.size} writes`);
  });
});
