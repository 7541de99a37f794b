import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { vethName, vethNames } from '../../runtime-helper/engine/networks/container-networks.ts';
import { frameType, maxStreamPayload } from '../../runtime-helper/lib/stream-frames.ts';
import { maxRequestLength } from '../../runtime-helper/sys/spawner-frames.ts';
import { repository } from '../support/paths.ts';
import { sources } from '../support/sources.ts';

// What TypeScript and C each say of the seams between them: neither can import the other.
const native = sources(/^runtime-helper\/native\/.*\.[ch]$/);
const cText = native.map(({ text }) => text).join('\n');
const page = readFileSync(join(repository, 'ARCHITECTURE.md'), 'utf8');
const seam1 = page.split('\n## Seam 1')[1]?.split('\n## ')[0] ?? '';
const seam2 = page.split('\n## Seam 2')[1]?.split('\n## ')[0] ?? '';

test('stream frames have the same letters in TypeScript, in C and on the page', () => {
  const c = Object.fromEntries(
    [...cText.matchAll(/\bSTREAM_([A-Z_]+) = '(.)'/g)].map(([, name = '', letter = '']) => [camelCase(name), letter]),
  );
  const ts = Object.fromEntries(Object.entries(frameType).map(([name, code]) => [name, String.fromCharCode(code)]));
  assert.deepEqual(c, ts);
  const documented = tableOf(seam2).flatMap(([cell = '']) => [...cell.matchAll(/`(.)`/g)].map(([, letter]) => letter));
  assert.deepEqual(new Set(documented), new Set(Object.values(ts)));
});

test('limits are the same in TypeScript and in C', () => {
  assert.equal(constantOf('MAX_STREAM_PAYLOAD'), maxStreamPayload);
  assert.equal(constantOf('MAX_REQUEST_LENGTH'), maxRequestLength);
});

test('a container’s interfaces are called the same in TypeScript and in C', () => {
  const id = '0123456789abcdef'.repeat(4);
  const [, prefix = ''] = /#define VETH_PREFIX "(\w+)"/.exec(cText) ?? [];
  const most = constantOf('VETH_MOST') ?? 0;
  const first = prefix + id.slice(0, constantOf('VETH_ID_DIGITS'));
  assert.equal(vethName(id, 0), first);
  assert.equal(vethName(id, most - 1), first + (most - 1).toString(16));
  assert.throws(() => vethName(id, most));
  const [, suffixes = ''] = /suffixes\[2 \* VETH_MOST \+ 1\] = "([^"]+)"/.exec(cText) ?? [];
  assert.equal(suffixes.length, 2 * most);
  for (let index = 0; index < most; index += 1)
    assert.deepEqual(
      vethNames(id, index),
      [index, index + most].map((at) => first + (suffixes[at] ?? '').trim()),
    );
});

test('every verb and directive on the page is known to the native program', () => {
  const names = tableOf(seam1).flatMap(([cell = '']) =>
    [...cell.matchAll(/`([a-z-]+)`/g)].map(([, name = '']) => name),
  );
  assert.ok(names.length > 30, `only ${names.length} names were found`);
  assert.deepEqual(
    names.filter((name) => !cText.includes(`"${name}"`)),
    [],
    'in C',
  );
});

/** The cells of a section's table rows, heads and rulers left out. */
function tableOf(section: string): string[][] {
  return section
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, '').trim()));
}

/** Value of a `#define` that is a product of decimal numbers. */
function constantOf(name: string): number | undefined {
  const value = new RegExp(`#define ${name} \\(?([\\d *]+)\\)?`).exec(cText)?.[1];
  return value?.split('*').reduce((product, factor) => product * Number(factor), 1);
}

const camelCase = (name: string): string =>
  name.toLowerCase().replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
