import { execFileSync } from 'node:child_process';
import assert from 'node:assert/strict';

/** Type, mode, owner, time, target, number of names, device, checksum and xattrs of all that is in a tree, by programs that are not ours. */
export function listing(tree: string): string {
  const shell = (command: string): string =>
    execFileSync('sh', ['-c', command], { cwd: tree, encoding: 'latin1', maxBuffer: 2 ** 28 });
  return [
    shell("find . -printf '%P|%y|%m|%U:%G|%T@|%l|%n\\n' | sort"),
    shell("find . \\( -type c -o -type b \\) -exec stat -c '%n is %t:%T' {} + | sort"),
    shell('find . -type f -print0 | sort -z | xargs -0 sha256sum'),
    shell('getfattr -R -h -d -m "security|user" -e hex . 2>/dev/null || true'),
  ].join('\n');
}

/** Shows only what differs: a tree has hundreds of lines. `leaveOut`: lines that may differ. */
export function assertSameTree(actual: string, expected: string, leaveOut: RegExp = /^$/): void {
  const [left = [], right = []] = [actual, expected].map((tree) =>
    listing(tree)
      .split('\n')
      .filter((line) => !leaveOut.test(line)),
  );
  assert.deepEqual(
    left.filter((line) => !right.includes(line)),
    right.filter((line) => !left.includes(line)),
  );
}
