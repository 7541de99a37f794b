import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ownAddresses } from '../../src/model/addresses.ts';

describe('addresses of a program’s own machine', () => {
  const found = (line: string): string[] =>
    ownAddresses(line).map(({ start, length, port, path }) => `${line.slice(start, start + length)} ${port}${path}`);

  for (const [line, expected] of [
    ['Local: http://localhost:5173/', ['http://localhost:5173/ 5173/']],
    ['listening on 0.0.0.0:8080, [::]:443 and [::1]:80.', ['0.0.0.0:8080 8080', '[::]:443 443', '[::1]:80 80']],
    ['see https://127.0.0.1:3000/a/b?c=d. Then', ['https://127.0.0.1:3000/a/b?c=d 3000/a/b?c=d']],
    ['http://example.com:80 and 10.0.0.1:80 and mylocalhost:1 and 10.127.0.0.1:5', []],
    ['localhost:0 localhost:70000 localhost:123456 localhost', []],
  ] as const) {
    it(`in ${JSON.stringify(line)}`, () => assert.deepEqual(found(line), expected));
  }
});
