import assert from 'node:assert/strict';
import { constants } from 'node:os';
import { describe, it } from 'node:test';
import { startFailure } from '../../runtime-helper/engine/containers/start-failure.ts';
import { SkiffError } from '../../runtime-helper/lib/errors.ts';
import { failureOf } from '../../runtime-helper/sys/failure.ts';

const { errno } = constants;

describe('what a person reads of a start that failed', () => {
  const cases: [what: string, stage: string, errno: number, exitCode: number, message: RegExp, hint?: RegExp][] = [
    [
      'a kernel without overlay',
      'overlay',
      errno.ENODEV,
      125,
      /^this kernel has no overlay file system$/,
      /modprobe overlay/,
    ],
    [
      'a store on overlay or NFS',
      'overlay',
      errno.EINVAL,
      125,
      /file system can hold no containers/,
      /ext4, xfs, btrfs/,
    ],
    ['a kernel without bridges', 'network', errno.EOPNOTSUPP, 125, /^this kernel has no bridges/, /modprobe -a bridge/],
    ['no such command', 'exec', errno.ENOENT, 127, /^exec: "top": executable file not found in \$PATH$/],
    ['a command that is a folder', 'exec', errno.EISDIR, 126, /^exec: "top": is a directory$/],
    ['a command without the right to execute it', 'exec', errno.EACCES, 126, /^exec: "top": permission denied$/],
    ['a program of another architecture', 'exec', errno.ENOEXEC, 126, /^exec: "top": exec format error$/],
    ['anything else', 'cgroup', errno.EBUSY, 125, /^cgroup: here: /],
  ];
  for (const [what, stage, number, exitCode, message, hint] of cases) {
    it(`of ${what}`, () => {
      const failure = startFailure(failureOf(stage, number, 'here'), 'top');
      assert.equal(failure.exitCode, exitCode);
      assert.match(failure.message, message);
      assert.match(failure.hint?.message ?? '', hint ?? /^$/);
    });
  }

  it('of what the engine itself refuses: its own words, and 125', () => {
    const failure = startFailure(new SkiffError('conflict', 'the name is taken'), 'top');
    assert.deepEqual([failure.code, failure.message, failure.exitCode], ['conflict', 'the name is taken', 125]);
  });
});
