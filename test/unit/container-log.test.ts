import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { readLog } from '../../runtime-helper/container/log-reader.ts';
import { RecordReader } from '../../runtime-helper/container/log-records.ts';

type Kind = 'F' | 'P';
const timeOf = (second: number): string => `2026-01-01T00:00:${String(second).padStart(2, '0')}.000000000Z`;
const record = (text: string, kind: Kind = 'F', channel = 'stdout', second = 0): string =>
  `${timeOf(second)} ${channel} ${kind} ${text}\n`;

describe('records of a log', () => {
  const read = (bytes: string | Buffer, options = {}): string[] =>
    new RecordReader(options)
      .push(Buffer.from(bytes))
      .map(({ channel, bytes: text }) => `${channel}:${text.toString()}`);

  it('become text again: whole lines get their newline, parts none, those of one stream travel together', () => {
    const bytes = record('par', 'P') + record('t') + record('') + record('err', 'F', 'stderr') + record('x');
    assert.deepEqual(read(bytes), ['stdout:part\n\n', 'stderr:err\n', 'stdout:x\n']);
  });

  it('may be cut anywhere', () => {
    const bytes = Buffer.from(record('one') + record('zwei ä', 'P') + record(' 😀') + record('x'.repeat(200)));
    for (let at = 0; at <= bytes.length; at += 1) {
      const reader = new RecordReader({});
      const chunks = [...reader.push(bytes.subarray(0, at)), ...reader.push(bytes.subarray(at))];
      assert.equal(
        Buffer.concat(chunks.map(({ bytes: text }) => text)).toString(),
        `one\nzwei ä 😀\n${'x'.repeat(200)}\n`,
      );
    }
  });

  it('are passed over when nobody of us wrote them', () => {
    assert.deepEqual(read(`garbage\n\n${'x'.repeat(80)}\n${record('a')}`), ['stdout:a\n']);
  });

  it('begin with their time once a line', () => {
    assert.deepEqual(read(record('a', 'P') + record('b') + record('c'), { timestamps: true, prefix: ' ' }), [
      `stdout:${timeOf(0)}  ab\n${timeOf(0)}  c\n`,
    ]);
  });

  it('are left out before and after the times that are wanted', () => {
    const bytes = [1, 2, 3, 4].map((second) => record(String(second), 'F', 'stdout', second)).join('');
    assert.deepEqual(read(bytes, { since: timeOf(2), until: timeOf(3) }), ['stdout:2\n3\n']);
  });
});

describe('the log', () => {
  let top: string;
  let folder: string;
  let count = 0;
  before(() => {
    top = mkdtempSync(join(tmpdir(), 'skiff-unit-'));
  });
  beforeEach(() => {
    folder = join(top, String((count += 1)), 'log');
    mkdirSync(folder, { recursive: true });
  });
  after(() => rmSync(top, { recursive: true }));

  const write = (name: string, ...records: string[]): void => appendFileSync(join(folder, name), records.join(''));
  const text = async (options = {}): Promise<string> => {
    let all = '';
    for await (const { bytes } of readLog(folder, { signal: new AbortController().signal, ...options }))
      all += bytes.toString();
    return all;
  };

  it('is nothing for a container that was never started', async () => {
    assert.equal(await text(), '');
    assert.equal(await text({ tail: 3 }), '');
  });

  it('is read over all its files, the oldest first', async () => {
    write('0.log', record('four'));
    write('0.log.10', record('one'));
    write('0.log.2', record('two'));
    write('0.log.1', record('three-', 'P'));
    assert.equal(await text(), 'one\ntwo\nthree-four\n');
  });

  for (const [tail, expected] of [
    [0, ''],
    [1, 'rest'],
    [2, 'e-f\nrest'],
    [3, 'd\ne-f\nrest'],
    [4, 'c\nd\ne-f\nrest'],
    [9, 'a-b\nc\nd\ne-f\nrest'],
  ] as const) {
    it(`ends with its last ${tail} lines, over all its files, parts joined`, async () => {
      write('0.log.1', record('a-', 'P'), record('b'), record('c'));
      write('0.log', record('d'), record('e-', 'P'), record('f'), record('re', 'P'), record('st', 'P'));
      assert.equal(await text({ tail }), expected);
    });
  }

  it('finds its last lines far from its end', async () => {
    write('0.log', record('first'), ...Array.from({ length: 3000 }, (_, line) => record(`${line} ${'x'.repeat(90)}`)));
    const lines = (await text({ tail: 2999 })).split('\n');
    assert.deepEqual([lines.length, lines[0]?.slice(0, 3)], [3000, '1 x']);
  });

  it('is followed through its rotation', async () => {
    write('0.log', record('1'));
    let all = '';
    const steps = [
      () => write('0.log', record('2')),
      () => {
        write('0.log', record('3'));
        renameSync(join(folder, '0.log'), join(folder, '0.log.1'));
        writeFileSync(join(folder, '0.log'), record('4'));
      },
      () => {
        renameSync(join(folder, '0.log.1'), join(folder, '0.log.2'));
        renameSync(join(folder, '0.log'), join(folder, '0.log.1'));
        write('0.log.1', record('5'));
        write('0.log', record('6'));
      },
    ];
    const signal = new AbortController().signal;
    for await (const { bytes } of readLog(folder, { signal, follow: () => all.length < 12 })) {
      all += bytes.toString();
      if (['1\n', '1\n2\n', '1\n2\n3\n4\n'].includes(all)) steps.shift()?.();
    }
    assert.equal(all, '1\n2\n3\n4\n5\n6\n');
  });
});
