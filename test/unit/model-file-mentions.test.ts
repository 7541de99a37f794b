import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fileMentions, onHost } from '../../src/model/file-mentions.ts';

describe('files that a line of output mentions', () => {
  const found = (line: string): string[] =>
    fileMentions(line).map(({ start, length, path, line: row, column }) =>
      [line.slice(start, start + length), '→', path, row, column].filter((word) => word !== undefined).join(' '),
    );

  for (const [line, expected] of [
    ['/app/src/x.py:12:3: error', ['/app/src/x.py:12:3 → /app/src/x.py 12 3']],
    ['see /etc/hosts, or "/etc/my.conf".', ['/etc/hosts → /etc/hosts', '/etc/my.conf → /etc/my.conf']],
    ['  File "/app/my file.py", line 12, in main', ['/app/my file.py", line 12 → /app/my file.py 12']],
    ['    at f (/app/x.js:7:1)', ['/app/x.js:7:1 → /app/x.js 7 1']],
    ['/app/x.ts(3,14): error TS2322', ['/app/x.ts(3,14) → /app/x.ts 3 14']],
    ['at file:///app/x.mjs:4:2', ['file:///app/x.mjs:4:2 → /app/x.mjs 4 2']],
    ['grep: /root/ä.txt: it ended. In /var/log/x.', ['/root/ä.txt → /root/ä.txt', '/var/log/x → /var/log/x']],
    ['PATH=/usr/bin:/bin', ['/usr/bin → /usr/bin', '/bin → /bin']],
    ['panic /x.go:0:0', ['/x.go:0:0 → /x.go']],
    ['http://host:80/etc/hosts https://host/etc/hosts //etc/hosts ./etc/hosts src/x.py:1 ~/x a/b', []],
    ['1/2, and / or // and docker.io/library/x', []],
  ] as const) {
    it(`in ${JSON.stringify(line)}`, () => assert.deepEqual(found(line), expected));
  }

  it('are few and found at once, whatever the line', () => {
    // Our own time: the machine may do something else meanwhile.
    const begin = process.cpuUsage();
    for (const piece of ['/', '"/', '/a', '/a:1', '"/a", line 1', ' /a.', '/a(1', 'file://', '/a….', '/\u0001'])
      assert.ok(fileMentions(piece.repeat(1_000_000)).length <= 16);
    assert.deepEqual(fileMentions(`/${'a'.repeat(2000)}`), []);
    assert.ok(process.cpuUsage(begin).user < 2_000_000);
  });
});

describe('a path of a container’s', () => {
  const mounts = [
    { type: 'bind', source: '/srv/app', target: '/app', readonly: false },
    { type: 'volume', source: 'cache', target: '/app/cache', readonly: false },
    { type: 'bind', source: '/data', target: '/app/cache/data/', readonly: true },
  ] as const;

  for (const [path, expected] of [
    ['/app/src/x.py', '/srv/app/src/x.py'],
    ['/app', '/srv/app'],
    ['/application/x', undefined],
    ['/app/cache/x', undefined],
    ['/app/cache/data/x', '/data/x'],
    ['/app/../etc/shadow', undefined],
    ['/etc/hosts', undefined],
  ] as const) {
    it(`${path} is ${expected ?? 'not'} on this machine`, () => assert.equal(onHost(mounts, path)?.path, expected));
  }
});
